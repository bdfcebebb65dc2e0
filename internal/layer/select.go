// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/bmatcuk/doublestar/v4"
)

// A NotFoundError reports a word that names nothing in the repository.
type NotFoundError struct {
	Kind    string   // "layer", "environment", "layer or environment", or "target" for a layer that is not in the environment named
	Word    string   // as it was written, shortened
	Nearest []string // the valid words most like it, best first
	Valid   []string // all valid words, sorted
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s is named %q", e.Kind, e.Word) }

// Hint says which words are valid.
func (e *NotFoundError) Hint() string {
	const most = 12
	switch {
	case e.Kind == "target" && len(e.Valid) > 0:
		return "it exists as " + strings.Join(e.Valid, ", ")
	case len(e.Nearest) > 0:
		return "did you mean " + strings.Join(e.Nearest, " or ") + "?"
	case len(e.Valid) == 0:
		return "this repository has none"
	case len(e.Valid) > most:
		return fmt.Sprintf("there are %d, among them %s", len(e.Valid), strings.Join(e.Valid[:most], ", "))
	}
	return "there are: " + strings.Join(e.Valid, ", ")
}

// Select resolves names to targets. layers and envs hold names as a person writes them: a full name, the
// name without its number, the number alone, or a glob; "all" is every layer; empty means no restriction. A
// name that matches nothing is a *NotFoundError naming the nearest valid words. So is a layer that is in none
// of the environments, and says where it is.
func (m *Map) Select(layers, envs []string) ([]Target, error) {
	chosenEnvs := map[string]bool{}
	for _, word := range envs {
		found := m.envsNamed(word)
		if len(found) == 0 {
			return nil, m.notFound("environment", word, m.envNames())
		}
		for env := range found {
			chosenEnvs[env] = true
		}
	}
	chosen := map[string]bool{}
	for _, word := range layers {
		found := m.layersNamed(word)
		if len(found) == 0 {
			return nil, m.notFound("layer", word, m.layerNames())
		}
		if err := m.inSome(word, found, envs, chosenEnvs); err != nil {
			return nil, err
		}
		for name := range found {
			chosen[name] = true
		}
	}
	selected := []Target{}
	for _, t := range m.Targets {
		if (len(layers) == 0 || chosen[t.Layer]) && (len(envs) == 0 || chosenEnvs[t.Env]) {
			selected = append(selected, t)
		}
	}
	return selected, nil
}

// inSome returns an error unless one of the layers is in one of the environments, if any are given.
func (m *Map) inSome(word string, layers map[string]bool, words []string, envs map[string]bool) error {
	var where []string
	for _, t := range m.Targets {
		if layers[t.Layer] && (len(envs) == 0 || envs[t.Env]) {
			return nil
		}
		if layers[t.Layer] {
			where = append(where, t.String())
		}
	}
	sort.Strings(where)
	return &NotFoundError{Kind: "target", Word: shorten(word) + "/" + shorten(strings.Join(words, ",")), Valid: where}
}

// Resolve is Select for words of unknown kind: each is a layer, an environment, or
// both joined by a slash, "compute/prod". Layers are combined with environments;
// all is every layer. A word that is both a layer and an environment is taken for
// the environment if another word is a layer, else for the layer. No words are every target.
func (m *Map) Resolve(words []string, all bool) ([]Target, error) {
	var layers, envs, both, pairs []string
	for _, word := range words {
		isLayer, isEnv := len(m.layersNamed(word)) > 0, len(m.envsNamed(word)) > 0 && word != "all"
		switch {
		case isLayer && isEnv:
			both = append(both, word)
		case isLayer:
			layers = append(layers, word)
		case isEnv:
			envs = append(envs, word)
		case m.isPair(word):
			pairs = append(pairs, word)
		default:
			return nil, m.notFound("layer or environment", word, append(m.layerNames(), m.envNames()...))
		}
	}
	if len(layers) > 0 || all {
		envs = append(envs, both...)
	} else {
		layers = append(layers, both...)
	}
	if all {
		layers = nil
	}
	chosen := map[string]bool{}
	for _, pair := range pairs {
		i := strings.LastIndexByte(pair, '/')
		found, err := m.Select([]string{pair[:i]}, []string{pair[i+1:]})
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			chosen[t.ID()] = true
		}
	}
	if len(pairs) == 0 || len(layers)+len(envs) > 0 || all {
		found, err := m.Select(layers, envs)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			chosen[t.ID()] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(m.Targets), func(t Target) bool { return !chosen[t.ID()] }), nil
}

