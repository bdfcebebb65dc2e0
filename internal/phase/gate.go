// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
)

// Pulls is what gate needs of GitHub.
type Pulls interface {
	AwaitPullRequest(ctx context.Context, number int) (*github.PullRequest, error)
	PullRequestsOf(ctx context.Context, sha string) ([]*github.PullRequest, error)
	Permission(ctx context.Context, login string) (string, error)
	React(ctx context.Context, commentID int64, content string) error
	TeamMember(ctx context.Context, org, slug, login string) (bool, error)
	Merges
	Deployments
	Token() string
	Close(ctx context.Context) error
}

// The permissions that gate's tokens are minted with (03-security.md).
var (
	lookPermissions = github.Permissions{"metadata": "read", "pull_requests": "read"}
	treePermissions = github.Permissions{"metadata": "read", "contents": "read"}

	unlockPermissions = github.Permissions{"metadata": "read", "contents": "read", "deployments": "read"}
)

// A Door is what gate stands at: the ways to GitHub and to git, and what keys are derived from.
type Door struct {
	Open     func(context.Context, github.Permissions) (Pulls, error) // mints a token; not called before it must be
	Git      Clone                                                    // any clone of the repository; commits are fetched into it
	CloneURL string
	Config   config.Source // where the configuration is, and what counts where it says nothing
	Run      string        // address of this run; "" outside of one
	Ref      string        // branch that this run is of; "" is not known
	Commit   string        // that this run is of; "" asks the clone what is checked out
	Repeated bool          // it is not the first attempt of this run
	AppID    int64
	Secret   func(context.Context) ([]byte, error) // what only the App has, from which fingerprint keys are derived; nil without an App
	Log      *slog.Logger
}

// Gate turns an event into a ticket, or into an error a person can act on. It runs nothing from the pull
// request and holds no cloud credentials; configuration comes from the base branch. A ticket may say that
// nothing is to be done (Ignored) or that it is refused (Refusal): neither is an error.
func Gate(ctx context.Context, d Door, ev *github.Event) (*Ticket, error) {
	a, err := read(ev, d.AppID)
	if err != nil {
		return nil, err
	}
	t := &Ticket{
		Version: TicketVersion, Event: ev.Name, Config: d.Config, Ref: branch(d.Ref), Repository: ev.Repository,
		PullRequest: a.number, Work: a.work, Command: a.command, CommentID: a.commentID, Ignored: a.ignore,
	}
	if t.Ignored != "" {
		return t, nil
	}
	if a.pull != nil {
		if t.Refusal = refuseFork(a.pull, false); t.Refusal != nil {
			return t, nil
		}
	}
	err = d.decide(ctx, ev, a, t)
	var refusal *refusedError
	switch hint, forPeople := Hint(err); {
	case errors.As(err, &refusal) && t.PullRequest == 0:
		return nil, &UserError{Message: refusal.Message, Next: refusal.Refusal.Hint}
	case errors.As(err, &refusal):
		t.Refusal = &refusal.Refusal
	case forPeople && a.commentID != 0 && a.work != Planning:
		t.Refusal = &Refusal{Message: err.Error(), Hint: hint}
	case forPeople && t.Head != "" && t.PullRequest != 0 && a.work == Planning:
		d.Log.Error(err.Error(), "hint", hint)
		t.Refusal = &Refusal{Message: err.Error(), Hint: hint, Blocks: true}
		t.Jobs, t.Policies = nil, nil
	default:
		return t, err
	}
	t.Refusal.Reply = a.commentID != 0
	return t, nil
}

// refusedError carries a refusal up to Gate.
type refusedError struct{ Refusal }

func (e *refusedError) Error() string { return e.Refusal.Message }

func refuse(message, hint string) error { return &refusedError{Refusal{Message: message, Hint: hint}} }

// decide fills in the ticket of an event that asks for something.
func (d Door) decide(ctx context.Context, ev *github.Event, a ask, t *Ticket) error {
	if a.work == Drifting {
		return d.drift(ctx, t, a.only)
	}
	if ev.Name == "workflow_dispatch" && a.work == Planning {
		return d.dispatch(ctx, ev, t)
	}
	if a.branch == "" {
		pull, err := d.look(ctx, ev, a, t)
		if err != nil || t.Ignored != "" {
			return err
		}
		if pull != nil {
			t.PullRequest, t.Head, t.BaseRef = pull.Number, pull.HeadSHA, pull.BaseRef
		}
	} else {
		t.BaseRef = a.branch
	}
	if a.closed {
		t.Closed = true
		return nil
	}
	if ev.Name == "merge_group" {
		t.Head, t.BaseRef = a.sha, branch(ev.MergeGroup.BaseRef)
	}
	gh, err := d.Open(ctx, d.needs(a))
	if err != nil {
		return err
	}
	defer d.close(ctx, gh)
	if err := d.admit(ctx, gh, a); err != nil {
		return err
	}
	switch a.work {
	case Applying:
		return d.merged(ctx, gh, a, t)
	case Unlocking:
		return d.unlock(ctx, gh, a, t)
	default:
		return d.fill(ctx, gh.Token(), t)
	}
}

