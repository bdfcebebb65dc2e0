// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"net/http"

	gh "github.com/google/go-github/v60/github"
)

// An Installation is what the App was given in one account.
type Installation struct {
	ID          int64
	Permissions Permissions // granted
	Suspended   bool
	Selected    bool // only selected repositories, not all
}

type wireInstallation struct {
	ID          int64       `json:"id"`
	Permissions Permissions `json:"permissions"`
	Selection   string      `json:"repository_selection"`
	Suspended   string      `json:"suspended_at"`
}

func (w wireInstallation) installation() Installation {
	return Installation{ID: w.ID, Permissions: w.Permissions, Suspended: w.Suspended != "", Selected: w.Selection == "selected"}
}

// Installation returns what the App was given in the account of repo. One that is not installed there, or not for this
// repository, is an *AuthError. It is looked up, whatever Options.InstallationID is.
// Source: https://docs.github.com/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
func (a *App) Installation(ctx context.Context, repo Repository) (*Installation, error) {
	if !validName(repo.Owner) || !validName(repo.Name) {
		return nil, fmt.Errorf("%q is not a repository", repo)
	}
	var answer wireInstallation
	doing := "look up the installation"
	_, err := do(ctx, a.api, http.MethodGet, fmt.Sprintf("repos/%s/%s/installation", repo.Owner, repo.Name), nil, &answer)
	switch {
	case err != nil:
		return nil, a.explain(ctx, doing, err, repo, nil)
	case answer.ID == 0:
		return nil, &UnavailableError{Doing: doing, Err: errNonsense}
	}
	found := answer.installation()
	return &found, nil
}

// Installations lists all of the App, for one that was just made.
// Source: https://docs.github.com/rest/apps/apps#list-installations-for-the-authenticated-app
func (a *App) Installations(ctx context.Context) ([]Installation, error) {
	doing := "list the installations"
	read := func(number int) (page []wireInstallation, next int, err error) {
		var resp *gh.Response
		resp, err = do(ctx, a.api, http.MethodGet, fmt.Sprintf("app/installations?per_page=100&page=%d", number), nil, &page)
		if err != nil {
			return nil, 0, a.explain(ctx, doing, err, Repository{}, nil)
		}
		return page, resp.NextPage, nil
	}
	var all []Installation
	for page, err := range listing(doing, read) {
		if err != nil {
			return nil, err
		}
		for _, w := range page {
			all = append(all, w.installation())
		}
	}
	return all, nil
}

// installation returns the id that the options give, or that GitHub knows.
func (a *App) installation(ctx context.Context, repo Repository) (int64, error) {
	if a.o.InstallationID != 0 {
		return a.o.InstallationID, nil
	}
	found, err := a.Installation(ctx, repo)
	if err != nil {
		return 0, err
	}
	return found.ID, nil
}
