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

// Stars says what of an allowing statement is not limited: a resource that is everything or of any account, an action that is
// a whole service or is not said in full, anybody as principal, a condition that always holds. A resource policy of a key must
// say "*" of itself; own is true there.
func (s Statement) Stars(own bool) []string {
	if !s.Allows() {
		return nil
	}
	var found []string
	for _, r := range s.Resources {
		if !own && everything(r) {
			found = append(found, "resource "+r)
		}
	}
	for _, a := range s.Actions {
		if open(a) {
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
		for _, w := range who {
			if strings.ContainsAny(w, "*?") {
				found = append(found, "principal "+kind+" "+w)
			}
		}
	}
	for _, c := range s.Conditions {
		if s.idle(c) {
			found = append(found, "condition "+c.Operator+" of "+c.Key+", which always holds")
		}
	}
	return found
}

// everything is true of "*", of an ARN that names no resource, and of one of any service or any account.
func everything(resource string) bool {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 {
		return strings.ContainsAny(resource, "*?")
	}
	return strings.ContainsAny(parts[2]+parts[4], "*?") || strings.Trim(parts[5], "*?/:") == ""
}

// open is true of an action with a pattern, but for what only reads, and for the two of KMS that are one permission each.
func open(action string) bool {
	service, name, _ := strings.Cut(action, ":")
	if strings.ContainsAny(service, "*?") {
		return true
	}
	if action == "kms:ReEncrypt*" || action == "kms:GenerateDataKey*" {
		return false
	}
	reads := slices.ContainsFunc([]string{"Describe", "List"}, func(verb string) bool { return strings.HasPrefix(name, verb) })
	return strings.ContainsAny(name, "*?") && !reads
}

// idle is true of a condition that holds whatever is asked: one that any value fulfils, and one of all values of a key that need
// not be there.
func (s Statement) idle(c Condition) bool {
	if strings.HasPrefix(c.Operator, "ForAllValues:") {
		return !slices.Contains(s.If("Null", c.Key), "false")
	}
	like := strings.HasSuffix(c.Operator, "Like") && !strings.Contains(c.Operator, "Not")
	return like && slices.ContainsFunc(c.Values, func(v string) bool { return strings.Trim(v, "*") == "" })
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