// look returns the pull request as it is now, read with a token that can do nothing else, and refuses what must be
// refused before any other token exists. It is nil for an ask that is ignored.
func (d Door) look(ctx context.Context, ev *github.Event, a ask, t *Ticket) (*github.PullRequest, error) {
	queued := ev.Name == "merge_group"
	switch {
	case a.pull != nil:
		return a.pull, nil
	case queued && a.number == 0:
		return nil, &UserError{
			Message: fmt.Sprintf("the queue's branch %q names no pull request", ev.MergeGroup.HeadRef),
			Next:    "queue the pull request again; if the branch keeps this form, report it with its name",
		}
	}
	gh, err := d.Open(ctx, lookPermissions)
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	pull, err := find(ctx, gh, a)
	if err != nil {
		return nil, err
	}
	if pull == nil || (!queued && a.sha != "" && pull.HeadSHA != a.sha) {
		t.Ignored = "the check run stands on a commit that is no longer the head of an open pull request"
		return nil, nil
	}
	if a.syntax != nil && pull.Merged {
		return pull, nil // which work was meant is not known; that it cannot be understood is said first
	}
	return pull, refuseState(pull, a.work, queued)
}

// refuseState refuses work that a pull request in its state does not allow.
func refuseState(pull *github.PullRequest, work Work, queued bool) error {
	if work == Applying {
		if pull.Merged { // its code is the branch's own now, wherever it came from
			return nil
		}
		return refuse(fmt.Sprintf("pull request #%d is not merged", pull.Number),
			fmt.Sprintf("merge it into %q: that applies what was reviewed; `/apply` is for what is left after the merge", pull.BaseRef))
	}
	if r := refuseFork(pull, !queued); r != nil {
		return &refusedError{*r}
	}
	if pull.Merged && !queued && work == Planning {
		return refuse(fmt.Sprintf("pull request #%d is merged", pull.Number), "`/apply` plans and applies what is left of it; open another pull request for another change")
	}
	if pull.State != "open" && !queued && work == Planning {
		return refuse(fmt.Sprintf("pull request #%d is closed", pull.Number), "reopen it, then comment again")
	}
	return nil
}

// find reads the pull request of an ask; nil if a check run's commit is the head of none.
func find(ctx context.Context, gh Pulls, a ask) (*github.PullRequest, error) {
	if a.number != 0 {
		return gh.AwaitPullRequest(ctx, a.number)
	}
	pulls, err := gh.PullRequestsOf(ctx, a.sha)
	if err != nil || len(pulls) == 0 {
		return nil, err
	}
	return pulls[0], nil
}

// refuseFork refuses code from another repository: whoever controls it would run beside the plan role.
func refuseFork(p *github.PullRequest, reply bool) *Refusal {
	if p.HeadRepo != nil && p.HeadRepo.ID != 0 && p.HeadRepo.ID == p.BaseRepo.ID {
		return nil
	}
	return &Refusal{
		Message: "this pull request comes from a fork; Layerbot never runs Terraform on code from another repository",
		Hint:    "someone with write access can push the reviewed commits to a branch of this repository and open a pull request from there",
		Reply:   reply,
	}
}

// needs returns the permissions of the token for the rest of the gate.
func (d Door) needs(a ask) github.Permissions {
	p := treePermissions
	if a.work == Applying {
		p = mergePermissions
	}
	if a.work == Unlocking {
		p = unlockPermissions
	}
	if a.commentID != 0 { // which is acknowledged
		p = maps.Clone(p)
		p["issues"] = "write"
	}
	return p
}

// admit checks who asked and acknowledges a comment. A command that could not be understood is refused only to
// people who may command.
func (d Door) admit(ctx context.Context, gh Pulls, a ask) error {
	if a.actor == "" {
		return nil
	}
	permission, err := gh.Permission(ctx, a.actor)
	if err != nil {
		return err
	}
	if permission != "write" && permission != "admin" {
		return refuse(fmt.Sprintf("@%s may not command Layerbot here (permission: %s)", a.actor, permission),
			"ask someone with write access to this repository to comment the same command")
	}
	if a.commentID != 0 {
		if err := gh.React(ctx, a.commentID, "eyes"); err != nil {
			d.Log.Warn("the comment could not be acknowledged", "error", err)
		}
	}
	if a.syntax != nil {
		hint, _ := Hint(a.syntax)
		return refuse(a.syntax.Error(), hint)
	}
	return nil
}

// dispatch serves workflow_dispatch: named targets at the commit that is checked out, reported to the run's summary.
func (d Door) dispatch(ctx context.Context, ev *github.Event, t *Ticket) error {
	if t.Command.Verb != comment.Plan && t.Command.Verb != comment.Scan {
		return &UserError{
			Message: fmt.Sprintf("workflow_dispatch cannot run %q", t.Command.Verb),
			Next:    "set the input `command` to plan, scan, apply or drift",
		}
	}
	head := d.Commit
	if head == "" {
		var err error
		if head, err = d.Git.Head(ctx); err != nil {
			return err
		}
	}
	t.Head, t.BaseRef = head, branch(ev.Ref)
	gh, err := d.Open(ctx, treePermissions)
	if err != nil {
		return err
	}
	defer d.close(ctx, gh)
	return d.fill(ctx, gh.Token(), t)
}

// close revokes a token; one that cannot be revoked ends by itself within the hour.
func (d Door) close(ctx context.Context, gh Pulls) {
	if err := gh.Close(context.WithoutCancel(ctx)); err != nil {
		d.Log.Warn("a token could not be revoked; it expires within the hour", "error", err)
	}
}

// asRefusal makes a selection error one that is answered on the pull request.
func asRefusal(err error) error {
	var notFound *layer.NotFoundError
	if errors.As(err, &notFound) {
		return refuse(notFound.Error(), notFound.Hint())
	}
	return err
}
