package scan

import (
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
	type key struct {
		rule, file, address string
		line, end           int
	}
	of := func(s seen) key { return key{s.rule, s.file, s.address, s.line, s.end} }
	open := map[key]bool{}
	for _, s := range plain {
		open[of(s)] = true
	}
	all := slices.Clone(plain)
	for _, s := range bare {
		if !open[of(s)] {
			s.hushed = true
			all = append(all, s)
		}
	}
	return all
}

// raws returns what merge takes, each that is suppressed with the word of words that does it; where there is none, with
// the settings of the base.
func (a adapter) raws(all []seen, words []report.Suppression, settings string) []raw {
	out := make([]raw, len(all))
	for i, s := range all {
		if s.hushed {
			w, found := a.hushedBy(s, words)
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

// hushedBy returns the word that keeps s quiet: of those that name its rule the one that is nearest above it or in it,
// else one of a file that lists them, else one anywhere, as at the call of a module. A word that nobody finds is said to
// stand where the finding is.
func (a adapter) hushedBy(s seen, words []report.Suppression) (w report.Suppression, found bool) {
	const listed, elsewhere, none = 1 << 20, 1 << 21, 1 << 22
	best := report.Suppression{Tool: s.tool, Rule: s.rule, File: s.file, Line: s.line}
	least := none
	for _, w := range words {
		if !slices.Contains(a.hears, w.Tool) || !s.named(w.Rule) {
			continue
		}
		far := elsewhere
		switch {
		case slices.Contains(a.ignores, path.Base(w.File)):
			far = listed
		case w.File == s.file && w.Line <= s.line:
			far = s.line - w.Line
		case w.File == s.file && w.Line <= s.end:
			far = 0
		case w.File == s.file:
			far = listed + 1
		}
		if far < least {
			best, least = w, far
		}
	}
	return best, least < none
}

// named reports whether rule is what s goes by, as people write it.
func (s seen) named(rule string) bool {
	return rule == "*" || strings.EqualFold(canonicalAVD(rule), s.rule) ||
		slices.ContainsFunc(s.names, func(n string) bool { return strings.EqualFold(n, rule) })
}
