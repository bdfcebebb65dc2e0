// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// skew is how wrong a clock may be before it is named as the cause of a refusal.
const skew = 30 * time.Second

// explain says why GitHub does not let the App in, from what it answered to the App's own JWT. asked are the permissions
// of the token that was asked for; nil if none was.
func (a *App) explain(ctx context.Context, doing string, err error, repo Repository, asked Permissions) error {
	var answer *gh.ErrorResponse
	if !errors.As(err, &answer) {
		return explain(ctx, doing, err)
	}
	switch answer.Response.StatusCode {
	case http.StatusUnauthorized:
		return a.refused(answer)
	case http.StatusNotFound:
		return a.notInstalled(repo, answer)
	case http.StatusUnprocessableEntity: // names or ids of repositories, or permissions, that the installation has not
		if strings.Contains(strings.ToLower(answer.Message), "permission") {
			return &PermissionError{Doing: doing, Message: answer.Message, Asked: asked}
		}
		return a.notInstalled(repo, answer)
	}
	return explain(ctx, doing, err)
}

func (a *App) notInstalled(repo Repository, answer *gh.ErrorResponse) error {
	advice := fmt.Sprintf("Install App %d on %s: the App's settings, Install App.", a.o.AppID, repo)
	if a.o.InstallationID != 0 {
		advice += fmt.Sprintf(" Or the installation id %d is of another account: leave it out to have it looked up.", a.o.InstallationID)
	}
	return &AuthError{Problem: fmt.Sprintf("the App is not installed on %s: %s", repo, answer.Message), Advice: advice}
}

func (a *App) refused(answer *gh.ErrorResponse) error {
	off := a.o.Now().Sub(serverTime(answer.Response, a.o.Now())).Round(time.Second)
	if off.Abs() > skew {
		return &AuthError{
			Problem: fmt.Sprintf("GitHub does not accept the App: this machine's clock is %s off GitHub's: %s", off, answer.Message),
			Advice:  "Set the clock of the runner; a minute is tolerated.",
		}
	}
	return &AuthError{
		Problem: "GitHub does not accept the App: " + answer.Message,
		Advice:  fmt.Sprintf("The private key belongs to another App than %d, was deleted, or is of another server: make a new one under the App's settings, Private keys.", a.o.AppID),
	}
}
