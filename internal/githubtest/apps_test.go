// SPDX-License-Identifier: Apache-2.0

package githubtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/layerbot/layerbot/internal/githubtest"
)

func TestInstallationsAreFound(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	push(t, r, "main", "", map[string][]byte{"a": []byte("a")})
	sibling, other, fork := s.Repository("acme", "second"), s.Repository("umbrella", "infra"), r.Fork("mallory")
	if sibling.InstallationID != r.InstallationID || other.InstallationID == r.InstallationID {
		t.Errorf("installations %d, %d, %d: one an owner is right", r.InstallationID, sibling.InstallationID, other.InstallationID)
	}
	ctx, c := context.Background(), appClient(t, s)
	if app, _, err := c.Apps.Get(ctx, ""); err != nil || app.GetID() != s.AppID || app.GetSlug() != s.AppSlug {
		t.Errorf("app %v, %v", app, err)
	}
	if found, _, err := c.Apps.FindRepositoryInstallation(ctx, "Acme", "INFRA"); err != nil || found.GetID() != r.InstallationID || found.GetAccount().GetLogin() != "acme" {
		t.Errorf("installation %v, %v", found, err)
	}
	if _, resp, err := c.Apps.FindRepositoryInstallation(ctx, fork.Owner, fork.Name); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a fork has an installation: %v", err)
	}
	if all, _, err := c.Apps.ListInstallations(ctx, nil); err != nil || len(all) != 2 {
		t.Errorf("installations %v, %v", all, err)
	}
	if one, _, err := c.Apps.GetInstallation(ctx, other.InstallationID); err != nil || one.GetAccount().GetLogin() != "umbrella" {
		t.Errorf("installation %v, %v", one, err)
	}
	if _, resp, err := c.Apps.GetInstallation(ctx, 1); err == nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("an installation that is not there: %v", err)
	}
}

// The API of github.com has no path of its own: it is served at the root too.
func TestTheAPIIsAtTheRootToo(t *testing.T) {
	s, r := start(t, githubtest.Options{})
	c := gh.NewClient(nil).WithAuthToken(s.WorkflowToken(r, reader))
	base := *c.BaseURL
	base.Scheme, base.Host = "http", strings.TrimPrefix(s.URL, "http://")
	c.BaseURL = &base
	got, _, err := c.Repositories.Get(context.Background(), "acme", "infra")
	if err != nil || got.GetID() != r.ID || got.GetCloneURL() != r.CloneURL {
		t.Errorf("repository %v, %v", got, err)
	}
}
