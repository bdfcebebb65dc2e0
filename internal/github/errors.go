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

// An EventError says why a webhook payload could not be used.
type EventError struct {
	Event, Problem string
	Err            error // may be nil
}

func (e *EventError) Error() string {
	return withCause(fmt.Sprintf("read the %s event: %s", e.Event, e.Problem), e.Err)
}

func (e *EventError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *EventError) Hint() string {
	return "Layerbot reads the file that Actions writes at GITHUB_EVENT_PATH for pull_request, issue_comment, check_run, " +
		"merge_group, workflow_dispatch, push and schedule. Run it from one of these, or without an event for local use."
}

// An AuthError says why GitHub does not accept the App or the token.
type AuthError struct {
	Problem, Advice string
	Err             error // may be nil
}

func (e *AuthError) Error() string { return withCause(e.Problem, e.Err) }

func (e *AuthError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *AuthError) Hint() string { return e.Advice }

// A PermissionError is a refusal that no retry changes.
type PermissionError struct {
	Doing   string
	Message string // GitHub's
	Needs   string // "pull_requests=write; issues=write": any one of them; "" if GitHub did not say
	Scopes  string // "repo": any one of those that a person's classic token needs; "" if GitHub did not say
	Person  bool   // the token is a person's

	// Asked is what a token was to have of which the installation does not grant all; nil of any other refusal.
	Asked Permissions
}

func (e *PermissionError) Error() string {
	return fmt.Sprintf("%s: GitHub refuses: %s", e.Doing, e.Message)
}

// Hint names the missing permission if GitHub did, or those that it is among.
func (e *PermissionError) Hint() string {
	if e.Asked != nil {
		return fmt.Sprintf("The App's installation does not grant all of %s: add what is missing to the App's permissions, and have an owner accept it on the installation.", e.Asked)
	}
	if e.Person {
		return wants(e.Needs, e.Scopes) + "It is your token or your role that does not allow it: look at the token's settings, or ask an administrator of the repository."
	}
	if e.Needs == "" {
		return "Look at the App's permissions, accept them on the installation, and see that the conversation is not locked and the repository not archived."
	}
	return fmt.Sprintf("Give the App (or, with GITHUB_TOKEN, the job) the permission %s, and accept it on the installation.",
		strings.ReplaceAll(e.Needs, "; ", " or "))
}

// A NotFoundError is about something that is not there, or that the token may not know of.
type NotFoundError struct {
	Doing         string
	Message       string // GitHub's
	Needs, Scopes string // as in PermissionError
	Person        bool
}

func (e *NotFoundError) Error() string { return e.Doing + ": not found" }

// Hint says what to look at.
func (e *NotFoundError) Hint() string {
	if e.Person {
		return "It is not there, or your token may not see it: GitHub answers 404 in each case. " + strings.TrimSpace(wants(e.Needs, e.Scopes))
	}
	hint := "It was deleted, or the App is not installed on this repository, or lacks a permission: GitHub answers 404 in each case."
	if e.Needs != "" {
		hint += " The permission is " + strings.ReplaceAll(e.Needs, "; ", " or ") + "."
	}
	return hint
}

// wants says what a person's token needs, as far as GitHub said; it ends in a space.
func wants(permissions, scopes string) string {
	var all []string
	if permissions != "" {
		all = append(all, "a fine-grained token needs the permission "+strings.ReplaceAll(permissions, "; ", " or "))
	}
	if scopes != "" {
		all = append(all, "a classic one the scope "+strings.ReplaceAll(scopes, ", ", " or "))
	}
	if all == nil {
		return ""
	}
	return "For this, " + strings.Join(all, ", and ") + ". "
}

// A RateLimitError says that GitHub wants a longer pause than Layerbot is willing to wait.
type RateLimitError struct {
	Wait time.Duration // what GitHub asked for last
}

func (e *RateLimitError) Error() string {
	return fmt.Sprintf("GitHub's rate limit is used up: it asks to wait %s", e.Wait.Round(time.Second))
}

// Hint says when to try again.
func (e *RateLimitError) Hint() string {
	return fmt.Sprintf("Run the job again in %s. Other workflows of this installation share the limit.", e.Wait.Round(time.Second))
}

// An UnavailableError says that GitHub could not be reached, failed, or answered nonsense, after all retries. If
// the request was a write it may have happened.
type UnavailableError struct {
	Doing string
	Err   error
}

func (e *UnavailableError) Error() string { return withCause(e.Doing, e.Err) }

func (e *UnavailableError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *UnavailableError) Hint() string {
	return "GitHub did not answer as it should, also when asked again. Look at https://www.githubstatus.com (or the server's status), then run the job again: what was written is found and not repeated."
}

// explain turns what a request came back with into one of the types above. It adds what was being done.
func explain(ctx context.Context, doing string, err error) error {
	var known interface{ Hint() string }
	var answer *gh.ErrorResponse
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, err)
	case !errors.As(err, &answer):
		return &UnavailableError{Doing: doing, Err: err}
	}
	needs, scopes := answer.Response.Header.Get("X-Accepted-GitHub-Permissions"), answer.Response.Header.Get("X-Accepted-OAuth-Scopes")
	switch status := answer.Response.StatusCode; {
	case status >= http.StatusInternalServerError:
		return &UnavailableError{Doing: doing, Err: err}
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%s: %w", doing, &AuthError{
			Problem: "GitHub does not accept the token: " + answer.Message,
			Advice:  "It was revoked or has expired, or it belongs to another server: look at the API address, then run it again.",
		})
	case status == http.StatusForbidden:
		return &PermissionError{Doing: doing, Message: answer.Message, Needs: needs, Scopes: scopes}
	case status == http.StatusNotFound, status == http.StatusGone:
		return &NotFoundError{Doing: doing, Message: answer.Message, Needs: needs, Scopes: scopes}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isUnclear reports whether the request may or may not have been carried out.
func isUnclear(err error) bool {
	var unavailable *UnavailableError
	return errors.As(err, &unavailable)
}

func isNotFound(err error) bool {
	var notFound *NotFoundError
	return errors.As(err, &notFound)
}

func withCause(text string, cause error) string {
	if cause == nil {
		return text
	}
	return text + ": " + cause.Error()
}
