// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"regexp"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// AppCredentials are what GitHub hands out once, when an App is made from a manifest.
type AppCredentials struct {
	ID         int64
	Slug       string // "layerbot-acme"
	Owner      string
	PrivateKey []byte // PEM
	URL        string // of its public page
}

var manifestCode = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

const convertPath = "app-manifests/"

// Convert turns the code that GitHub's manifest flow ends with into the App's credentials. A code works once, for an
// hour; one that does not is an *AuthError. Of the options it takes those that say how GitHub is reached. Whoever has
// the code could take the key: no error and no log shows it.
// Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
func Convert(ctx context.Context, o Options, code string) (*AppCredentials, error) {
	opts, err := o.complete()
	if err != nil {
		return nil, err
	}
	if !manifestCode.MatchString(code) {
		return nil, badCode("it is not one that GitHub gives")
	}
	var answer struct {
		wireApp
		Owner wireUser `json:"owner"`
		PEM   string   `json:"pem"`
		URL   string   `json:"html_url"`
	}
	doing := "take the App's credentials"
	api := newAPI(opts.base, opts.retry(opts.guard(), nil))
	// Asked again it does no harm: a code that was used is refused.
	_, err = do(repeatable(ctx), api, http.MethodPost, convertPath+code+"/conversions", nil, &answer)
	var said *gh.ErrorResponse
	var limited *RateLimitError
	switch block, _ := pem.Decode([]byte(answer.PEM)); {
	case errors.As(err, &said) && (said.Response.StatusCode == http.StatusNotFound || said.Response.StatusCode == http.StatusUnprocessableEntity):
		return nil, badCode(said.Message)
	case errors.As(err, &limited):
		return nil, limited
	case err != nil && ctx.Err() == nil:
		return nil, &UnavailableError{Doing: doing, Err: errors.New(strings.ReplaceAll(err.Error(), code, "CODE"))}
	case err != nil:
		return nil, ctx.Err()
	case answer.ID <= 0, answer.Slug == "", block == nil:
		return nil, &UnavailableError{Doing: doing, Err: errNonsense}
	}
	return &AppCredentials{ID: answer.ID, Slug: answer.Slug, Owner: answer.Owner.Login, PrivateKey: []byte(answer.PEM), URL: answer.URL}, nil
}

func badCode(problem string) error {
	return &AuthError{
		Problem: "GitHub gives no credentials for this code: " + problem,
		Advice: "A code works once, and for an hour. If the App was made, open its settings, Private keys, and generate one; " +
			"or delete it there and begin again.",
	}
}
