// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"fmt"
	"slices"
	"strings"
)

const pageHead = `# Every role, and what it may do

<!-- make infra-report writes this page from the policies as they are applied to prod with everything switched on: do not edit it. -->

What AWS gets to see, statement by statement: no ` + "`*`" + ` but those of [security-baseline.md](security-baseline.md#statements-that-need-a-star).
Every role but the two of 01-bootstrap has the permissions boundary, so that it may do what stands here as far as that allows.
The two are Layerbot's own: the boundary is theirs to give and not to have, they are applied by a person, and neither can change itself.

| in ARNs here | is |
|---|---|
| ` + "`…`" + ` | ` + "`arn:aws:`" + ` |
| ` + "`ACCOUNT`" + `, ` + "`REGION`" + ` | the account and region of the environment |
| ` + "`ID`" + ` | the prefix of names, such as layerbot-prod-euw1 |
`

// shorter is what the page says for parts that stand in every ARN.
var shorter = strings.NewReplacer("arn:aws:", "…", "777788889999", "ACCOUNT", "eu-west-1", "REGION", "layerbot-prod-euw1", "ID", "|", `\|`)

// Page is docs/iam.md: a table for each role.
func Page(roles []Role) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, r := range roles {
		fmt.Fprintf(&b, "\n## %s\n\n", shorter.Replace(r.Name))
		fmt.Fprintf(&b, "In %s. Assumed by %s.", r.Layer, code(r.who()))
		if len(r.Managed) > 0 {
			fmt.Fprintf(&b, " Has of AWS's policies %s.", code(r.Managed))
		}
		b.WriteString("\n")
		if len(r.Policies) == 0 {
			continue
		}
		b.WriteString("\n| statement | | actions | on | if |\n|---|---|---|---|---|\n")
		for _, s := range r.Policies {
			effect := "allows"
			if !s.Allows() {
				effect = "**denies**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Sid, effect, but(s.Actions, s.NotActions), but(s.Resources, s.NotResources), s.ifs())
		}
	}
	return b.String()
}

// but is a list, or everything but another.
func but(all, not []string) string {
	if len(not) > 0 {
		return "all but " + code(not)
	}
	return code(all)
}

func code(list []string) string {
	sorted := slices.Sorted(slices.Values(list))
	for i := range sorted {
		sorted[i] = "`" + shorter.Replace(sorted[i]) + "`"
	}
	return strings.Join(sorted, ", ")
}

func (s Statement) ifs() string {
	var all []string
	for _, c := range s.Conditions {
		all = append(all, fmt.Sprintf("`%s` %s %s", shorter.Replace(c.Key), c.Operator, code(c.Values)))
	}
	return strings.Join(all, " and ")
}
