// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

type scannerBlock struct {
	Name     string    `hcl:"name,label"`
	At       hcl.Range `hcl:"name,label_range"`
	Body     hcl.Body  `hcl:",body"`
	Version  string    `hcl:"version,optional"`
	SHA256   string    `hcl:"sha256,optional"`
	FailOn   string    `hcl:"fail_on,optional"`
	Required bool      `hcl:"required,optional"`
}

var (
	scannerNames = []string{"trivy", "tfsec", "checkov", "gitleaks", "tflint"}
	severities   = []string{"low", "medium", "high", "critical"}
	sha256Hex    = regexp.MustCompile(`^[0-9a-f]{64}$`)
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
		c.matches(b.Body, "version", b.Version, exactVersion, `one exact version such as "1.2.3"`)
		c.matches(b.Body, "sha256", b.SHA256, sha256Hex, "the SHA-256 of the program, 64 characters of 0-9 and a-f")
		c.oneOf(b.Body, "fail_on", b.FailOn, severities...)
		all = append(all, Scanner{Name: b.Name, Version: b.Version, SHA256: b.SHA256, FailOn: b.FailOn, Required: b.Required})
	}
	return all
}

type policiesBlock struct {
	Body      hcl.Body `hcl:",body"`
	Paths     []string `hcl:"paths,optional"`
	Manifests []string `hcl:"manifests,optional"`
	FailOn    string   `hcl:"fail_on,optional"`
}

// config returns the checked block; a nil one is the default.
func (b *policiesBlock) config(c *checker) Policies {
	if b == nil {
		return Policies{}
	}
	if b.Paths == nil {
		b.Paths = []string{"policies"}
	}
	if len(b.Paths) == 0 {
		c.fail(at(b.Body, "paths"), "No policies", "paths is empty. Name the folders or files with policies, or leave the block out if there are none.")
	}
	c.globs(b.Body, "paths", b.Paths)
	c.globs(b.Body, "manifests", b.Manifests)
	c.oneOf(b.Body, "fail_on", b.FailOn, severities...)
	return Policies{Paths: b.Paths, Manifests: b.Manifests, FailOn: b.FailOn}
}

// globs checks paths, or patterns of paths, from the root of the repository.
func (c *checker) globs(body hcl.Body, argument string, globs []string) {
	for i, p := range globs {
		c.glob(atItem(body, argument, i), argument, p)
	}
}

type findingsBlock struct {
	Body         hcl.Body `hcl:",body"`
	Scope        string   `hcl:"scope,optional"`
	CodeScanning *bool    `hcl:"code_scanning,optional"`
}

// config returns the checked block; a nil one is the default.
func (b *findingsBlock) config(c *checker) Findings {
	if b == nil {
		return Findings{}
	}
	c.oneOf(b.Body, "scope", b.Scope, "new", "all")
	return Findings{All: b.Scope == "all", NoCodeScanning: b.CodeScanning != nil && !*b.CodeScanning}
}
