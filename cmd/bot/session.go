// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/redact"
)

// mask makes a secret unprintable before its first use: here, and in the runner's log.
func (b *bot) mask(secret string) {
	b.redactor.Add(secret)
	if b.env.Actions {
		for line := range strings.Lines(secret) { // the runner reads these lines and does not print them; it masks line by line
			if line = strings.TrimSpace(line); len(line) >= redact.MinSecret {
				b.raw.line("::add-mask::" + strings.ReplaceAll(line, "%", "%25"))
			}
		}
	}
}

// event reads the event of this run.
func (b *bot) event() (*github.Event, error) {
	if b.env.EventName == "" || b.env.EventPath == "" {
		return nil, &usageError{
			message: "there is no event: GITHUB_EVENT_NAME and GITHUB_EVENT_PATH are not set",
			next:    "run this in a GitHub Actions job, or plan the checkout in front of you with `bot plan`",
		}
	}
	f, err := os.Open(b.env.EventPath)
	if err != nil {
		return nil, &usageError{message: fmt.Sprintf("read the event: %v", err), next: "GITHUB_EVENT_PATH must name the payload of the event"}
	}
	defer f.Close()
	ev, err := github.ReadEvent(b.env.EventName, f)
	if err == nil && ev.Repository.Owner == "" { // a schedule's payload may not say
		owner, name, _ := strings.Cut(b.env.All["GITHUB_REPOSITORY"], "/")
		ev.Repository.Owner, ev.Repository.Name, ev.Repository.ID = owner, name, b.env.RepositoryID
	}
	return ev, err
}

// links returns what the comment's footer points to.
func (b *bot) links(t *phase.Ticket) comment.Links {
	if b.env.RunID == "" {
		return comment.Links{}
	}
	l := comment.Links{Run: b.runURL(t.Repository)}
	if t.Head != "" {
		l.Files = b.home(t.Repository) + "/blob/" + t.Head + "/"
	}
	switch {
	case t.Work == phase.Applying && t.Head != "": // the checks of an apply are the commit's, not the pull request's
		l.Checks = fmt.Sprintf("%s/commit/%s/checks", b.home(t.Repository), t.Head)
	case t.PullRequest != 0:
		l.Checks = fmt.Sprintf("%s/pull/%d/checks", b.home(t.Repository), t.PullRequest)
	}
	return l
}

// runURL returns the address of this run; "" outside of one.
func (b *bot) runURL(repo github.Repository) string {
	if b.env.RunID == "" {
		return ""
	}
	return b.home(repo) + "/actions/runs/" + b.env.RunID
}

// home returns the address of a repository.
func (b *bot) home(repo github.Repository) string {
	return strings.TrimSuffix(b.env.ServerURL, "/") + "/" + repo.String()
}
