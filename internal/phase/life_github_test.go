// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// A hub is a GitHub held in memory, as far as applies need it. It forgets nothing and believes everything: that the
// real one does neither is tested with the simulator.
type hub struct {
	pulls       []*github.PullRequest
	deployments []*deploymentRecord
	checks      map[string][]github.Check // by commit
	told        map[int]int               // how often something was written on a pull request; on a commit, of 0
	writes      int                       // since the start
	seconds     int64
	fails       int // the write that is refused, and all after it; 0 is none
}

type deploymentRecord struct {
	github.Deployment
	states []github.DeploymentState
}

var errRefused = errors.New("the connection was lost")

func newHub() *hub { return &hub{checks: map[string][]github.Check{}, told: map[int]int{}} }

var _, _ = Pulls(&hub{}), Thread(&hub{})

// now is later than ever before.
func (h *hub) now() time.Time {
	h.seconds++
	return time.Unix(h.seconds, 0)
}

func (h *hub) write() error {
	h.writes++
	if h.fails != 0 && h.writes >= h.fails {
		return errRefused
	}
	return nil
}

func (h *hub) Deployments(_ context.Context, environment, task string, pages int) ([]github.Deployment, bool, error) {
	var out []github.Deployment
	for _, d := range slices.Backward(h.deployments) {
		if d.Environment == environment && (task == "" || d.Task == task) {
			if len(out) == 100*pages {
				return out, true, nil
			}
			out = append(out, d.Deployment)
		}
	}
	return out, false, nil
}

func (h *hub) DeploymentState(_ context.Context, id int64) (github.DeploymentState, error) {
	if states := h.deployments[id-1].states; len(states) > 0 {
		return states[len(states)-1], nil
	}
	return github.DeploymentState{}, nil
}

// statesOf returns the statuses of a deployment, none of 0.
func (h *hub) statesOf(id int64) []github.DeploymentState {
	if id == 0 {
		return nil
	}
	return h.deployments[id-1].states
}

func (h *hub) CreateDeployment(_ context.Context, d github.Deployment) (int64, error) {
	if err := h.write(); err != nil {
		return 0, err
	}
	d.ID = int64(len(h.deployments) + 1)
	h.deployments = append(h.deployments, &deploymentRecord{Deployment: d})
	return d.ID, nil
}

func (h *hub) SetDeployment(_ context.Context, id int64, s github.DeploymentState) error {
	if err := h.write(); err != nil {
		return err
	}
	d := h.deployments[id-1]
	s.Created = h.now()
	d.states = append(d.states, s)
	return nil
}

func (h *hub) MergedPullRequests(_ context.Context, base string) ([]*github.PullRequest, error) {
	var out []*github.PullRequest
	for _, p := range slices.Backward(h.pulls) {
		if p.Merged && p.BaseRef == base {
			out = append(out, p)
		}
	}
	return out, nil
}

func (h *hub) PullRequest(_ context.Context, number int) (*github.PullRequest, error) {
	return h.pulls[number-1], nil
}

func (h *hub) AwaitPullRequest(ctx context.Context, number int) (*github.PullRequest, error) {
	return h.PullRequest(ctx, number)
}

func (h *hub) Checks(_ context.Context, sha string) ([]github.Check, error) {
	return slices.Clone(h.checks[sha]), nil
}

func (h *hub) PutCheck(_ context.Context, c github.Check) (int64, error) {
	if err := h.write(); err != nil {
		return 0, err
	}
	h.checks[c.HeadSHA] = slices.DeleteFunc(h.checks[c.HeadSHA], func(o github.Check) bool { return o.Name == c.Name })
	h.checks[c.HeadSHA] = append(h.checks[c.HeadSHA], c)
	h.told[0]++
	return 1, nil
}

func (h *hub) PutComment(_ context.Context, number int, _, _ string) (*github.Comment, error) {
	if err := h.write(); err != nil {
		return nil, err
	}
	h.told[number]++
	return &github.Comment{ID: 1, Issue: number}, nil
}

func (h *hub) UploadSARIF(context.Context, int, string, []byte) error                { return nil }
func (h *hub) Permission(context.Context, string) (string, error)                    { return "write", nil }
func (h *hub) React(context.Context, int64, string) error                            { return nil }
func (h *hub) Token() string                                                         { return "" }
func (h *hub) Close(context.Context) error                                           { return nil }
func (h *hub) Reviews(context.Context, int) ([]github.Review, error)                 { return nil, nil }
func (h *hub) RecentComments(context.Context) ([]*github.Comment, error)             { return nil, nil }
func (h *hub) TeamMember(context.Context, string, string, string) (bool, error)      { return false, nil }
func (h *hub) Living(context.Context, int, string) (*github.Comment, error)          { return nil, nil }
func (h *hub) OpenIssues(context.Context, string) ([]*github.Issue, error)           { return nil, nil }
func (h *hub) PutIssue(context.Context, github.Issue, *github.Issue) (int, error)    { return 0, nil }
func (h *hub) PullRequestsOf(context.Context, string) ([]*github.PullRequest, error) { return nil, nil }
