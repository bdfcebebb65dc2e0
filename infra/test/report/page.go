// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/report/checks"
	"github.com/layerbot/layerbot/infra/test/rules"
)

const head = `# The inventory of infra, number by number

<!-- make infra-report writes this page from infra/test/inventory and from what came of each check: do not edit it. -->

What the platform's two source documents ask for, in 112 numbers; before them what the layout asks for (L). Each check was
made when this page was written: CI makes them all again, and fails where one fails or this page is another.

| letter | how a number is shown |
|---|---|
| H | a rule over the HCL as written, or over what it comes to when it is applied, with the AWS provider's real schema |
| P | ` + "`terraform plan`, `apply` and `terraform test`" + ` with the provider that stands in for AWS |
| R | the policy's own tests, by OPA |
| M | the rendered chart |
| U | a Go or shell test |
| S | what stands in the repository: files, links, workflows |
| A | a command for a real account, and what it prints there |

| | number | what | by | shown by |
|---|---|---|---|---|
`

// Page is docs/acceptance.md. It holds nothing that differs from one run to the next.
func Page(numbers []inventory.Number, results checks.Results) string {
	var b strings.Builder
	b.WriteString(head)
	var live []inventory.Number
	for _, n := range numbers {
		mark := "✓"
		var how []string
		for _, c := range n.Checks {
			if results[c] != nil {
				mark = "✗"
			}
			if c.Kind == inventory.Live {
				how = append(how, fmt.Sprintf("[on an account](#%s)", anchor(n)))
				if !slices.ContainsFunc(live, func(l inventory.Number) bool { return l.Label == n.Label }) {
					live = append(live, n)
				}
				continue
			}
			how = append(how, shown(c))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", mark, n.Label, cell(n.What), n.Kinds, strings.Join(how, " · "))
	}
	b.WriteString("\n## On a real account\n\nNobody but AWS can show these. The commands only read; the pull (30) fills a cache.\n")
	for _, n := range live {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", title(n), n.What)
		for _, c := range n.Checks {
			if c.Kind == inventory.Live {
				fmt.Fprintf(&b, "\n```\n$ %s\n%s\n```\n", c.Name, c.Shows)
			}
		}
	}
	b.WriteString("\n## Rules\n\n| rule | says |\n|---|---|\n")
	said := map[string]bool{}
	all := rules.All()
	for _, n := range numbers {
		for _, c := range n.Checks {
			if c.Kind == inventory.Rule && !said[c.Name] {
				said[c.Name] = true
				fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, cell(all[c.Name].Says))
			}
		}
	}
	return b.String()
}

// shown names a check, with a link to where it is written. The page is in docs/.
func shown(c inventory.Check) string {
	switch c.Kind {
	case inventory.Rule:
		return fmt.Sprintf("rule [%s](#rules)", c.Name)
	case inventory.Run:
		if c.Name == inventory.Every {
			return fmt.Sprintf("[every run of terraform test](../%s)", c.In)
		}
		return fmt.Sprintf("run [%s](../%s)", c.Name, c.In)
	case inventory.Go:
		if c.Name == inventory.Every {
			return fmt.Sprintf("[every test of %s](../%s)", c.In, c.In)
		}
		return fmt.Sprintf("[%s](../%s)", cell(c.Name), c.In)
	case inventory.Rego:
		return fmt.Sprintf("rego [%s](../policies/README.md)", c.Name)
	default:
		return fmt.Sprintf("[%s](%s)", path.Base(c.In), link(c.In))
	}
}

// link leads from docs/ to a path of the repository.
func link(to string) string {
	if rest, in := strings.CutPrefix(to, "docs/"); in {
		return rest
	}
	return "../" + to
}

func title(n inventory.Number) string { return "Number " + n.Label }

func anchor(n inventory.Number) string { return "number-" + strings.ToLower(n.Label) }

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
