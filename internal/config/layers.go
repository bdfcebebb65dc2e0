// SPDX-License-Identifier: Apache-2.0

package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
)

type layersBlock struct {
	Body     hcl.Body      `hcl:",body"`
	Include  []string      `hcl:"include,optional"`
	Exclude  []string      `hcl:"exclude,optional"`
	VarFiles []string      `hcl:"var_files,optional"`
	Backend  *backendBlock `hcl:"backend,block"`
}

type backendBlock struct {
	Body   hcl.Body          `hcl:",body"`
	File   string            `hcl:"file,optional"`
	Values map[string]string `hcl:"values,optional"`
}

// placeholders are what templates may hold, in braces.
var placeholders = []string{"dir", "env", "layer"}

// config returns the checked block; a nil one is the default.
func (b *layersBlock) config(c *checker) Layers {
	if b == nil {
		return Layers{}
	}
	for argument, globs := range map[string][]string{"include": b.Include, "exclude": b.Exclude} {
		for i, g := range globs {
			c.glob(atItem(b.Body, argument, i), argument, g)
		}
	}
	for i, t := range b.VarFiles {
		if where := atItem(b.Body, "var_files", i); c.template(where, "var_files", t) {
			c.glob(where, "var_files", placeholder.ReplaceAllString(t, "x"))
		}
	}
	l := Layers{Include: b.Include, Exclude: b.Exclude, VarFiles: b.VarFiles}
	if b.Backend != nil {
		b.Backend.check(c)
		l.BackendFile, l.BackendValues = b.Backend.File, b.Backend.Values
	}
	return l
}

func (b *backendBlock) check(c *checker) {
	where := at(b.Body, "file")
	if b.File != "" && c.template(where, "file", b.File) && !inside(b.File) {
		c.fail(where, "Path outside the repository", "file is %q. It must be relative to the root of the repository and stay inside it.", b.File)
	}
	for _, key := range slices.Sorted(maps.Keys(b.Values)) {
		where := at(b.Body, "values")
		if !identifier.MatchString(key) {
			c.fail(where, "Malformed backend value", "%q is no name of a backend argument.", key)
		}
		c.template(where, "values."+key, b.Values[key])
	}
}

// glob checks a glob of paths within the repository.
func (c *checker) glob(at hcl.Range, argument, glob string) {
	switch {
	case !inside(glob):
		c.fail(at, "Path outside the repository", "%s has %q. It must be relative to the root of the repository and stay inside it.", argument, glob)
	case !doublestar.ValidatePattern(glob):
		c.fail(at, "Invalid glob", "%s has %q, which is no glob. Within globs, * and ? match inside a folder name, ** any folders, [a-z] one letter, {a,b} one of several.", argument, glob)
	}
}

// A placeholder is a word in braces; {a,b} is a choice of globs.
var placeholder = regexp.MustCompile(`\{[^{},]*\}`)

// template checks the placeholders of a value and says whether they are all known.
func (c *checker) template(at hcl.Range, argument, value string) bool {
	ok := true
	for _, p := range placeholder.FindAllString(value, -1) {
		name := strings.Trim(p, "{}")
		if !slices.Contains(placeholders, name) {
			c.fail(at, "Unknown placeholder", "%s has %s. %s", argument, p, among(name, placeholders))
			ok = false
		}
	}
	if rest := placeholder.ReplaceAllString(value, ""); strings.Count(rest, "{") != strings.Count(rest, "}") {
		c.fail(at, "Unfinished placeholder", "%s is %q: the braces do not match.", argument, value)
		ok = false
	}
	return ok
}