func (m *Map) isPair(word string) bool {
	i := strings.LastIndexByte(word, '/')
	return i > 0 && len(m.layersNamed(word[:i])) > 0 && len(m.envsNamed(word[i+1:])) > 0
}

// layersNamed returns the layers that a word means: one of that very name, else
// all that it fits without their number, by number, by folder, or as a glob.
func (m *Map) layersNamed(word string) map[string]bool {
	found := map[string]bool{}
	if len(word) > maxWord {
		return found
	}
	for _, t := range m.Targets {
		if t.Layer == word {
			return map[string]bool{word: true}
		}
		if word == "all" || fitsLayer(word, t) {
			found[t.Layer] = true
		}
	}
	return found
}

const maxWord = 200 // bytes of a word that a person may write

func fitsLayer(word string, t Target) bool {
	last := path.Base(t.Layer)
	for _, name := range [...]string{t.Layer, Short(t.Layer), last, Short(last), t.Dir, withoutPlain(t.Dir)} {
		if name == word || isGlob(word) && match(word, name) {
			return true
		}
	}
	n, err := strconv.Atoi(word)
	m, _, ok := number(t.Layer)
	return err == nil && ok && n == m
}

func isGlob(word string) bool { return strings.ContainsAny(word, "*?[{") }

func match(glob, name string) bool {
	ok, err := doublestar.Match(glob, name)
	return ok && err == nil
}

func (m *Map) envsNamed(word string) map[string]bool {
	found := map[string]bool{}
	if len(word) > maxWord {
		return found
	}
	for _, t := range m.Targets {
		if t.Env == word || word == "all" || isGlob(word) && match(word, t.Env) {
			found[t.Env] = true
		}
	}
	return found
}

func (m *Map) layerNames() []string {
	names := map[string]bool{}
	for _, t := range m.Targets {
		names[t.Layer] = true
	}
	return sortedKeys(names)
}

func (m *Map) envNames() []string {
	names := map[string]bool{}
	for _, t := range m.Targets {
		names[t.Env] = true
	}
	return sortedKeys(names)
}

func (m *Map) notFound(kind, word string, valid []string) *NotFoundError {
	return &NotFoundError{Kind: kind, Word: shorten(word), Nearest: nearest(word, valid), Valid: valid}
}

func shorten(word string) string {
	if runes := []rune(strings.ToValidUTF8(word, "?")); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return strings.ToValidUTF8(word, "?")
}

// nearest returns up to three valid words within a few typing errors of word, each in the form that is nearest: the
// short one only if it names one layer.
func nearest(word string, valid []string) []string {
	if len(word) > maxWord {
		return nil
	}
	type scored struct {
		name     string
		distance int
	}
	named := map[string]int{}
	for _, name := range valid {
		named[Short(name)]++
	}
	var close []scored
	for _, name := range valid {
		best := levenshtein.Distance(word, name, nil)
		for _, alias := range [...]string{Short(name), path.Base(name), Short(path.Base(name))} {
			best = min(best, levenshtein.Distance(word, alias, nil))
		}
		limit := max(1, len(word)/3)
		if len(word) > 3 {
			limit = max(2, limit) // two letters changed places
		}
		if best > limit {
			continue
		}
		if short := Short(name); named[short] == 1 && levenshtein.Distance(word, short, nil) < levenshtein.Distance(word, name, nil) {
			name = short
		}
		close = append(close, scored{name, best})
	}
	sort.SliceStable(close, func(i, j int) bool { return close[i].distance < close[j].distance })
	var names []string
	for _, c := range close[:min(len(close), 3)] {
		names = appendNew(names, c.name)
	}
	return names
}

func nearestHint(word string, valid []string) string {
	return (&NotFoundError{Word: word, Nearest: nearest(word, valid), Valid: valid}).Hint()
}
