// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Rules say what configurations may use. They come from the base branch's configuration. The zero value forbids
// nothing.
type Rules struct {
	// Providers are the source addresses that may be used: "hashicorp/*", "registry.terraform.io/acme/thing",
	// "example.com/*/*". A missing host is the public registry of Terraform or OpenTofu; a missing namespace is
	// hashicorp. nil: any; empty: only what is built in.
	Providers []string `json:"providers,omitzero"`

	// Deny are kinds of blocks that may not be used, * standing for anything: "data.external", "ephemeral.*",
	// "resource.null_*", "action.*", "provisioner.local-exec", "module.git::*" (a source that is not local).
	Deny []string `json:"deny,omitempty"`

	// Backend is the backend that the target must have, by type: "s3"; "local" is also none, "*" is any that no
	// override file sets, and "" does not look.
	Backend string `json:"backend,omitempty"`
}

// Refusals returns why what was inspected must not be run, in the order of files: a provider that is not among those
// allowed, a kind of block that is denied, a setting by which a program is started where data.external could not start
// one, a backend other than expected, one that an override file sets, a file that cannot be read, and, where providers or
// kinds are ruled, what cannot be judged. Each has a Hint that says what to do.
func (r Rules) Refusals(i *Inspection) []Problem {
	if r.Providers == nil && len(r.Deny) == 0 && r.Backend == "" {
		return nil
	}
	var found []Problem
	refuse := func(u Use, hint, format string, args ...any) {
		found = append(found, Problem{Message: fmt.Sprintf(format, args...), File: u.File, Line: u.Line, Hint: hint})
	}
	for _, u := range i.Unreadable {
		refuse(u, "correct it: what cannot be read cannot be checked, and is not run", "%s", u.Name)
	}
	if r.Providers != nil || len(r.Deny) > 0 {
		for _, u := range i.Unclear {
			refuse(u, "write it out, or in a form that Layerbot knows: what cannot be checked is not run", "cannot be checked: %s", u.Name)
		}
	}
	for _, u := range i.Providers {
		if !r.AllowsProvider(u.Name) {
			refuse(u, fmt.Sprintf("if it may be used, add it in "+onBase+": terraform { providers = [..., %q] }", strings.TrimPrefix(u.Name, publicRegistry+"/")),
				"the provider %s is not among those allowed", u.Name)
		}
	}
	if r.noPrograms() {
		for _, u := range i.Programs {
			refuse(u, "do without it, for a role needs neither; or allow programs in "+onBase+": hashicorp/external among `providers`, and data.external not in `deny`",
				"the setting %q can start a program, which is denied", u.Name)
		}
	}
	for _, k := range i.kinds() {
		for _, u := range k.uses {
			if by := r.denies(k.word, u.Name); by != "" {
				refuse(u, fmt.Sprintf("do without it, or take %q out of terraform { deny } in "+onBase, by), "%s %q is denied", k.title, u.Name)
			}
		}
	}
	found = append(found, r.backend(i)...)
	slices.SortStableFunc(found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return found
}

// noPrograms reports whether the data source of which programs are known may not be used: nor may what else starts one.
func (r Rules) noPrograms() bool {
	return r.denies("data", "external") != "" || !r.AllowsProvider("hashicorp/external")
}

const onBase = ".github/layerbot.hcl on the base branch"

// A kind is a kind of blocks: as rules call it, and as people do.
type kind struct {
	word, title string
	uses        []Use
}

func (i *Inspection) kinds() []kind {
	return []kind{
		{"data", "the data source", i.Data}, {"ephemeral", "the ephemeral resource", i.Ephemerals}, {"resource", "the resource", i.Resources},
		{"action", "the action", i.Actions}, {"provisioner", "the provisioner", i.Provisioners}, {"module", "the module source", i.Modules},
	}
}

// denies returns the rule by which a kind of block is denied, or "".
func (r Rules) denies(word, name string) string {
	for _, rule := range r.Deny {
		denied, pattern, _ := strings.Cut(rule, ".")
		if denied == word && (matches(pattern, name) || word == "module" && matches(pattern, fetched(name))) {
			return rule
		}
	}
	return ""
}

// matches reports whether a text fits a pattern, in which * stands for anything.
func matches(pattern, text string) bool {
	return covers(strings.ReplaceAll(pattern, "*", unknown), text)
}

// fetched returns a module's source with the way in which it is fetched, where its form implies git.
// https://developer.hashicorp.com/terraform/language/modules/sources#github
func fetched(source string) string {
	host, _, _ := strings.Cut(source, "/")
	user, rest, login := strings.Cut(source, "@")
	switch {
	case strings.Contains(source, "::"):
	case host == "github.com", host == "bitbucket.org",
		login && !strings.Contains(user, "/") && !strings.Contains(user, ":") && strings.Contains(rest, ":"):
		return "git::" + source
	}
	return source
}

// backend returns the refusals of backends.
func (r Rules) backend(i *Inspection) []Problem {
	if r.Backend == "" {
		return nil
	}
	var overrides, others []Problem
	for _, u := range i.Backends {
		switch {
		case isOverride(u.File):
			overrides = append(overrides, Problem{Message: fmt.Sprintf("an override file sets the backend %q", u.Name), File: u.File, Line: u.Line,
				Hint: "move the block to a file that is no override; what is for your own machine alone belongs into .gitignore"})
		case r.Backend != "*" && r.Backend != u.Name:
			others = append(others, Problem{Message: fmt.Sprintf("the backend is %q, and that of the base branch is %q", u.Name, r.Backend), File: u.File, Line: u.Line, Hint: mayChange})
		}
	}
	if len(i.Backends) == 0 && r.Backend != "*" && r.Backend != "local" {
		others = append(others, Problem{Message: fmt.Sprintf("there is no backend, and that of the base branch is %q", r.Backend), Hint: mayChange})
	}
	if len(overrides) > 0 {
		return overrides // the others are not the ones that count
	}
	return others
}

const mayChange = "if its state is to move, set backend_may_change = true in its layer block of " + onBase

// AllowsProvider reports whether a source address may be used. What is built into Terraform always may.
func (r Rules) AllowsProvider(source string) bool {
	address := sourceAddress(source)
	if r.Providers == nil || strings.HasPrefix(address, builtInProviders) {
		return true
	}
	for _, pattern := range r.Providers {
		if allows(pattern, address) {
			return true
		}
	}
	return false
}

// allows reports whether a full address fits a pattern, part by part.
func allows(pattern, address string) bool {
	want, have := strings.Split(sourceAddress(pattern), "/"), strings.Split(address, "/")
	if len(want) != len(have) {
		return false
	}
	if have[0] == openTofuRegistry && strings.Count(pattern, "/") < 2 {
		want[0] = openTofuRegistry
	}
	for i, part := range want {
		if part != "*" && part != have[i] {
			return false
		}
	}
	return address != ""
}
