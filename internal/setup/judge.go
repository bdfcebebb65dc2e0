// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A judge collects findings about facts.
type judge struct {
	Facts
	found []Finding
}

// Judge holds an installation against what Layerbot needs, part by part, in the order in which one sets it up.
func Judge(f Facts) []Finding {
	j := &judge{Facts: f}
	j.Server = cmp.Or(strings.TrimSuffix(j.Server, "/"), "https://github.com")
	j.Want = slices.Clone(j.Want)
	for i := range j.Want {
		j.Want[i].Branch = cmp.Or(j.Want[i].Branch, j.Repository.DefaultBranch)
	}
	slices.SortFunc(j.Want, func(a, b Environment) int { return strings.Compare(a.Name, b.Name) })
	j.app()
	j.open(AppEnvironment, "gate and report of pull requests do not get the App's secrets", "every run waits for somebody")
	j.secrets()
	j.environments()
	j.callers()
	j.checks()
	return j.found
}

func (j *judge) add(state State, part, fix, format string, args ...any) {
	if state == OK {
		fix = ""
	}
	j.found = append(j.found, Finding{Part: part, State: state, Text: fmt.Sprintf(format, args...), Fix: fix})
}

// unknown adds that a part could not be looked at, if there is a reason for that under one of the keys.
func (j *judge) unknown(part string, keys ...string) bool {
	for _, key := range keys {
		if why := j.Why[key]; why != "" {
			j.add(Unknown, part, "give a token that may read it (LAYERBOT_TOKEN or `gh auth login`), or look at "+j.settings(""), "could not be looked at: %s", why)
			return true
		}
	}
	return false
}

// api returns the path of something below the repository, for gh api.
func (j *judge) api(rest string) string { return "repos/" + j.Repository.String() + "/" + rest }

// environmentAPI returns the path of something below an environment, as one word of a shell: folders can have any name.
func (j *judge) environmentAPI(name, rest string) string {
	return word(j.api("environments/" + url.PathEscape(name) + rest))
}

// settings returns the address of a page of the repository's settings.
func (j *judge) settings(page string) string {
	return strings.TrimSuffix(fmt.Sprintf("%s/%s/settings/%s", j.Server, j.Repository, page), "/")
}

// branches returns the branches that environments are applied from, sorted.
func (j *judge) branches() []string {
	var all []string
	for _, e := range j.Want {
		all = append(all, e.Branch)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// word returns text as one word of a shell, quoted only where it must be.
func word(text string) string {
	if plainText.MatchString(text) {
		return text
	}
	return quote(text)
}

var plainText = regexp.MustCompile(`^[A-Za-z0-9._/%@:+-]+$`)

// quote returns text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// list returns "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
