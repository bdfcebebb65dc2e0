// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"encoding/json"
	"slices"
	"strings"
)

// A policy is a session policy, as far as every policy has it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect                                   string
	Action, NotAction, Resource, NotResource words `json:",omitempty"`
	Principal, Condition                     any   `json:",omitempty"`
}

// words are strings of which one may stand for itself.
type words []string

func (w *words) UnmarshalJSON(src []byte) error {
	if len(src) > 0 && src[0] == '[' {
		return json.Unmarshal(src, (*[]string)(w))
	}
	*w = make(words, 1)
	return json.Unmarshal(src, &(*w)[0])
}

// parsePolicy reads a session policy.
func parsePolicy(text string) (policy, *stsError) {
	var p policy
	if json.Unmarshal([]byte(text), &p) != nil || len(p.Statement) == 0 {
		return policy{}, malformedPolicy("Syntax errors in policy.")
	}
	for _, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return policy{}, malformedPolicy("Invalid effect: " + s.Effect)
		case s.Principal != nil:
			return policy{}, malformedPolicy("Policy document should not specify a principal.")
		case (len(s.Action) == 0) == (len(s.NotAction) == 0):
			return policy{}, malformedPolicy("Policy statement must contain actions.")
		case (len(s.Resource) == 0) == (len(s.NotResource) == 0):
			return policy{}, malformedPolicy("Policy statement must contain resources.")
		}
	}
	return p, nil
}

// aboutS3 returns a sound policy without the statements that are about other services: MinIO refuses these, or cannot
// write them down.
func aboutS3(text string) string {
	p, _ := parsePolicy(text)
	p.Statement = slices.DeleteFunc(p.Statement, func(s statement) bool {
		return slices.Contains(s.NotAction, "s3:*") || len(s.Action) > 0 && !slices.ContainsFunc(s.Action, ofS3)
	})
	for i, s := range p.Statement {
		p.Statement[i].Action = slices.DeleteFunc(s.Action, func(action string) bool { return !ofS3(action) })
	}
	if len(p.Statement) == 0 { // nothing of S3 is allowed, while no statement at all would be no policy
		p.Statement = []statement{{Effect: "Deny", Action: words{"s3:*"}, Resource: words{"arn:aws:s3:::*"}}}
	}
	out, err := json.Marshal(p)
	if err != nil {
		panic(err) // it was JSON before
	}
	return string(out)
}

func ofS3(action string) bool { return action == "*" || strings.HasPrefix(action, "s3:") }
