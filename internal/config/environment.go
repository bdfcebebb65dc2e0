// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

type environmentBlock struct {
	Name            string    `hcl:"name,label"`
	At              hcl.Range `hcl:"name,label_range"`
	Body            hcl.Body  `hcl:",body"`
	Branch          string    `hcl:"branch,optional"`
	Previous        string    `hcl:"previous,optional"`
	WhenPlanChanged string    `hcl:"when_plan_changed,optional"`
	Unreviewed      string    `hcl:"unreviewed,optional"`
	Volatile        []string  `hcl:"volatile,optional"`
	Appliers        []string  `hcl:"appliers,optional"`
	Require         []string  `hcl:"require,optional"`
	AWS             *awsBlock `hcl:"aws,block"`
}

var (
	// An environment's name becomes a folder, a check's name and a GitHub environment.
	environmentName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)
	// A team as GitHub mentions it, or a login; managed users' logins have an underscore.
	applier = regexp.MustCompile(`^(@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[a-z0-9][a-z0-9._-]{0,99}|[A-Za-z0-9][A-Za-z0-9_-]{0,60})$`)
)

// environments returns the checked blocks, in file order.
func environments(c *checker, blocks []environmentBlock) []Environment {
	var all []Environment
	seen := map[string]hcl.Range{}
	for _, b := range blocks {
		c.unique(seen, "environment", b.Name, b.At)
		all = append(all, b.config(c))
	}
	checkPrevious(c, blocks)
	return all
}

func (b environmentBlock) config(c *checker) Environment {
	if !environmentName.MatchString(b.Name) {
		c.fail(b.At, "Malformed name", "An environment's name is made of letters, digits, dots, dashes and underscores; %q is not.", b.Name)
	}
	if !branchName(b.Branch) {
		c.fail(at(b.Body, "branch"), "Malformed value", "branch is %q, which git does not allow as a branch.", b.Branch)
	}
	c.oneOf(b.Body, "when_plan_changed", b.WhenPlanChanged, string(Stop), string(Apply))
	c.oneOf(b.Body, "unreviewed", b.Unreviewed, string(Stop), string(Apply))
	for i, v := range b.Volatile {
		c.volatile(atItem(b.Body, "volatile", i), v)
	}
	for i, a := range b.Appliers {
		if !applier.MatchString(a) {
			c.fail(atItem(b.Body, "appliers", i), "Malformed value", `appliers has %q. It must be a team, "@acme/platform", or a login, "octocat".`, a)
		}
	}
	requirements := []string{"approved"}
	for i, r := range b.Require {
		if !slices.Contains(requirements, r) {
			c.fail(atItem(b.Body, "require", i), "Unknown value", "require has %q. %s", r, among(r, requirements))
		}
	}
	return Environment{
		Name:            b.Name,
		Branch:          orElse(b.Branch, b.Name),
		BranchGiven:     b.Branch != "",
		Previous:        b.Previous,
		WhenPlanChanged: Changed(orElse(b.WhenPlanChanged, string(Stop))),
		Unreviewed:      Changed(orElse(b.Unreviewed, string(Stop))),
		Volatile:        b.Volatile,
		Appliers:        b.Appliers,
		Require:         b.Require,
		AWS:             b.AWS.config(c),
	}
}

// volatile checks a glob of attributes that is not for all of them.
func (c *checker) volatile(at hcl.Range, glob string) {
	c.attributes(at, "volatile", glob)
	if glob != "" && strings.Trim(glob, "*.") == "" {
		c.fail(at, "Malformed value", "volatile has %q, which leaves nothing of a plan to be compared. Name the attributes, as in \"**.tags_all.version\".", glob)
	}
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// checkPrevious refuses promotion gates that name no block, or lead back to themselves.
func checkPrevious(c *checker, blocks []environmentBlock) {
	previous := map[string]string{}
	var names []string
	for _, b := range blocks {
		previous[b.Name] = b.Previous
		names = append(names, b.Name)
	}
	for _, b := range blocks {
		if _, ok := previous[b.Previous]; b.Previous != "" && !ok {
			c.fail(at(b.Body, "previous"), "Unknown environment", "previous is %q, which no environment block defines. %s", b.Previous, among(b.Previous, names))
			continue
		}
		way := []string{b.Name}
		for p := b.Previous; p != "" && len(way) <= len(names); p = previous[p] {
			way = append(way, p)
			if p == b.Name {
				c.fail(at(b.Body, "previous"), "Promotion in a circle", "%s: no environment could ever be the first.", strings.Join(way, " after "))
				break
			}
		}
	}
}

// branchName says whether git takes name as a branch; "" is left out and fine.
// https://git-scm.com/docs/git-check-ref-format
func branchName(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if name != "" && (part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")) {
			return false
		}
	}
	return !strings.HasPrefix(name, "-") && !strings.HasSuffix(name, ".") && name != "@" &&
		!strings.Contains(name, "..") && !strings.Contains(name, "@{") &&
		!strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) })
}
