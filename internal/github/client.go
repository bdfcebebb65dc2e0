// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// actionsLogin is who comments when the token is Actions' own.
const actionsLogin = "github-actions[bot]"

// personal is how the tokens of people begin: classic and fine-grained ones, and those of the gh program.
// https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
var personal = []string{"ghp_", "github_pat_", "gho_", "ghu_"}

// maxPages bounds every listing.
const maxPages = 100

var errNonsense = errors.New("the answer lacks what was asked for")

// A Client acts on one repository with one token. It is safe for concurrent use; its writes go one after the
// other, a second apart.
type Client struct {
	o      options
	api    *gh.Client
	repo   Repository
	bearer *bearer
	person bool                                  // the token is a person's, whom errors then speak to
	self   func(context.Context) (string, error) // the login of who this client writes as

	mu   sync.Mutex
	runs map[string]map[string]wireRun // our check runs by commit and name, listed once
}

// WithToken returns a client for a token that somebody else minted: GITHUB_TOKEN, or a person's. Close does not revoke it.
// Comments and checks are then those of github-actions[bot], which every workflow of the repository can write as:
// what they say must not be believed.
func WithToken(o Options, repo Repository, token string) (*Client, error) {
	opts, err := o.complete()
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, &AuthError{Problem: "there is neither an App nor a token", Advice: "Give app-id and app-private-key, or token: ${{ github.token }}."}
	}
	c, err := newClient(opts, repo, &bearer{next: opts.guard(), token: token}, newPace(),
		func(context.Context) (string, error) { return actionsLogin, nil })
	if err != nil {
		return nil, err
	}
	c.person = slices.ContainsFunc(personal, func(prefix string) bool { return strings.HasPrefix(token, prefix) })
	return c, nil
}

func newClient(o options, repo Repository, b *bearer, p *pace, self func(context.Context) (string, error)) (*Client, error) {
	if !validName(repo.Owner) || !validName(repo.Name) {
		return nil, fmt.Errorf("%q is not a repository", repo)
	}
	return &Client{o: o, api: newAPI(o.base, o.retry(b, p)), repo: repo, bearer: b, self: self, runs: map[string]map[string]wireRun{}}, nil
}

// IsFallback reports whether the client works with a token that no App of ours minted.
func (c *Client) IsFallback() bool { return c.bearer.mint == nil }

// Token returns the token, for git over HTTPS. It is never logged.
func (c *Client) Token() string { return c.bearer.current() }

// Close revokes the token if this client owns it, also when ctx is already cancelled. It is safe to call twice.
func (c *Client) Close(ctx context.Context) error {
	if !c.bearer.close() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	revoker := newAPI(c.o.base, c.o.retry(c.bearer, nil)) // with no pause after the last write
	_, err := send(repeatable(ctx), revoker, "revoke the token", http.MethodDelete, "installation/token", nil, nil)
	var auth *AuthError
	if errors.As(err, &auth) {
		return nil // it is no longer valid, which was the aim
	}
	return err
}

// do makes one request and decodes the answer into out. The path is relative to the API's address.
func do(ctx context.Context, api *gh.Client, method, path string, in, out any) (*gh.Response, error) {
	req, err := api.NewRequest(method, path, in)
	if err != nil {
		return nil, err
	}
	return api.Do(ctx, req, out)
}

// send is do with its errors explained.
func send(ctx context.Context, api *gh.Client, doing, method, path string, in, out any) (*gh.Response, error) {
	resp, err := do(ctx, api, method, path, in, out)
	return resp, explain(ctx, doing, err)
}

// send makes one request below /repos/OWNER/NAME/.
func (c *Client) send(ctx context.Context, doing, method, path string, in, out any) error {
	_, err := send(ctx, c.api, c.doing(doing), method, c.path(path), in, out)
	return c.address(err)
}

// address lets a refusal speak to the person whose token was refused.
func (c *Client) address(err error) error {
	var refused *PermissionError
	var absent *NotFoundError
	switch {
	case !c.person:
	case errors.As(err, &refused):
		refused.Person = true
	case errors.As(err, &absent):
		absent.Person = true
	}
	return err
}

func (c *Client) doing(what string) string { return what + " in " + c.repo.String() }

// path is that of the repository itself for "".
func (c *Client) path(rest string) string {
	return strings.TrimSuffix(fmt.Sprintf("repos/%s/%s/%s", c.repo.Owner, c.repo.Name, rest), "/")
}

// onePage reads one page of a listing, 100 entries, and returns the number of the next; 0 if this is the last.
func onePage[P any](ctx context.Context, c *Client, doing, path string, number int) (list P, next int, err error) {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	resp, err := send(ctx, c.api, c.doing(doing), http.MethodGet,
		c.path(fmt.Sprintf("%s%sper_page=100&page=%d", path, separator, number)), nil, &list)
	if err != nil {
		return list, 0, c.address(err)
	}
	return list, resp.NextPage, nil
}

// pages yields a listing page by page, 100 entries each. Only the number of the next page is taken from an answer.
func pages[P any](ctx context.Context, c *Client, doing, path string) iter.Seq2[P, error] {
	return listing(c.doing(doing), func(number int) (P, int, error) { return onePage[P](ctx, c, doing, path, number) })
}

// listing yields page after page, from the first to the one after which there is no next.
func listing[P any](doing string, read func(number int) (list P, next int, err error)) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		next := 1
		for range maxPages {
			var list P
			var err error
			list, next, err = read(next)
			if !yield(list, err) || err != nil || next == 0 {
				return
			}
		}
		var none P
		yield(none, fmt.Errorf("%s: more than %d pages", doing, maxPages))
	}
}

// create makes something that must exist once. If it is unclear whether an attempt succeeded, it looks before it
// tries again. find reports whether the thing is there.
func (c *Client) create(ctx context.Context, post func() error, find func() (bool, error)) error {
	for n := 0; ; n++ {
		err := post()
		if err == nil || !isUnclear(err) || n == attempts-1 {
			return err
		}
		c.o.Log.Info("GitHub may or may not have done what was asked, looking", "problem", err.Error())
		if err := c.o.Sleep(ctx, backoff(n)); err != nil {
			return err
		}
		if there, err := find(); there || err != nil {
			return err
		}
	}
}
