// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// Every request is held against GitHub's published description, with the longer form of tokens.
func TestEveryRequestIsAsGitHubDescribesIt(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true, LongTokens: true})
	w.server.Team("acme", "platform", "ada")
	c := w.open(t, github.Permissions{"pull_requests": "write", "issues": "write", "checks": "write", "contents": "read", "members": "read", "deployments": "write", "security_events": "write"})
	if !strings.HasPrefix(c.Token(), "ghs_") || len(c.Token()) < 60 {
		t.Errorf("not the long form: %d characters", len(c.Token()))
	}
	id, _ := w.pull.Comment("ada", "/plan")
	check := someCheck(w.head)
	check.Annotations = findings(60)
	ctx := t.Context()
	for name, do := range map[string]func() error{
		"pull":       func() error { _, err := c.PullRequest(ctx, w.pull.Number); return err },
		"pulls":      func() error { _, err := c.PullRequestsOf(ctx, w.head); return err },
		"permission": func() error { _, err := c.Permission(ctx, "ada"); return err },
		"team":       func() error { _, err := c.TeamMember(ctx, "acme", "platform", "ada"); return err },
		"react":      func() error { return c.React(ctx, id, "rocket") },
		"comment":    func() error { w.put(t, c, "one"); w.put(t, c, "two"); return nil },
		"recent":     func() error { _, err := c.RecentComments(ctx); return err },
		"check":      func() error { _, err := c.PutCheck(ctx, check); return err },
		"checks":     func() error { _, err := c.Checks(ctx, w.head); return err },
		"deployment": func() error {
			return c.SetDeployment(ctx, w.record(t, c, w.deployment()), github.DeploymentState{State: "queued", LogURL: "https://example.com/run"})
		},
		"deployed": func() error { _, _, err := c.Deployments(ctx, "prod", "apply:05-compute", 1); return err },
		"issue":    func() error { putIssue(t, c, drift("one"), nil); listed(t, c); return nil },
		"reviews":  func() error { w.pull.Review("bob", "approved"); _, err := c.Reviews(ctx, w.pull.Number); return err },
		"merged":   func() error { _, err := c.MergedPullRequests(ctx, "prod"); return err },
		"findings": func() error { return c.UploadSARIF(ctx, w.pull.Number, w.head, []byte(sarif)) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.PutCheck(ctx, check); err != nil { // again: an update
		t.Error(err)
	}
}

// However GitHub fails to answer: an error that says so, and never "there is none".
func TestNothingIsReadFromFailures(t *testing.T) {
	eachFault(t, nil, 100, nil, func(t *testing.T, f *fake) {
		var all sync.WaitGroup
		for name, do := range map[string]func(*github.Client) error{
			"deployments": func(c *github.Client) error { _, _, err := c.Deployments(t.Context(), "prod", "", 1); return err },
			"state":       func(c *github.Client) error { _, err := c.DeploymentState(t.Context(), 1); return err },
			"issues":      func(c *github.Client) error { _, err := c.OpenIssues(t.Context(), "drift"); return err },
			"reviews":     func(c *github.Client) error { _, err := c.Reviews(t.Context(), 7); return err },
			"merged":      func(c *github.Client) error { _, err := c.MergedPullRequests(t.Context(), "prod"); return err },
			"findings":    func(c *github.Client) error { return c.UploadSARIF(t.Context(), 7, sha, []byte(sarif)) },
			"edit": func(c *github.Client) error {
				i := drift("x")
				i.Number = 3
				_, err := c.PutIssue(t.Context(), i, nil)
				return err
			},
			"status": func(c *github.Client) error {
				return c.SetDeployment(t.Context(), 1, github.DeploymentState{State: "success"})
			},
		} {
			c := f.client()
			all.Go(func() {
				var unavailable *github.UnavailableError
				if err := do(c); !errors.As(err, &unavailable) || strings.Contains(err.Error(), "canary") {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
	})
}

// What a plan of one environment costs, whatever the number of its targets.
func TestReportTakesFewRequests(t *testing.T) {
	w := newWorld(t)
	c, err := w.app.Open(t.Context(), w.repo, github.Permissions{"pull_requests": "write", "checks": "write"})
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, c, "40 targets")
	if _, err := c.PutCheck(t.Context(), someCheck(w.head)); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := methodsOf(w.calls()); got != "GET POST GET POST GET POST DELETE" {
		t.Errorf("requests %s", got)
	}
	if n := w.server.LiveTokens(); n != 0 {
		t.Errorf("%d tokens are left", n)
	}
}

func TestTokenIsNarrow(t *testing.T) {
	w := newWorld(t)
	w.server.Repository("acme", "other")
	for name, repo := range map[string]github.Repository{"by id": w.repo, "by name": {Owner: "acme", Name: "infra"}} {
		w.server.ResetRequests()
		c, err := w.app.Open(t.Context(), repo, github.Permissions{"pull_requests": "read"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.PullRequest(t.Context(), w.pull.Number); err != nil {
			t.Fatal(err)
		}
		requests := w.server.Requests()
		if got := requests[len(requests)-1].Granted; !maps.Equal(got, map[string]string{"pull_requests": "read", "metadata": "read"}) {
			t.Errorf("%s: granted %v", name, got)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTokenRevokedBySomeoneIsReplaced(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"pull_requests": "write"})
	w.put(t, c, "one")
	w.server.RevokeTokens()
	w.server.ResetRequests()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := c.PullRequest(t.Context(), w.pull.Number); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.put(t, c, "two")
	if n := w.server.LiveTokens(); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

func TestManyAtOnceWriteOnce(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, github.Permissions{"pull_requests": "write", "checks": "write"})
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			w.put(t, c, fmt.Sprint("run ", i))
			if _, err := c.PutCheck(t.Context(), someCheck(w.head)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if comments, checks := len(w.bodies()), len(w.pull.Checks()); comments != 1 || checks != 1 {
		t.Errorf("%d comments, %d checks", comments, checks)
	}
}

// An annotation whose answer was lost is known the next time.
func TestLostAnnotationsAreNotAddedByALaterPut(t *testing.T) {
	w := newWorld(t)
	c := w.open(t, writeChecks)
	check := someCheck(w.head)
	for range 3 {
		if _, err := c.PutCheck(t.Context(), check); err != nil {
			t.Fatal(err)
		}
		check.Annotations = findings(3)
		w.server.Fault("PATCH", "/repos/acme/infra/check-runs", 1, true, nil)
	}
	if got := w.pull.Checks()[0].Annotations; !slices.Equal(got, check.Annotations) {
		t.Errorf("annotations %v", got)
	}
}
