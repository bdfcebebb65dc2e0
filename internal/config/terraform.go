// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

type terraformBlock struct {
	Body      hcl.Body `hcl:",body"`
	Version   string   `hcl:"version,optional"`
	Binary    string   `hcl:"binary,optional"`
	Providers []string `hcl:"providers,optional"`
	Deny      []string `hcl:"deny,optional"`
	PassEnv   []string `hcl:"pass_env,optional"`
	Sensitive []string `hcl:"sensitive,optional"`
}

var (
	exactVersion = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)
	// https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses
	providerName = regexp.MustCompile(`^(\*|[A-Za-z0-9][A-Za-z0-9_-]*)$`)
	providerHost = regexp.MustCompile(`^(\*|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?)$`)
	blockName    = regexp.MustCompile(`^[A-Za-z0-9_*-]+$`)
	moduleSource = regexp.MustCompile(`^[\x21-\x7e]+$`)
	deniable     = []string{"data", "ephemeral", "resource", "action", "provisioner", "module"}
)

// config returns the checked block; a nil one is the default.
func (b *terraformBlock) config(c *checker) Terraform {
	const terraform, tofu = "terraform", "tofu"
	if b == nil {
		return Terraform{Binary: terraform}
	}
	c.matches(b.Body, "version", b.Version, exactVersion, `one exact version such as "1.11.4"; a range belongs into the layers' required_version`)
	c.oneOf(b.Body, "binary", b.Binary, terraform, tofu)
	if b.Providers != nil && len(b.Providers) == 0 {
		c.fail(at(b.Body, "providers"), "No provider", "providers is empty, and no layer does without any. Name them, as in \"hashicorp/*\", or leave it out to admit all.")
	}
	for i, p := range b.Providers {
		c.provider(atItem(b.Body, "providers", i), p)
	}
	for i, d := range b.Deny {
		c.deny(atItem(b.Body, "deny", i), d)
	}
	for i, name := range b.PassEnv {
		c.passEnv(atItem(b.Body, "pass_env", i), name)
	}
	for i, glob := range b.Sensitive {
		c.attributes(atItem(b.Body, "sensitive", i), "sensitive", glob)
	}
	return Terraform{
		Version: b.Version, Binary: orElse(b.Binary, terraform), BinaryGiven: b.Binary != "",
		Providers: b.Providers, Deny: b.Deny, PassEnv: b.PassEnv, Sensitive: b.Sensitive,
	}
}

// provider checks a source address, whose parts may be *.
func (c *checker) provider(at hcl.Range, pattern string) {
	parts := strings.Split(pattern, "/")
	switch last := len(parts) - 1; {
	case pattern == "*":
		c.fail(at, "Malformed value", `providers has "*". Any provider of the public registry is "*/*", any at all "*/*/*": leave providers out for that.`)
	case last > 2, !providerName.MatchString(parts[last]), last > 0 && !providerName.MatchString(parts[last-1]), last == 2 && !providerHost.MatchString(parts[0]):
		c.fail(at, "Malformed value", `providers has %q. It must be a source address such as "hashicorp/aws" or "registry.example.com/acme/*": at most host, namespace and type, where * stands for one of these as a whole.`, pattern)
	}
}

// deny checks a kind of blocks.
func (c *checker) deny(at hcl.Range, rule string) {
	kind, name, found := strings.Cut(rule, ".")
	form := blockName
	if kind == "module" {
		form = moduleSource
	}
	switch {
	case !slices.Contains(deniable, kind):
		c.fail(at, "Unknown kind", `deny has %q. It must be a kind of block and a type or *, as in "data.external" or "provisioner.*". %s`, rule, among(kind, deniable))
	case !found || !form.MatchString(name), kind == "provisioner" && strings.Contains(name, "_"):
		example := map[string]string{"data": "external", "provisioner": "local-exec", "module": "git::*"}[kind]
		c.fail(at, "Malformed value", "deny has %q. It must name what is denied of the kind, as in %q.", rule, kind+"."+orElse(example, "*"))
	}
}

// attributes checks a glob of attributes.
func (c *checker) attributes(at hcl.Range, argument, glob string) {
	switch {
	case strings.TrimSpace(glob) == "":
		c.fail(at, "Malformed value", "%s holds an empty glob.", argument)
	case strings.ContainsFunc(glob, unicode.IsControl):
		c.fail(at, "Malformed value", "%s has %q, and no attribute's name holds a control character.", argument, glob)
	case !strings.Contains(glob, ".") && !strings.Contains(glob, "**"):
		c.fail(at, "Malformed value", `%s has %q, which names nothing. It must be an address and a path, as in "aws_db_instance.main.password", or %q for all of that name.`, argument, glob, "**."+glob)
	}
}
