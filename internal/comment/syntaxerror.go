// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// A SyntaxError says what in a command could not be understood. Its texts hold what a person typed,
// shortened and with invisible characters written out; Refusal makes them safe to post.
type SyntaxError struct {
	Problem string // "There is no flag --destory for /plan."
	Advice  string // "Did you mean `--destroy`?"
}

func (e *SyntaxError) Error() string { return e.Problem }

// Hint returns what to type instead.
func (e *SyntaxError) Hint() string { return e.Advice }

// show returns what a person typed, fit for a message.
func show(s string) string { return shown(s, 60) }

// flags of each verb; a verb that is missing has none.
var flags = map[Verb][]string{
	Plan:   {"refresh-only", "destroy", "target", "replace"},
	Unlock: {"lock-id"},
}

func unknownFlag(verb Verb, name string) error {
	e := &SyntaxError{Problem: "There is no flag --" + show(name) + " for /" + string(verb) + "."}
	own := flags[verb]
	name = strings.TrimLeft(name, "-–—")
	switch {
	case len(own) > 0:
		e.Advice = "Did you mean `--" + nearest(name, own) + "`? The flags of /" + string(verb) + " are `--" + strings.Join(own, "`, `--") + "`."
	case slices.Contains(flags[Plan], name):
		e.Advice = "Did you mean `/plan … --" + name + "`? /" + string(verb) + " has no flags."
	default:
		e.Advice = "/" + string(verb) + " has no flags."
	}
	return e
}

// nearest returns the word of list with the least edit distance to s; the first of several.
func nearest(s string, list []string) string {
	s = clip(s, 60) // the distance of a word as long as a body would take minutes
	return slices.MinFunc(list, func(a, b string) int {
		return levenshtein.Distance(s, a, nil) - levenshtein.Distance(s, b, nil)
	})
}

// slip returns the verb that s differs from by one letter: missing, added, changed, swapped with its neighbour, or
// in capitals. Shorter words are too near to everything.
func slip(s string) (Verb, bool) {
	if len(s) < 3 || len(s) > 10 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", false
	}
	s = strings.ToLower(s)
	near := nearest(s, names(verbs))
	if levenshtein.Distance(s, near, nil) <= 1 {
		return Verb(near), true
	}
	for _, verb := range names(verbs) {
		for i := range len(s) - 1 {
			if s[:i]+s[i+1:i+2]+s[i:i+1]+s[i+2:] == verb {
				return Verb(verb), true
			}
		}
	}
	return "", false
}

func names(list []Verb) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
