// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"math"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// seen returns what a scanner says of the side, suppressed or not, or why it says nothing.
func (s *side) seen() ([]seen, *fault) {
	switch {
	case s.plain.fault != nil:
		return nil, s.plain.fault
	case !s.twice:
		return s.plain.seen, nil
	case s.bare.fault != nil:
		return nil, s.bare.fault
	}
	return hush(s.plain.seen, s.bare.seen), nil
}

// hush returns what is found one way or the other. What is only found where nothing keeps quiet is suppressed.
func hush(plain, bare []seen) []seen {
	open := map[fact]bool{}
	for _, s := range plain {
		open[s.fact()] = true
	}
	all := slices.Clone(plain)
	for _, s := range bare {
		if !open[s.fact()] {
			s.hushed = true
			all = append(all, s)
		}
	}
	return all
}

// raws returns what merge takes, each that is suppressed with the word of words that does it; where there is none, with
// the settings of the base. words are those of tree.
func (a adapter) raws(all []seen, t *tree, words []report.Suppression, settings string) []raw {
	out := make([]raw, len(all))
	for i, s := range all {
		if s.hushed {
			w, found := a.hushedBy(s, t, words)
			if !found && settings != "" {
				w.File, w.Line = settings, 1
			}
			if w.Reason == "" {
				w.Reason = s.reason
			}
			s.suppressed = &w
		}
		out[i] = s.raw
	}
	return out
}

// hushedBy returns the word that keeps s quiet, the likeliest first: one that names its rule in the block or above it,
// one there that may name it otherwise, one of a file that lists them, one at the call of a module. A word that nobody
// finds is said to stand where the finding is.
func (a adapter) hushedBy(s seen, t *tree, words []report.Suppression) (w report.Suppression, found bool) {
	const near = 3 // lines above a block, for comments of several
	best, least := report.Suppression{Tool: s.tool, Rule: s.rule, File: s.file, Line: s.line}, math.MaxInt
	for _, w := range words {
		far := math.MaxInt
		named, above := s.named(w.Rule), max(s.line-w.Line, 0)
		switch there := w.File == s.file && w.Line <= s.end; {
		case !slices.Contains(a.hears, w.Tool):
		case there && named:
			far = above
		case there && above <= near:
			far = 1<<20 + above
		case named && slices.Contains(a.ignores, path.Base(w.File)):
			far = 1 << 21
		case named && t.callsModule(w.File, w.Line):
			far = 1 << 22
		}
		if far < least {
			best, least = w, far
		}
	}
	return best, least < math.MaxInt
}

// callsModule reports whether the block that begins at a line of a file, or below its comments, calls a module.
func (t *tree) callsModule(file string, line int) bool {
	lines := strings.Split(string(t.files[file]), "\n")
	for _, text := range lines[min(max(line-1, 0), len(lines)):] {
		text = strings.TrimSpace(text)
		if text != "" && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "//") && !strings.HasPrefix(text, "/*") {
			return strings.HasPrefix(text, "module")
		}
	}
	return false
}

// named reports whether rule is what s goes by, as people write it.
func (s seen) named(rule string) bool {
	return rule == "*" || strings.EqualFold(canonicalAVD(rule), s.rule) ||
		slices.ContainsFunc(s.names, func(n string) bool { return strings.EqualFold(n, rule) })
}
