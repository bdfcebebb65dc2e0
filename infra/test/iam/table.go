// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Table lists what a role may do, an action and a resource a line, with the conditions under which.
func (role Role) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", role.Name, role.Layer)
	for _, arn := range role.Managed {
		fmt.Fprintf(&b, "  AWS's policy %s\n", arn)
	}
	for _, s := range role.Policies {
		for _, a := range slices.Concat(s.Actions, s.NotActions) {
			for _, r := range slices.Concat(s.Resources, s.NotResources) {
				fmt.Fprintf(&b, "  %-5s %s on %s%s\n", s.Effect, a, r, s.when())
			}
		}
	}
	return b.String()
}

func (s Statement) when() string {
	var all []string
	for _, c := range s.Conditions {
		all = append(all, fmt.Sprintf("%s %s %s", c.Key, c.Operator, strings.Join(c.Values, " or ")))
	}
	if len(all) == 0 {
		return ""
	}
	return " if " + strings.Join(all, " and ")
}

// who names whom a role's trust policy is for.
func (role Role) who() []string {
	all := map[string]bool{}
	for _, s := range role.Trust {
		for _, names := range s.Principals {
			for _, n := range names {
				all[n] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}
