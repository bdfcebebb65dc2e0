// SPDX-License-Identifier: Apache-2.0

// Package trust knows AWS's trust policies, as far as they are about the OIDC tokens of GitHub Actions: which tokens a
// policy admits, and which condition admits a token and nothing wider. It asks nobody and reads nothing.
//
// What it cannot judge it refuses to judge: a policy with an element, an operator or a key whose meaning is not
// certain here is an error, never a guess.
package trust

import (
	"slices"
	"strings"
)

// A Policy is the trust policy of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Policy struct{ statements []statement }

// A statement is one that is about AssumeRoleWithWebIdentity; others are left out, for they admit no token.
type statement struct {
	deny       bool
	issuers    []string // providers it names, without https://: "token.actions.githubusercontent.com"
	conditions []condition
}

// Admits reports whether the policy lets a token assume the role by AssumeRoleWithWebIdentity. Deny wins over Allow.
// That the token is genuine and unexpired, and that the provider lists its audience, is taken for granted.
func (p *Policy) Admits(c Claims) bool {
	admitted := false
	for _, s := range p.statements {
		if !s.matches(c) {
			continue
		}
		if s.deny {
			return false
		}
		admitted = true
	}
	return admitted
}

func (s statement) matches(c Claims) bool {
	issuer, ok := strings.CutPrefix(c["iss"], "https://")
	if !ok || !slices.Contains(s.issuers, issuer) {
		return false
	}
	for _, cond := range s.conditions {
		if !cond.holds(c, issuer) {
			return false
		}
	}
	return true
}

// A PolicyError says why a policy cannot be judged.
type PolicyError struct {
	Problem string // `statement 1: the condition operator "NumericEquals" is not known`

	hint string
}

func (e *PolicyError) Error() string { return "trust policy: " + e.Problem }

// Hint says what to do about it.
func (e *PolicyError) Hint() string { return e.hint }
