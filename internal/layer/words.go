// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Words that people use. They only help to tell an environment from anything
// else; a name needs other evidence when it is not among them.
var (
	environmentWords = set("dev develop development test testing tst qa uat sit int integ integration stage staging stg stag " +
		"pre preprod pre-prod preproduction pre-production nonprod non-prod nonproduction non-production prod production prd live " +
		"sandbox sbx demo perf performance preview canary acc acceptance")
	weakWords = set("test testing live demo int perf preview acc pre") // as often a folder's own name

	environmentFolders = set("environments environment envs env")
	valueFolders       = set("vars tfvars variables config configs configuration inputs values settings")
	backendFolders     = set("backend backends backend-config backend-configs backend_config backend_configs")
	rootFolders        = set("environments environment envs env live stacks layers")
	plainFolders       = set("terraform tf tofu opentofu")
	exampleFolders     = set("examples example tests test testdata fixtures test-fixtures")
	moduleFolders      = set("modules module")
	sharedWords        = set("common shared global globals default defaults all base terraform main values")
	notEnvironments    = set("common shared global globals default defaults all base terraform main values example sample template " +
		"stub mock backend backend-config variables vars config")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// environmentLike reports whether a name is, or has as one of its parts, a word for an environment: "acme-prod".
func environmentLike(name string) bool {
	name = strings.ToLower(name)
	if environmentWords[name] {
		return true
	}
	for _, part := range strings.FieldsFunc(name, isSeparator) {
		if environmentWords[part] && !weakWords[part] {
			return true
		}
	}
	return false
}

func isSeparator(r rune) bool { return r == '-' || r == '_' || r == '.' }

// refusedStem reports whether a file's stem names something other than an environment: "common", "network-stub".
func refusedStem(stem string) bool {
	stem = strings.ToLower(stem)
	if stem == "" || stem[0] == '-' || notEnvironments[stem] {
		return true
	}
	for _, part := range strings.FieldsFunc(stem, isSeparator) {
		switch part {
		case "stub", "stubs", "override", "overrides", "example", "sample", "template", "mock", "fixture":
			return true
		}
	}
	return false
}

// has reports whether a folder on the way is one of words.
func has(words map[string]bool, dir string) bool {
	for _, s := range segments(dir) {
		if words[strings.ToLower(s)] {
			return true
		}
	}
	return false
}

var numbered = regexp.MustCompile(`^(\d{1,3})[-_]`)

// number returns the numeric prefix of a path's last numbered folder, and the
// folder it counts in.
func number(base string) (n int, among string, ok bool) {
	parts := segments(base)
	for i := len(parts) - 1; i >= 0; i-- {
		if m := numbered.FindStringSubmatch(parts[i]); m != nil {
			n, err := strconv.Atoi(m[1])
			return n, join(parts[:i]), err == nil
		}
	}
	return 0, "", false
}

// disabled reports whether a folder on the way is switched off by its name.
func disabled(dir string) bool {
	for _, s := range segments(dir) {
		if strings.HasSuffix(s, "--") {
			return true
		}
	}
	return false
}

// withoutPlain drops a last folder that only says "here is the Terraform".
func withoutPlain(dir string) string {
	if plainFolders[strings.ToLower(path.Base(dir))] && path.Dir(dir) != "." {
		return path.Dir(dir)
	}
	return dir
}
