// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	gh "github.com/google/go-github/v60/github"
)

// Permissions of an installation token, by GitHub's names: "pull_requests" → "read".
type Permissions map[string]string

// String returns "contents: read, issues: write".
func (p Permissions) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		all = append(all, name+": "+p[name])
	}
	return strings.Join(all, ", ")
}

// An App mints tokens. It is safe for concurrent use.
type App struct {
	o    options
	api  *gh.Client // authenticated as the App itself
	pace *pace

	mu    sync.Mutex
	login string // of the App's own user; "" until asked for
}

// NewApp checks the options; a key that is no RSA PEM is an error with a hint that never shows the key. So is neither
// a key nor a Sign, and both.
func NewApp(o Options) (*App, error) {
	opts, err := o.complete()
	if err != nil {
		return nil, err
	}
	if o.AppID <= 0 {
		return nil, &AuthError{Problem: "the App's id is missing", Advice: "It is the number on the App's settings page."}
	}
	if opts.Sign, err = o.signature(); err != nil {
		return nil, err
	}
	opts.PrivateKey = nil
	return &App{o: opts, api: newAPI(opts.base, opts.retry(&appTransport{opts}, nil)), pace: newPace()}, nil
}

// Open mints an installation token for one repository with exactly the given permissions. Close revokes it. An
// App that is not installed there, a wrong key and a wrong clock are an *AuthError.
func (a *App) Open(ctx context.Context, repo Repository, p Permissions) (*Client, error) {
	if len(p) == 0 {
		return nil, fmt.Errorf("open %s: a token without named permissions would have all of them", repo)
	}
	mint := func(ctx context.Context) (string, error) { return a.mint(ctx, repo, p) }
	token, err := mint(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", repo, err)
	}
	return newClient(a.o, repo, &bearer{next: a.o.guard(), token: token, mint: mint}, a.pace, a.self)
}

// self returns the login of the App's own user. It is asked for once, when it is first needed.
func (a *App) self(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.login != "" {
		return a.login, nil
	}
	var answer wireApp
	doing := "read who the App is"
	_, err := do(ctx, a.api, http.MethodGet, "app", nil, &answer)
	switch {
	case err != nil:
		return "", a.explain(ctx, doing, err, Repository{}, nil)
	case answer.ID != a.o.AppID || answer.Slug == "":
		return "", &UnavailableError{Doing: doing, Err: errNonsense}
	}
	a.login = answer.Slug + "[bot]"
	return a.login, nil
}

func (a *App) mint(ctx context.Context, repo Repository, p Permissions) (string, error) {
	installation, err := a.installation(ctx, repo)
	if err != nil {
		return "", err
	}
	body := struct {
		RepositoryIDs []int64     `json:"repository_ids,omitempty"`
		Repositories  []string    `json:"repositories,omitempty"`
		Permissions   Permissions `json:"permissions"`
	}{Permissions: p}
	if repo.ID != 0 {
		body.RepositoryIDs = []int64{repo.ID}
	} else {
		body.Repositories = []string{repo.Name}
	}
	var answer struct {
		Token string `json:"token"`
	}
	doing := "mint an installation token"
	_, err = do(repeatable(ctx), a.api, http.MethodPost,
		fmt.Sprintf("app/installations/%d/access_tokens", installation), body, &answer)
	switch {
	case err != nil:
		return "", a.explain(ctx, doing, err, repo, p)
	case answer.Token == "":
		return "", &UnavailableError{Doing: doing, Err: errNonsense}
	}
	if a.o.Minted != nil {
		a.o.Minted(answer.Token)
	}
	return answer.Token, nil
}
