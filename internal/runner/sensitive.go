// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// minLearned is the length under which a sensitive value is not looked for in other texts: "enabled" is everywhere.
const minLearned = 8

// secrets are the values that the job says are sensitive, whatever their provider says. A nil *secrets knows none.
//
// It keeps what it learns for the run alone: were it known to all runs of this process, a target would have other
// addresses, and so another fingerprint, after some targets than after others.
type secrets struct {
	globs    []pattern
	redactor *redact.Redactor
	learned  map[string]bool
	all      bool // also those that Terraform says are sensitive, and short ones
}

// newSecrets returns the secrets of a job that names them by globs of "address.path", as report.Fingerprinter reads them.
func newSecrets(globs []string) *secrets {
	if len(globs) == 0 {
		return nil
	}
	return secretsOf(globs)
}

// allSecrets returns the secrets that a text must not hold whose author saw the whole plan: those that the job names and
// those that Terraform marks, also short ones and numbers, and what is in a secret that is JSON.
func allSecrets(globs []string) *secrets {
	s := secretsOf(globs)
	s.all = true
	return s
}

func secretsOf(globs []string) *secrets {
	s := &secrets{redactor: redact.New(), learned: map[string]bool{}}
	for _, g := range globs {
		s.globs = append(s.globs, pattern{report.NewGlob(g), strings.Contains(g, "**")})
	}
	return s
}

// A pattern is one of those globs: `*` is anything but a dot, `**` anything. One without `**` may be an address alone,
// of an object or a module; one with it is always about paths, lest "**.password" be everything of random_password.password.
type pattern struct {
	report.Glob
	deep bool // has `**`
}

// covers reports whether what has the path in the object of that address, or what it is part of, is sensitive.
func (s *secrets) covers(address, path string) bool {
	if s == nil {
		return false
	}
	name := address + "." + path
	for end := 1; end <= len(name); end++ {
		if end < len(name) && name[end] != '.' && name[end] != '[' {
			continue
		}
		for _, g := range s.globs {
			if (!g.deep || end > len(address)+1) && g.Match(name[:end]) {
				return true
			}
		}
	}
	return false
}

// mark marks the leaves of the object at address that are sensitive.
func (s *secrets) mark(address string, leaves []report.Leaf) {
	for i, l := range leaves {
		leaves[i].Sensitive = l.Sensitive || s.covers(address, l.Path)
	}
}

// learn takes in the sensitive values of the object at address. v is what has the path in it, at the path in steps. It
// reports whether there are any.
func (s *secrets) learn(address string, path []byte, at []string, v *value) bool {
	if s == nil {
		return false
	}
	if s.all && v.sensitive || len(path) > 0 && s.covers(address, string(path)) {
		s.take(v)
		return true
	}
	found := false
	asMap := v.kind == object && isMap(at, v.keys)
	for i := range v.items {
		var step string
		var next []byte
		if v.kind == object {
			step = v.keys[i]
			next = below(path, step, asMap)
		} else {
			step = strconv.Itoa(i)
			next = elementOf(path, step)
		}
		found = s.learn(address, next, append(at, step), &v.items[i]) || found
	}
	return found
}

// take takes in every text of v.
func (s *secrets) take(v *value) {
	for i := range v.items {
		s.take(&v.items[i])
	}
	switch text := v.text(); {
	case v.kind != scalar:
	case s.all:
		s.takeAll(text)
	case v.raw[0] == '"' && len(text) >= minLearned:
		s.learned[text] = true
	}
}

// takeAll takes in a text or number, and of JSON all that is in it: policies read it, too.
func (s *secrets) takeAll(text string) {
	if text == "true" || text == "false" {
		return
	}
	s.learned[text] = true
	if json := strings.TrimSpace(text); strings.HasPrefix(json, "{") || strings.HasPrefix(json, "[") {
		if inner, err := decodeValue(jsontext.NewDecoder(strings.NewReader(json))); err == nil {
			s.take(&inner)
		}
	}
}

// takeInputs takes in the values of the variables of those names.
func (s *secrets) takeInputs(values value, names []string) {
	if s == nil || !s.all {
		return
	}
	for _, name := range names {
		s.take(values.member(name))
	}
}

// ready has clean know all that was learned.
func (s *secrets) ready() {
	if s == nil {
		return
	}
	all := make([]string, 0, len(s.learned))
	for text := range s.learned {
		all = append(all, text)
	}
	s.redactor.Add(all...)
	clear(s.learned)
}

// clean returns text without what was learned.
func (s *secrets) clean(text string) string {
	if s == nil {
		return text
	}
	return s.redactor.String(text)
}

// cleanAll takes what was learned out of changes that were read before it was.
func (s *secrets) cleanAll(changes []report.Change) {
	if s == nil {
		return
	}
	for i := range changes {
		c := &changes[i]
		c.ImportID = s.clean(c.ImportID)
		for j := range c.Attrs {
			a := &c.Attrs[j]
			a.Path = s.clean(a.Path)
			a.Before, a.After = redactJSON(s.clean, a.Before), redactJSON(s.clean, a.After)
		}
	}
}
