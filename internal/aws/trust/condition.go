// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A condition compares one claim with the values of a policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type condition struct {
	operator
	name          string // of the operator, as it is written, in lower case
	set           quantifier
	ifExists      bool   // holds without the claim
	issuer, claim string // of its key, in lower case
	values        []pattern
}

// A quantifier says how many of a claim's values must match. Most claims have one; aud may have several.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
type quantifier int

const (
	single quantifier = iota
	allOf
	anyOf
)

// An operator compares a claim's value with those of the policy.
type operator struct {
	wild    bool // * and ? stand for any characters, / and : too
	fold    bool // without regard to case
	negated bool // holds if no value of the policy matches
	null    bool // looks only at whether there is a claim
}

// operators are those whose meaning for a token is certain; others compare numbers, dates, addresses and ARNs, which
// no claim of GitHub's is. Their names are in lower case here.
var operators = map[string]operator{
	"stringequals":              {},
	"stringnotequals":           {negated: true},
	"stringequalsignorecase":    {fold: true},
	"stringnotequalsignorecase": {fold: true, negated: true},
	"stringlike":                {wild: true},
	"stringnotlike":             {wild: true, negated: true},
	"bool":                      {fold: true},
	"null":                      {fold: true, null: true},
}

// claims are those of github.com's tokens that AWS offers as condition keys, the most telling first; every other key is
// never there. Of other issuers' tokens it offers the first two.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
var claims = []string{
	"aud", "sub", "repository_id", "job_workflow_ref", "ref", "environment", "repository", "workflow", "actor", "actor_id", "enterprise_id",
}

// conditions returns the conditions of a statement on issuers. variables says whether ${…} has a meaning.
func conditions(written map[string]map[string]list[scalar], issuers []string, variables bool) (all []condition, problem *PolicyError) {
	for _, name := range slices.Sorted(maps.Keys(written)) {
		base, problem := parseOperator(name)
		if problem != nil {
			return nil, problem
		}
		for _, key := range slices.Sorted(maps.Keys(written[name])) {
			c := base
			if c.issuer, c.claim, problem = parseKey(key, issuers); problem != nil {
				return nil, problem
			}
			if slices.ContainsFunc(all, c.like) {
				return nil, &PolicyError{fmt.Sprintf("the condition key %q occurs twice below %q", key, name), "put its values into one list: names are equal without regard to case"}
			}
			if c.values, problem = patterns(written[name][key], c.operator, variables); problem != nil {
				problem.Problem += fmt.Sprintf(", below %q", key)
				return nil, problem
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// like reports whether o has the same operator and key.
func (c condition) like(o condition) bool {
	return o.name == c.name && o.issuer == c.issuer && o.claim == c.claim
}

// parseOperator reads "ForAllValues:StringEqualsIfExists".
func parseOperator(name string) (c condition, problem *PolicyError) {
	rest := strings.ToLower(name)
	if after, ok := strings.CutPrefix(rest, "forallvalues:"); ok {
		c.set, rest = allOf, after
	} else if after, ok := strings.CutPrefix(rest, "foranyvalue:"); ok {
		c.set, rest = anyOf, after
	}
	rest, c.ifExists = strings.CutSuffix(rest, "ifexists")
	operator, ok := operators[rest]
	if !ok || operator.null && (c.ifExists || c.set != single) {
		return c, &PolicyError{fmt.Sprintf("the condition operator %q is not known", name), "for tokens use StringEquals, or StringLike where a wildcard is really meant"}
	}
	c.name, c.operator = strings.ToLower(name), operator
	return c, nil
}

// parseKey reads "token.actions.githubusercontent.com:sub". Keys are equal without regard to case.
func parseKey(key string, issuers []string) (issuer, claim string, problem *PolicyError) {
	colon := strings.LastIndexByte(key, ':')
	if colon < 0 || !slices.ContainsFunc(issuers, func(i string) bool { return strings.EqualFold(i, key[:colon]) }) {
		return "", "", &PolicyError{fmt.Sprintf("the condition key %q is not one of a token of %s", key, strings.Join(issuers, " or ")),
			"compare its spelling with the provider's; what is not in the token, such as aws:SourceIp, cannot be judged here"}
	}
	issuer, claim = strings.ToLower(key[:colon]), strings.ToLower(key[colon+1:])
	offered := claims
	if issuer != public {
		offered = claims[:2]
	}
	if !slices.Contains(offered, claim) {
		return "", "", &PolicyError{fmt.Sprintf("the condition key %q is none that AWS offers", key), "AWS offers " + strings.Join(offered, ", ")}
	}
	return issuer, claim, nil
}

// holds judges c for a token of issuer.
func (c condition) holds(token Claims, issuer string) bool {
	var got []string
	if strings.EqualFold(c.issuer, issuer) {
		got = token.values(c.claim)
	}
	match := func(value string) bool {
		return c.negated != slices.ContainsFunc(c.values, func(p pattern) bool { return p.matches(value, c.fold) })
	}
	switch {
	case c.null:
		absent := len(got) == 0
		return slices.ContainsFunc(c.values, func(p pattern) bool { return p.matches(fmt.Sprint(absent), true) })
	case c.set == allOf:
		// The trap: without the claim, or with an empty one, there is no value that could fail.
		return !slices.ContainsFunc(got, func(value string) bool { return value != "" && !match(value) })
	case len(got) == 0:
		return c.ifExists || c.negated && c.set == single
	case c.negated && c.set == single:
		return !slices.ContainsFunc(got, func(value string) bool { return !match(value) })
	}
	return slices.ContainsFunc(got, match)
}
