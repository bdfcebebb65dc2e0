package config

import (
	"slices"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
)

type scannerBlock struct {
	Name     string    `hcl:"name,label"`
	At       hcl.Range `hcl:"name,label_range"`
	Body     hcl.Body  `hcl:",body"`
	FailOn   string    `hcl:"fail_on,optional"`
	Required bool      `hcl:"required,optional"`
}

var (
	scannerNames = []string{"trivy", "tfsec", "checkov", "gitleaks", "tflint"}
	severities   = []string{"low", "medium", "high", "critical"}
)

// scanners returns the checked blocks, in file order.
func scanners(c *checker, blocks []scannerBlock) []Scanner {
	var all []Scanner
	seen := map[string]hcl.Range{}
	for _, b := range blocks {
		c.unique(seen, "scanner", b.Name, b.At)
		if !slices.Contains(scannerNames, b.Name) {
			c.fail(b.At, "Unknown scanner", "There is no scanner %q. %s", b.Name, among(b.Name, scannerNames))
		}
		c.oneOf(b.Body, "fail_on", b.FailOn, severities...)
		all = append(all, Scanner{Name: b.Name, FailOn: b.FailOn, Required: b.Required})
	}
	return all
}

type policiesBlock struct {
	Body   hcl.Body `hcl:",body"`
	Paths  []string `hcl:"paths,optional"`
	FailOn string   `hcl:"fail_on,optional"`
}

// config returns the checked block; a nil one is the default.
func (b *policiesBlock) config(c *checker) Policies {
	if b == nil {
		return Policies{}
	}
	for i, p := range b.Paths {
		if !inside(p) || !doublestar.ValidatePattern(p) {
			c.fail(atItem(b.Body, "paths", i), "Path outside the repository", "paths has %q. It must be a path relative to the root of the repository.", p)
		}
	}
	c.oneOf(b.Body, "fail_on", b.FailOn, severities...)
	return Policies{Paths: b.Paths, FailOn: b.FailOn}
}
