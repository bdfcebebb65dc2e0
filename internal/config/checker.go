// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A checker collects what is wrong with values of the right type.
type checker struct{ diags hcl.Diagnostics }

func (c *checker) fail(at hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at,
	})
}

// at returns the place of an argument's value; of the block, if it has no such argument.
func at(body hcl.Body, argument string) hcl.Range {
	if b, ok := body.(*hclsyntax.Body); ok {
		if a, ok := b.Attributes[argument]; ok {
			return a.Expr.Range()
		}
	}
	return body.MissingItemRange()
}

// atItem returns the place of item i of a list.
func atItem(body hcl.Body, argument string, i int) hcl.Range {
	if b, ok := body.(*hclsyntax.Body); ok {
		if a, ok := b.Attributes[argument]; ok {
			if items, diags := hcl.ExprList(a.Expr); !diags.HasErrors() && i < len(items) {
				return items[i].Range()
			}
		}
	}
	return at(body, argument)
}

// oneOf checks a word of a closed list; "" is left out and fine.
func (c *checker) oneOf(body hcl.Body, argument, value string, words ...string) {
	if value != "" && !slices.Contains(words, value) {
		c.fail(at(body, argument), "Unknown value", "%s is %q. %s", argument, value, among(value, words))
	}
}

// matches checks the form of a value; "" is left out and fine. form is said to who got it wrong.
func (c *checker) matches(body hcl.Body, argument, value string, re *regexp.Regexp, form string) {
	if value != "" && !re.MatchString(value) {
		c.fail(at(body, argument), "Malformed value", "%s is %q. It must be %s.", argument, value, form)
	}
}

// unique checks that a name was not seen before, and remembers it.
func (c *checker) unique(seen map[string]hcl.Range, kind, name string, at hcl.Range) {
	if first, ok := seen[name]; ok {
		c.fail(at, "Duplicate "+kind, "%s %q was defined on line %d already.", kind, name, first.Start.Line)
		return
	}
	seen[name] = at
}

// among says which words there are, and which of them was probably meant.
func among(value string, words []string) string {
	if near := nearest(value, words); near != "" {
		return fmt.Sprintf("Did you mean %q? Valid: %s.", near, strings.Join(words, ", "))
	}
	return "Valid: " + strings.Join(words, ", ") + "."
}

// nearest returns the word that value is probably a slip of, or "".
func nearest(value string, words []string) string {
	best, least := "", 1+max(2, len(value)/3)
	value = strings.ToLower(value)
	for _, w := range words {
		d := levenshtein.Distance(value, strings.ToLower(w), nil)
		if len(w) > 2 && strings.Contains(value, w) {
			d = 1 // "opentofu" means "tofu"
		}
		if d < least {
			best, least = w, d
		}
	}
	return best
}

// inside says whether p, slash-separated, stays inside the repository it is relative to.
func inside(p string) bool {
	return p != "" && !path.IsAbs(p) && !strings.ContainsAny(p, "\\\x00\n\r") && !slices.Contains(strings.Split(p, "/"), "..")
}
