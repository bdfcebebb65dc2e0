// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// driftLabel is on every issue about drift.
const driftLabel = "layerbot-drift"

// drifts reports on a search for drift: one issue for each target that is not as its configuration says, which is
// closed once the target is clean again. What could not be looked at leaves its issue as it is.
func (d Desk) drifts(ctx context.Context, t *Ticket, reports []report.Report) (*Outcome, error) {
	gh, err := d.Open(ctx, github.Permissions{"metadata": "read", "issues": "write", "deployments": "write"})
	if err != nil {
		return nil, err
	}
	defer d.close(ctx, gh)
	s := newStanding(d, t, reports)
	open, err := gh.OpenIssues(ctx, driftLabel)
	if err != nil {
		return nil, err
	}
	seen, err := lookedAt(ctx, gh)
	if err != nil {
		return nil, err
	}
	at := map[string]time.Time{}
	if t.Partial {
		at = maps.Clone(seen.Targets)
	}
	for i, j := range t.Jobs {
		r := &s.page.Reports[i]
		id := j.Target.ID()
		at[id] = seen.Targets[id]
		if r.Status == report.Failed {
			continue
		}
		at[id] = d.now().UTC().Truncate(time.Second)
		if err := d.drifted(ctx, gh, r, about(open, comment.DriftMarker(j.Target))); err != nil {
			return nil, err
		}
	}
	if err := remember(ctx, gh, t, at); err != nil {
		return nil, err
	}
	return s.outcome(), nil
}

// about returns the issue that begins with a marker; nil if there is none.
func about(issues []*github.Issue, marker string) *github.Issue {
	for _, i := range issues {
		if strings.HasPrefix(i.Body, marker) {
			return i
		}
	}
	return nil
}

// drifted opens, updates or closes the issue of one target.
func (d Desk) drifted(ctx context.Context, gh Thread, r *report.Report, before *github.Issue) error {
	clean := len(r.Drift)+len(r.Changes)+len(r.Outputs) == 0
	if clean && before == nil {
		return nil
	}
	i := d.driftIssue(r, d.Links.Run)
	if before != nil {
		i.Number = before.Number
		if was := d.driftIssue(r, runLink.FindString(before.Body)); was.Body == before.Body { // found again
			i.Body = was.Body
		}
	}
	if clean {
		i.Title, i.Body, i.State = before.Title, before.Body, "closed"
	}
	number, err := gh.PutIssue(ctx, i, before)
	if err != nil {
		return err
	}
	d.Log.Info("the issue is up to date", "target", r.Target.String(), "issue", number, "state", i.State)
	return nil
}

// runLink matches the address of a run.
var runLink = regexp.MustCompile(`https?://[^\s()]+/actions/runs/\d+`)

func (d Desk) driftIssue(r *report.Report, run string) github.Issue {
	title, body := comment.DriftIssue(r, run, d.Version)
	return github.Issue{Title: d.Redact.String(title), Body: d.Redact.String(body), State: "open", Labels: []string{driftLabel}}
}

// remember notes when each target was looked at, for the next search to begin with those that wait longest.
func remember(ctx context.Context, gh Thread, t *Ticket, at map[string]time.Time) error {
	text, err := json.Marshal(looked{Version: 1, Targets: at})
	if err != nil {
		return err
	}
	id, err := gh.CreateDeployment(ctx, github.Deployment{
		SHA: t.Head, Task: driftTask, Environment: driftEnvironment, Transient: true,
		Description: "When Layerbot looked for drift", Payload: text,
	})
	if err != nil {
		return err
	}
	return gh.SetDeployment(ctx, id, github.DeploymentState{State: "inactive"})
}

// unlocked answers /unlock.
func (d Desk) unlocked(ctx context.Context, t *Ticket, reports []report.Report) (*Outcome, error) {
	s := newStanding(d, t, reports)
	body := comment.UnlockReply(replyKey(t), *t.Command, &s.page.Reports[0])
	if t.PullRequest == 0 {
		return &Outcome{Summary: body}, nil
	}
	return d.reply(ctx, t, body, s.outcome().reaction())
}
