package phase

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
)

// An ask is what an event wants, read from its payload alone: no request was made yet.
type ask struct {
	number    int
	pull      *github.PullRequest // from the payload; nil when it must be read
	command   *comment.Command    // nil for an autoplan
	syntax    error               // the command could not be understood
	commentID int64
	actor     string // whose permission must be checked; "" where GitHub required write access already
	sha       string // check_run: the commit the button stands on; merge_group: the commit to plan
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
	default:
		return ask{}, &UserError{
			Message: fmt.Sprintf("gate does not handle the event %q", ev.Name),
			Next:    "start it on pull_request, issue_comment, check_run, merge_group or workflow_dispatch",
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
	return ask{number: ev.Number, command: &cmd, syntax: err, commentID: ev.Comment.ID, actor: ev.Comment.Author.Login}
}

// readCheck answers the button "Plan again" and GitHub's own re-run link. Both plan the environment in the
// check's name: "layerbot / prod".
func readCheck(ev *github.Event, appID int64) ask {
	c := ev.CheckRun
	switch {
	case ev.Action != "requested_action" && ev.Action != "rerequested":
		return ask{ignore: fmt.Sprintf("nothing follows from check_run %q", ev.Action)}
	case c.AppID != appID || appID == 0:
		return ask{ignore: "the check run belongs to another App"}
	case ev.Action == "requested_action" && c.Identifier != planButton:
		return ask{ignore: fmt.Sprintf("the check run has no button %q", c.Identifier)}
	}
	env, ok := strings.CutPrefix(c.Name, checkPrefix)
	if !ok {
		return ask{ignore: "the check run is not one of an environment"}
	}
	return ask{
		number: pullOf(c.ExternalID), command: &comment.Command{Verb: comment.Plan, Words: []string{env}},
		actor: ev.Sender.Login, sha: c.HeadSHA,
	}
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

// readDispatch reads the inputs `command` ("plan") and `targets` ("compute prod") in the comments' own grammar.
func readDispatch(ev *github.Event) (ask, error) {
	verb := ev.Inputs["command"]
	if verb == "" {
		verb = string(comment.Plan)
	}
	cmd, err := comment.ParseArgs(comment.Verb(verb), strings.Fields(ev.Inputs["targets"]))
	if err != nil {
		return ask{}, err
	}
	return ask{command: &cmd}, nil
}
