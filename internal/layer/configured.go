// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// fill puts a target's names into a template of the configuration: {dir}, {layer}
// (the full name, "05-compute"), {name} (without its number, "compute") and {env}.
func fill(template string, r *root, env string) string {
	return strings.NewReplacer("{dir}", r.dir, "{layer}", r.layer, "{name}", Short(r.layer), "{env}", env).Replace(template)
}

// configuredEnvironments returns the environments of r as the configuration's
// templates show them, beside those found by convention. Where nothing shows any
// and the templates ask for one, they are those that the configuration names.
func (d *discovery) configuredEnvironments(r *root, found []string) []string {
	all := map[string]bool{}
	for _, env := range found {
		all[env] = true
	}
	asks := false
	for _, template := range append(slices.Clone(d.opts.VarFiles), d.opts.BackendFile) {
		if strings.Contains(template, "{env}") {
			asks = true
			for _, env := range d.environmentsBy(template, r) {
				all[env] = true
			}
		}
	}
	for _, template := range d.opts.BackendValues {
		asks = asks || strings.Contains(template, "{env}")
	}
	if len(all) == 0 && (asks || r.workspace) {
		for _, env := range d.opts.Environments {
			all[env] = true
		}
	}
	return sortedKeys(all)
}

// environmentsBy returns what stands for {env} in the files that a template matches.
func (d *discovery) environmentsBy(template string, r *root) []string {
	const mark = "\x01"
	glob := path.Clean(fill(template, r, mark))
	var pattern strings.Builder
	first := true
	for _, part := range globParts.FindAllString(glob, -1) {
		switch part {
		case mark:
			if first {
				pattern.WriteString(`([^/]+)`)
			} else {
				pattern.WriteString(`[^/]+`)
			}
			first = false
		case "**", "**/":
			pattern.WriteString(`.*`)
		case "*":
			pattern.WriteString(`[^/]*`)
		case "?":
			pattern.WriteString(`[^/]`)
		default:
			pattern.WriteString(regexp.QuoteMeta(part))
		}
	}
	matcher, err := regexp.Compile("^" + pattern.String() + "$")
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	fixed, _, _ := strings.Cut(glob, mark)
	start, _ := doublestar.SplitPattern(fixed + "*")
	for _, name := range d.tree.below(start) {
		m := matcher.FindStringSubmatch(name)
		if m == nil || refusedStem(m[1]) {
			continue
		}
		if ok, _ := doublestar.Match(path.Clean(fill(template, r, escapeGlob(m[1]))), name); ok { // the same word everywhere
			found[m[1]] = true
		}
	}
	return sortedKeys(found)
}

var (
	globParts = regexp.MustCompile(`\x01|\*\*/?|\*|\?|[^\x01*?]+`)
	globMeta  = regexp.MustCompile(`[*?\[\]{}\\]`)
)

func escapeGlob(s string) string { return globMeta.ReplaceAllString(s, `\$0`) }

// configure applies the configuration's templates to a target. A file that it
// names without a wildcard and that is not there is the target's problem.
func (d *discovery) configure(r *root, t *Target) {
	for _, template := range d.opts.VarFiles {
		own := strings.Contains(template, "{env}")
		take := func(name string) {
			t.VarFiles = appendNew(t.VarFiles, name)
			d.info[t].own[name] = d.info[t].own[name] || own
		}
		name := path.Clean(fill(template, r, t.Env))
		if !strings.ContainsAny(template, "*?[") && !strings.Contains(withoutNames(template), "{") {
			if d.tree.exists(name) {
				take(name)
			} else if t.Problem == nil && (t.Env != DefaultEnv || !own) {
				t.Problem = &Problem{Message: "var-file missing: the configuration names it and it is not there", File: name,
					Hint: "commit " + name + ", or correct var_files in the configuration"}
			}
			continue
		}
		glob := path.Clean(fill(template, &root{folder: &folder{dir: escapeGlob(r.dir)}, layer: escapeGlob(r.layer)}, escapeGlob(t.Env)))
		start, _ := doublestar.SplitPattern(glob)
		for _, file := range d.tree.below(start) {
			if ok, _ := doublestar.Match(glob, file); ok && !(path.Dir(file) == r.dir && isAutoloaded(path.Base(file))) {
				take(file)
			}
		}
	}
	if d.opts.BackendFile != "" && r.backend != nil {
		t.BackendConfig = path.Clean(fill(d.opts.BackendFile, r, t.Env))
	}
	if len(d.opts.BackendValues) > 0 && r.backend != nil && r.backend.kind != "local" && r.backend.kind != "cloud" {
		t.BackendValues = map[string]string{}
		for name, template := range d.opts.BackendValues {
			t.BackendValues[name] = fill(template, r, t.Env)
		}
	}
	if t.BackendConfig != "" && !d.tree.exists(t.BackendConfig) && len(d.missingArguments(r, t)) == 0 {
		t.BackendConfig = "" // the values say everything
	}
}

func withoutNames(template string) string {
	return strings.NewReplacer("{dir}", "", "{layer}", "", "{name}", "", "{env}", "").Replace(template)
}

func appendNew(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}
