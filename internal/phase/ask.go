// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
)

// An ask is what an event wants, read from its payload alone: no request was made yet.
type ask struct {
	number    int
	pull      *github.PullRequest // from the payload; nil when it must be read
	command   *comment.Command    // nil for an autoplan
	only      *comment.Command    // drift: names the targets to look at; nil is all
	syntax    error               // the command could not be understood
	commentID int64
	said      time.Time // when the comment was written
	actor     string    // whose permission must be checked; "" where GitHub required write access already
	sha       string    // check_run: the commit the button stands on; merge_group: the commit to plan
	work      Work
	branch    string // push, workflow_dispatch and buttons on applied commits: the environment branch
	before    string // push: what the branch was before; "" when it is new
	closed    bool
	ignore    string // nothing is to be done, and why
}

// read reduces an event to an ask. appID tells the App's own check runs from others.
func read(ev *github.Event, appID int64) (ask, error) {
	switch ev.Name {
	case "pull_request":
		return readPull(ev), nil
	case "issue_comment":
		return readComment(ev), nil
	case "check_run":
		return readCheck(ev, appID), nil
	case "merge_group":
		return readQueue(ev), nil
	case "workflow_dispatch":
		return readDispatch(ev)
	case "push":
		return readPush(ev), nil
	case "schedule":
		return ask{work: Drifting}, nil
	default:
		return ask{}, &UserError{
			Message: fmt.Sprintf("gate does not handle the event %q", ev.Name),
			Next:    "start it on pull_request, issue_comment, check_run, merge_group, push, schedule or workflow_dispatch",
		}
	}
}

func readPull(ev *github.Event) ask {
	a := ask{number: ev.Number, pull: ev.PullRequest}
	switch ev.Action {
	case "opened", "synchronize", "reopened", "ready_for_review":
	case "edited":
		if !ev.BaseChanged {
			a.ignore = "the edit did not change the base branch"
		}
	case "closed":
		a.closed = true
		if ev.PullRequest.Merged {
			a.ignore = "the pull request was merged"
		}
	default:
		a.ignore = fmt.Sprintf("nothing follows from pull_request %q", ev.Action)
	}
	if a.ignore == "" && ev.PullRequest.Draft && !a.closed {
		a.ignore = "the pull request is a draft; it is planned when it is ready for review, or on /plan"
	}
	return a
}

func readComment(ev *github.Event) ask {
	switch {
	case ev.Action != "created":
		return ask{ignore: "only new comments are read for commands"}
	case !ev.OnPull:
		return ask{ignore: "the comment is not on a pull request"}
	case ev.Comment.Author.Type != "User" || ev.Sender.Type != "User":
		return ask{ignore: "the comment was not written by a person"}
	}
	cmd, ok, err := comment.Parse(ev.Comment.Body)
	if !ok {
		return ask{ignore: "the comment holds no command"}
	}
	return ask{
		number: ev.Number, command: &cmd, work: workOf(cmd.Verb), syntax: err, commentID: ev.Comment.ID, actor: ev.Comment.Author.Login,
		said: ev.Comment.Created,
	}
}

// workOf returns the work that a command asks for.
func workOf(v comment.Verb) Work {
	switch v {
	case comment.Apply:
		return Applying
	case comment.Unlock:
		return Unlocking
	default:
		return Planning
	}
}

// readPush answers a push to a branch. Whether an environment belongs to it is decided from the branch's configuration.
func readPush(ev *github.Event) ask {
	name, ok := strings.CutPrefix(ev.Ref, "refs/heads/")
	switch {
	case !ok:
		return ask{ignore: fmt.Sprintf("%s is no branch", ev.Ref)}
	case strings.Trim(ev.After, "0") == "":
		return ask{ignore: fmt.Sprintf("the branch %q was deleted", name)}
	case strings.Contains("/"+name, "/gh-readonly-queue/"):
		return ask{ignore: "the branch is a merge queue's; what it holds is applied once it is merged"}
	}
	a := ask{work: Applying, branch: name}
	if strings.Trim(ev.Before, "0") != "" {
		a.before = ev.Before
	}
	return a
}

// readCheck answers a check run's buttons and GitHub's own re-run link. The environment is in the check's name: what is
// planned for "layerbot / prod", and what is applied for "layerbot apply / prod".
func readCheck(ev *github.Event, appID int64) ask {
	c := ev.CheckRun
	switch {
	case ev.Action != "requested_action" && ev.Action != "rerequested":
		return ask{ignore: fmt.Sprintf("nothing follows from check_run %q", ev.Action)}
	case c.AppID != appID || appID == 0:
		return ask{ignore: "the check run belongs to another App"}
	}
	verb, button := comment.Plan, planButton
	env, ok := strings.CutPrefix(c.Name, checkPrefix)
	if !ok {
		verb, button = comment.Apply, applyButton
		env, ok = strings.CutPrefix(c.Name, applyPrefix)
	}
	switch {
	case !ok:
		return ask{ignore: "the check run is not one of an environment"}
	case ev.Action == "requested_action" && c.Identifier != button:
		return ask{ignore: fmt.Sprintf("the check run has no button %q", c.Identifier)}
	}
	a := ask{
		number: pullOf(c.ExternalID), command: &comment.Command{Verb: verb, Words: []string{env}}, work: workOf(verb),
		actor: ev.Sender.Login, sha: c.HeadSHA,
	}
	if verb == comment.Apply {
		a.branch = branchOf(c.ExternalID)
	}
	return a
}

// queueRef is the branch of a merge queue's candidate: gh-readonly-queue/prod/pr-12-<sha of the base>.
var queueRef = regexp.MustCompile(`(?:^|/)gh-readonly-queue/.+/pr-(\d+)-[0-9a-f]{7,64}$`)

func readQueue(ev *github.Event) ask {
	if ev.Action != "checks_requested" {
		return ask{ignore: fmt.Sprintf("nothing follows from merge_group %q", ev.Action)}
	}
	a := ask{sha: ev.MergeGroup.HeadSHA}
	if m := queueRef.FindStringSubmatch(ev.MergeGroup.HeadRef); m != nil {
		a.number, _ = strconv.Atoi(m[1]) // digits only; an overflow is no pull request's number and reads as 0
	}
	return a
}

// readDispatch reads the inputs `command` ("plan", "apply" or "drift") and `targets` ("compute prod") in the comments' own grammar.
func readDispatch(ev *github.Event) (ask, error) {
	verb := ev.Inputs["command"]
	switch verb {
	case "":
		verb = string(comment.Plan)
	case string(Drifting):
		words := strings.Fields(ev.Inputs["targets"])
		if len(words) == 0 {
			return ask{work: Drifting}, nil
		}
		cmd, err := comment.ParseArgs(comment.Plan, words)
		return ask{work: Drifting, only: &cmd}, err
	}
	cmd, err := comment.ParseArgs(comment.Verb(verb), strings.Fields(ev.Inputs["targets"]))
	if err != nil {
		return ask{}, err
	}
	a := ask{command: &cmd, work: workOf(cmd.Verb)}
	if a.work != Planning {
		a.branch, a.actor = branch(ev.Ref), ev.Sender.Login
	}
	return a, nil
}
