// SPDX-License-Identifier: Apache-2.0

package github

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A RequiredCheck is a status check that a branch requires before a merge.
type RequiredCheck struct {
	Name  string
	AppID int64 // whose check it must be; 0 is anybody's
}

// RequiredChecks lists what a branch requires, by name, from rulesets and from branch protection; the latter only
// administrators may read (administration: read). Without the right, or a branch of that name, known is false if
// rulesets require nothing of that kind either. The branch need not be there.
// Source: https://docs.github.com/rest/repos/rules#get-rules-for-a-branch and
// https://docs.github.com/rest/branches/branch-protection#get-status-checks-protection
func (c *Client) RequiredChecks(ctx context.Context, branch string) (checks []RequiredCheck, known bool, err error) {
	checks, err = c.rulesetChecks(ctx, branch)
	if err != nil {
		return nil, false, err
	}
	classic, known, err := c.protectionChecks(ctx, branch)
	if err != nil {
		return nil, false, err
	}
	known = known || len(checks) > 0
	checks = append(checks, classic...)
	slices.SortFunc(checks, func(a, b RequiredCheck) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.AppID, b.AppID))
	})
	return slices.Compact(checks), known, nil
}

func (c *Client) rulesetChecks(ctx context.Context, branch string) ([]RequiredCheck, error) {
	type rule struct {
		Type       string `json:"type"`
		Parameters struct {
			Checks []struct {
				Context string `json:"context"`
				AppID   int64  `json:"integration_id"`
			} `json:"required_status_checks"`
		} `json:"parameters"`
	}
	var checks []RequiredCheck
	for page, err := range pages[[]rule](ctx, c, "list the rules for branch "+branch, "rules/branches/"+url.PathEscape(branch)) {
		switch {
		case notInPlan(err):
			return nil, nil
		case err != nil:
			return nil, err
		}
		for _, r := range page {
			if r.Type != "required_status_checks" {
				continue
			}
			for _, w := range r.Parameters.Checks {
				checks = append(checks, RequiredCheck{w.Context, max(0, w.AppID)})
			}
		}
	}
	return checks, nil
}

// protectionChecks returns what branch protection requires. GitHub answers 404 in three cases that its words tell apart:
// there is none, there is one that requires no checks, or it is not for these eyes.
func (c *Client) protectionChecks(ctx context.Context, branch string) (checks []RequiredCheck, known bool, err error) {
	var answer struct {
		Checks []struct {
			Context string `json:"context"`
			AppID   int64  `json:"app_id"` // null is anybody's
		} `json:"checks"`
	}
	err = c.send(ctx, "read the protection of branch "+branch, http.MethodGet,
		"branches/"+url.PathEscape(branch)+"/protection/required_status_checks", nil, &answer)
	var absent *NotFoundError
	var refused *PermissionError
	switch {
	case notInPlan(err):
		return nil, true, nil
	case errors.As(err, &absent):
		return nil, absent.Message == "Branch not protected" || absent.Message == "Required status checks not enabled", nil
	case errors.As(err, &refused):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	for _, w := range answer.Checks {
		checks = append(checks, RequiredCheck{w.Context, max(0, w.AppID)})
	}
	return checks, true, nil
}

// notInPlan reports whether GitHub says that the account's plan has no such feature: then nothing of it is set up.
func notInPlan(err error) bool {
	var refused *PermissionError
	return errors.As(err, &refused) && strings.HasPrefix(refused.Message, "Upgrade to GitHub ")
}
