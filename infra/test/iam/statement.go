// SPDX-License-Identifier: Apache-2.0

// Package iam reads every policy document that the layers make, out of the states of an apply: who may do what on what. It
// judges documents as AWS gets them, not as they are written in HCL.
package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Statement is one statement of a policy document, every list as a list.
type Statement struct {
	Sid          string
	Effect       string
	Principals   map[string][]string // by kind: AWS, Service, Federated; "*" is kind "*"
	Actions      []string
	NotActions   []string
	Resources    []string
	NotResources []string
	Conditions   []Condition
}

// Condition is one key of one operator; all of a statement's conditions must hold, of one's values any.
type Condition struct {
	Operator string
	Key      string
	Values   []string
}

// Parse reads a policy document.
func Parse(document string) ([]Statement, error) {
	var d struct {
		Statement oneOrMany[rawStatement] `json:"Statement"`
	}
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return nil, fmt.Errorf("not a policy document: %w", err)
	}
	var out []Statement
	for _, raw := range d.Statement {
		s := Statement{
			Sid: raw.Sid, Effect: raw.Effect, Actions: raw.Action, NotActions: raw.NotAction,
			Resources: raw.Resource, NotResources: raw.NotResource, Principals: map[string][]string{},
		}
		if len(raw.Principal) > 0 {
			var all string
			var by map[string]oneOrMany[string]
			switch {
			case json.Unmarshal(raw.Principal, &all) == nil:
				s.Principals[all] = []string{all}
			case json.Unmarshal(raw.Principal, &by) == nil:
				for kind, who := range by {
					s.Principals[kind] = who
				}
			default:
				return nil, fmt.Errorf("statement %s: a principal that cannot be read", raw.Sid)
			}
		}
		for operator, keys := range raw.Condition {
			for key, values := range keys {
				s.Conditions = append(s.Conditions, Condition{operator, key, values})
			}
		}
		sort.Slice(s.Conditions, func(i, j int) bool {
			a, b := s.Conditions[i], s.Conditions[j]
			return a.Operator+a.Key < b.Operator+b.Key
		})
		out = append(out, s)
	}
	return out, nil
}

type rawStatement struct {
	Sid, Effect                              string
	Principal                                json.RawMessage
	Action, NotAction, Resource, NotResource oneOrMany[string]
	Condition                                map[string]map[string]oneOrMany[string]
}

// oneOrMany is a list that may be written as its only element. Numbers and booleans are what they are written as.
type oneOrMany[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *oneOrMany[T]) UnmarshalJSON(raw []byte) error {
	var many []T
	if json.Unmarshal(raw, &many) == nil {
		*l = many
		return nil
	}
	var one T
	err := json.Unmarshal(raw, &one)
	*l = []T{one}
	return err
}

// Allows is true of a statement that allows.
func (s Statement) Allows() bool { return s.Effect == "Allow" }

// Does is true where the statement names an action, literally or by a pattern of its own.
func (s Statement) Does(action string) bool {
	return slices.ContainsFunc(s.Actions, func(pattern string) bool { return Match(strings.ToLower(pattern), strings.ToLower(action)) })
}

// If are the values of a condition's key under an operator, nil where there is no such condition. Keys know no case.
func (s Statement) If(operator, key string) []string {
	for _, c := range s.Conditions {
		if c.Operator == operator && strings.EqualFold(c.Key, key) {
			return c.Values
		}
	}
	return nil
}

// Stars says what of an allowing statement is not limited: a resource that is everything, an action that is a whole
// service, or anybody as principal. A resource policy of a key must say "*" of itself; own is true there.
func (s Statement) Stars(own bool) []string {
	if !s.Allows() {
		return nil
	}
	var found []string
	if !own {
		for _, r := range s.Resources {
			if everything(r) {
				found = append(found, "resource "+r)
			}
		}
	}
	for _, a := range s.Actions {
		if a == "*" || strings.HasSuffix(a, ":*") {
			found = append(found, "action "+a)
		}
	}
	if len(s.NotActions) > 0 {
		found = append(found, "all actions but "+strings.Join(s.NotActions, ", "))
	}
	if len(s.NotResources) > 0 {
		found = append(found, "all resources but "+strings.Join(s.NotResources, ", "))
	}
	for kind, who := range s.Principals {
		if slices.Contains(who, "*") {
			found = append(found, "principal "+kind+" *")
		}
	}
	return found
}

// everything is true of "*" and of an ARN that names no resource.
func everything(resource string) bool {
	if resource == "*" {
		return true
	}
	parts := strings.SplitN(resource, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[5] == "*" && parts[2] != "s3"
}

// Match compares as IAM does: * is any text, ? is one letter.
func Match(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if len(text) < len(head) || !sameBut(head, text[:len(head)]) {
		return false
	}
	text = text[len(head):]
	if !star {
		return text == ""
	}
	for i := 0; i <= len(text); i++ {
		if Match(rest, text[i:]) {
			return true
		}
	}
	return false
}

// sameBut compares texts of one length, of which one may have ? for any letter.
func sameBut(pattern, text string) bool {
	for i := range pattern {
		if pattern[i] != '?' && pattern[i] != text[i] {
			return false
		}
	}
	return true
}
