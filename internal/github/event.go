// SPDX-License-Identifier: Apache-2.0

package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// maxEvent is GitHub's cap on a webhook payload. https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap
const maxEvent = 25 << 20

// payload is what Layerbot reads of every event, in one shape.
type payload struct {
	Action       string    `json:"action"`
	Number       int       `json:"number"`
	Repository   *wireRepo `json:"repository"`
	Sender       wireUser  `json:"sender"`
	Installation struct {
		ID int64 `json:"id"`
	} `json:"installation"`
	PullRequest *wirePull `json:"pull_request"`
	Changes     struct {
		Base json.RawMessage `json:"base"`
	} `json:"changes"`
	Issue *struct {
		Number      int             `json:"number"`
		PullRequest json.RawMessage `json:"pull_request"`
	} `json:"issue"`
	Comment         *wireComment `json:"comment"`
	CheckRun        *wireRun     `json:"check_run"`
	RequestedAction struct {
		Identifier string `json:"identifier"`
	} `json:"requested_action"`
	MergeGroup *struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
	Inputs map[string]any `json:"inputs"`
	Ref    string         `json:"ref"`
	Before string         `json:"before"`
	After  string         `json:"after"`
	Forced bool           `json:"forced"`
}

// readers complete the event of each name Layerbot acts on and return the name of a missing field, or "".
var readers = map[string]func(*payload, *Event) string{
	"pull_request":      (*payload).pullRequest,
	"issue_comment":     (*payload).issueComment,
	"check_run":         (*payload).checkRun,
	"merge_group":       (*payload).mergeGroup,
	"workflow_dispatch": (*payload).dispatch,
	"push":              (*payload).push,
	"schedule":          func(*payload, *Event) string { return "" },
}

// ReadEvent parses the payload of a webhook as Actions stores it at GITHUB_EVENT_PATH (at most 25 MB). A
// malformed payload is an *EventError with a hint. Only schedule may come without a repository, or with no
// payload at all.
func ReadEvent(name string, r io.Reader) (*Event, error) {
	read, known := readers[name]
	if !known {
		return nil, &EventError{Event: name, Problem: "Layerbot does not act on this event"}
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxEvent+1))
	if err != nil {
		return nil, &EventError{Event: name, Problem: "the payload cannot be read", Err: err}
	}
	if len(raw) > maxEvent {
		return nil, &EventError{Event: name, Problem: "the payload is larger than 25 MB"}
	}
	if name == "schedule" && len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, &EventError{Event: name, Problem: "the payload is not the JSON that GitHub writes", Err: err}
	}
	ev := &Event{Name: name, Action: p.Action, InstallationID: p.Installation.ID, Sender: p.Sender.user()}
	field := p.repository(ev)
	if field == "" {
		field = read(&p, ev)
	}
	if field != "" {
		return nil, &EventError{Event: name, Problem: fmt.Sprintf("%s is missing or malformed", field)}
	}
	return ev, nil
}

func (p *payload) repository(ev *Event) string {
	if p.Repository == nil {
		return missing(need{"repository", ev.Name == "schedule"})
	}
	ev.Repository = p.Repository.repository()
	return missing(
		need{"repository.id", ev.Repository.ID > 0},
		need{"repository.owner.login", validName(ev.Repository.Owner)},
		need{"repository.name", validName(ev.Repository.Name)},
	)
}

func (p *payload) pullRequest(ev *Event) string {
	if p.PullRequest == nil {
		return "pull_request"
	}
	if field := p.PullRequest.missing(); field != "" {
		return "pull_request." + field
	}
	ev.PullRequest = p.PullRequest.pull(ev.Repository)
	ev.Number = ev.PullRequest.Number
	ev.BaseChanged = p.Action == "edited" && present(p.Changes.Base)
	return missing(need{"action", p.Action != ""})
}

func (p *payload) issueComment(ev *Event) string {
	switch {
	case p.Issue == nil || p.Issue.Number <= 0:
		return "issue.number"
	case p.Comment == nil || p.Comment.ID <= 0:
		return "comment.id"
	}
	ev.Number = p.Issue.Number
	ev.OnPull = present(p.Issue.PullRequest)
	ev.Comment = p.Comment.comment()
	ev.Comment.Issue = ev.Number
	return missing(need{"action", p.Action != ""})
}

func (p *payload) checkRun(ev *Event) string {
	run := p.CheckRun
	if run == nil {
		return "check_run"
	}
	ev.CheckRun = &CheckEvent{
		ID: run.ID, Name: run.Name, HeadSHA: run.HeadSHA, AppID: run.App.ID, ExternalID: run.ExternalID,
		Identifier: p.RequestedAction.Identifier,
	}
	ev.Number = run.onlyPull(ev.Repository.ID)
	return missing(
		need{"action", p.Action != ""}, need{"check_run.id", run.ID > 0}, need{"check_run.name", run.Name != ""},
		need{"check_run.head_sha", validSHA(run.HeadSHA)},
		need{"requested_action.identifier", p.Action != "requested_action" || ev.CheckRun.Identifier != ""},
	)
}

// onlyPull returns the number of the pull request of the repository that r is about, and 0 if there is none or
// more than one. GitHub also lists pull requests of forks, and lists none for heads in a fork.
func (r wireRun) onlyPull(repository int64) int {
	number := 0
	for _, p := range r.PullRequests {
		if p.Base.Repo == nil || p.Base.Repo.ID != repository {
			continue
		}
		if number != 0 {
			return 0
		}
		number = p.Number
	}
	return number
}

func (p *payload) mergeGroup(ev *Event) string {
	if p.MergeGroup == nil {
		return "merge_group"
	}
	group := MergeGroup(*p.MergeGroup)
	ev.MergeGroup = &group
	return missing(
		need{"action", p.Action != ""},
		need{"merge_group.head_sha", validSHA(group.HeadSHA)}, need{"merge_group.head_ref", group.HeadRef != ""},
		need{"merge_group.base_sha", validSHA(group.BaseSHA)}, need{"merge_group.base_ref", group.BaseRef != ""},
	)
}

func (p *payload) dispatch(ev *Event) string {
	ev.Ref = p.Ref
	ev.Inputs = make(map[string]string, len(p.Inputs))
	for name, value := range p.Inputs {
		switch v := value.(type) {
		case nil:
		case string:
			ev.Inputs[name] = v
		case bool:
			ev.Inputs[name] = strconv.FormatBool(v)
		case float64:
			ev.Inputs[name] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			return "inputs." + name
		}
	}
	return missing(need{"ref", p.Ref != ""})
}

func (p *payload) push(ev *Event) string {
	ev.Ref, ev.Before, ev.After, ev.Forced = p.Ref, p.Before, p.After, p.Forced
	ev.Deleted = p.After != "" && strings.Trim(p.After, "0") == ""
	return missing(
		need{"ref", p.Ref != ""}, need{"before", validSHA(p.Before)}, need{"after", validSHA(p.After)},
	)
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

var (
	shaPattern  = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
	namePattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

func validSHA(s string) bool { return shaPattern.MatchString(s) }

// validName reports whether s may stand in a path as an owner, a repository, a team or (without "[bot]") a login.
func validName(s string) bool { return namePattern.MatchString(s) && s != "." && s != ".." }
