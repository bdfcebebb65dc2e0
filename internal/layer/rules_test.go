// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const ruled = `
-- a/main.tf --
terraform {
  backend "s3" {}
  required_providers {
    aws   = { source = "hashicorp/aws" }
    thing = { source = "acme/thing" }
  }
}
data "external" "x" {}
data "aws_iam_policy_document" "x" {}
ephemeral "aws_secretsmanager_secret_version" "x" {}
resource "null_resource" "x" {
  provisioner "local-exec" {}
}
action "aws_lambda_invoke" "x" {}
module "vpc" {
  source = "terraform-aws-modules/vpc/aws"
}
module "far" {
  source = "git@github.com:acme/modules.git//vpc"
}
`

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		rules Rules
		files string
		want  []string // the file, the line, the message; with the hint after ";" where it is looked at
	}{
		"nothing is ruled":                        {Rules{}, ruled + "-- a/b.tf --\n{", nil},
		"all that is there is allowed":            {Rules{Providers: []string{"hashicorp/*", "acme/thing"}, Deny: []string{"data.http", "provisioner.remote-exec", "resource.null"}, Backend: "s3"}, ruled, nil},
		"any provider of the public registry":     {Rules{Providers: []string{"*/*"}}, ruled, nil},
		"any provider at all":                     {Rules{Providers: []string{"*/*/*"}}, ruled, nil},
		"a provider that is not allowed":          {Rules{Providers: []string{"hashicorp/*"}}, ruled, []string{`a/main.tf:5 the provider registry.terraform.io/acme/thing is not among those allowed; if it may be used, add it in .github/layerbot.hcl on the base branch: terraform { providers = [..., "acme/thing"] }`}},
		"a provider of another host":              {Rules{Providers: []string{"*/*"}}, "-- a/main.tf --\nterraform {\n  required_providers {\n    x = { source = \"evil.example/a/b\" }\n  }\n}\n", []string{`a/main.tf:3 the provider evil.example/a/b is not among those allowed; if it may be used, add it in .github/layerbot.hcl on the base branch: terraform { providers = [..., "evil.example/a/b"] }`}},
		"an implied provider":                     {Rules{Providers: []string{"aws"}}, "-- a/main.tf --\nresource \"aws_x\" \"y\" {}\nresource \"shell_script\" \"y\" {}\nresource \"terraform_data\" \"y\" {}\n", []string{"a/main.tf:2 the provider registry.terraform.io/hashicorp/shell is not among those allowed"}},
		"no provider at all":                      {Rules{Providers: []string{}}, "-- a/main.tf --\nresource \"aws_x\" \"y\" {}\n", []string{"a/main.tf:1 the provider registry.terraform.io/hashicorp/aws is not among those allowed"}},
		"a data source":                           {Rules{Deny: []string{"data.external"}}, ruled, []string{`a/main.tf:8 the data source "external" is denied; do without it, or take "data.external" out of terraform { deny } in .github/layerbot.hcl on the base branch`}},
		"every data source":                       {Rules{Deny: []string{"data.*"}}, ruled, []string{`a/main.tf:8 the data source "external" is denied`, `a/main.tf:9 the data source "aws_iam_policy_document" is denied`}},
		"an ephemeral resource":                   {Rules{Deny: []string{"ephemeral.*"}}, ruled, []string{`a/main.tf:10 the ephemeral resource "aws_secretsmanager_secret_version" is denied`}},
		"resources by a pattern":                  {Rules{Deny: []string{"resource.null_*"}}, ruled, []string{`a/main.tf:11 the resource "null_resource" is denied`}},
		"a provisioner":                           {Rules{Deny: []string{"provisioner.local-exec"}}, ruled, []string{`a/main.tf:12 the provisioner "local-exec" is denied`}},
		"an action":                               {Rules{Deny: []string{"action.aws_*"}}, ruled, []string{`a/main.tf:14 the action "aws_lambda_invoke" is denied`}},
		"modules from elsewhere":                  {Rules{Deny: []string{"module.*"}}, ruled, []string{`a/main.tf:15 the module source "terraform-aws-modules/vpc/aws" is denied`, `a/main.tf:18 the module source "git@github.com:acme/modules.git//vpc" is denied`}},
		"modules by git":                          {Rules{Deny: []string{"module.git::*"}}, ruled, []string{`a/main.tf:18 the module source "git@github.com:acme/modules.git//vpc" is denied`}},
		"a setting that starts a program":         {Rules{Deny: []string{"data.external"}}, "-- a/main.tf --\nprovider \"aws\" {\n  shared_config_files = [\"x\"]\n}\n", []string{`a/main.tf:2 the setting "shared_config_files" can start a program, which is denied; do without it, for a role needs neither; or allow programs in .github/layerbot.hcl on the base branch: hashicorp/external among ` + "`providers`, and data.external not in `deny`"}},
		"the same where providers are ruled":      {Rules{Providers: []string{"hashicorp/aws"}}, "-- a/main.tf --\nprovider \"aws\" {\n  shared_config_files = [\"x\"]\n}\n", []string{`a/main.tf:2 the setting "shared_config_files" can start a program, which is denied`}},
		"programs are allowed":                    {Rules{Providers: []string{"hashicorp/*"}, Deny: []string{"data.http"}}, "-- a/main.tf --\nprovider \"aws\" {\n  shared_config_files = [\"x\"]\n}\n", nil},
		"a kind is no other kind":                 {Rules{Deny: []string{"resource.external", "data.null_resource", "ephemeral.external"}}, ruled, nil},
		"the backend of another type":             {Rules{Backend: "gcs"}, ruled, []string{`a/main.tf:2 the backend is "s3", and that of the base branch is "gcs"; if its state is to move, set backend_may_change = true in its layer block of .github/layerbot.hcl on the base branch`}},
		"a backend where there was none":          {Rules{Backend: "local"}, ruled, []string{`a/main.tf:2 the backend is "s3", and that of the base branch is "local"`}},
		"no backend where there was one":          {Rules{Backend: "s3"}, "-- a/main.tf --\n", []string{`:0 there is no backend, and that of the base branch is "s3"`}},
		"no backend is a local one":               {Rules{Backend: "local"}, "-- a/main.tf --\n", nil},
		"any backend":                             {Rules{Backend: "*"}, ruled, nil},
		"any backend but an override file's":      {Rules{Backend: "*"}, "-- a/x_override.tf --\nterraform {\n  backend \"s3\" {}\n}\n", []string{`a/x_override.tf:2 an override file sets the backend "s3"; move the block to a file that is no override; what is for your own machine alone belongs into .gitignore`}},
		"an override alone, which is what counts": {Rules{Backend: "s3"}, "-- a/m.tf --\nterraform {\n  backend \"http\" {}\n}\n-- a/override.tf --\nterraform {\n  backend \"local\" {}\n}\n", []string{`a/override.tf:2 an override file sets the backend "local"; move the block to a file that is no override; what is for your own machine alone belongs into .gitignore`}},
		"a module's backend means nothing":        {Rules{Backend: "s3"}, ruled + "-- a/m.tf --\nmodule \"m\" {\n  source = \"../m\"\n}\n-- m/x_override.tf --\nterraform {\n  backend \"http\" {}\n}\n", nil},
		"an unreadable file, for the backend":     {Rules{Backend: "*"}, "-- a/main.tf --\n{\n", []string{"a/main.tf:1 Argument or block definition required; correct it: what cannot be read cannot be checked, and is not run"}},
		"an unreadable file, for a kind":          {Rules{Deny: []string{"data.external"}}, "-- a/main.tf --\n{\n", []string{"a/main.tf:1 Argument or block definition required"}},
		"an unclear source, for a kind":           {Rules{Deny: []string{"data.external"}}, "-- a/main.tf --\nmodule \"m\" {\n  source = var.x\n}\n", []string{`a/main.tf:1 cannot be checked: the source of module "m", which is not written out; write it out, or in a form that Layerbot knows: what cannot be checked is not run`}},
		"an unclear source, for providers":        {Rules{Providers: []string{"*/*/*"}}, "-- a/main.tf --\nmodule \"m\" {\n  source = var.x\n}\n", []string{`a/main.tf:1 cannot be checked: the source of module "m", which is not written out`}},
		"an unclear source is none of backends'":  {Rules{Backend: "local"}, "-- a/main.tf --\nmodule \"m\" {\n  source = var.x\n}\n", nil},
		"all of it, in the order of files": {Rules{Providers: []string{"acme/*"}, Deny: []string{"data.external", "provisioner.*"}, Backend: "local"}, ruled + "-- a/a.tf --\ndata \"external\" \"y\" {}\n-- a/z.tf --\n{", []string{
			"a/a.tf:1 the provider registry.terraform.io/hashicorp/external is not among those allowed", `a/a.tf:1 the data source "external" is denied`,
			`a/main.tf:2 the backend is "s3", and that of the base branch is "local"`, "a/main.tf:4 the provider registry.terraform.io/hashicorp/aws is not among those allowed",
			"a/main.tf:8 the provider registry.terraform.io/hashicorp/external is not among those allowed", `a/main.tf:8 the data source "external" is denied`,
			"a/main.tf:11 the provider registry.terraform.io/hashicorp/null is not among those allowed", `a/main.tf:12 the provisioner "local-exec" is denied`,
			"a/z.tf:1 Argument or block definition required",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.rules.Refusals(inspect(t, c.files))
			for i, p := range got {
				line := fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Message)
				if i < len(c.want) && strings.Contains(c.want[i], "; ") {
					line += "; " + p.Hint
				}
				if i >= len(c.want) || line != c.want[i] || p.Hint == "" {
					t.Errorf("%d: %s\n   (%s)", i, line, p.Hint)
				}
			}
			if len(got) < len(c.want) {
				t.Errorf("got %d refusals, want %d", len(got), len(c.want))
			}
		})
	}
}

func TestAllowsProvider(t *testing.T) {
	for _, c := range []struct {
		patterns string // separated by spaces; "-" is nil
		source   string
		want     bool
	}{
		{"-", "evil.example/a/b", true},
		{"", "hashicorp/aws", false},
		{"", "terraform.io/builtin/terraform", true},
		{"", "terraform.io/builtin/terraform/more", false},
		{"hashicorp/*", "registry.terraform.io/hashicorp/aws", true},
		{"hashicorp/*", "registry.opentofu.org/hashicorp/aws", true},
		{"hashicorp/*", "hashicorp/aws", true},
		{"hashicorp/*", "aws", true},
		{"aws", "registry.opentofu.org/hashicorp/aws", true},
		{"HashiCorp/AWS", "REGISTRY.terraform.io/hashiCORP/aws", true},
		{"hashicorp/*", "evil.example/hashicorp/aws", false},
		{"hashicorp/*", "hashicorp/aws/x", false},
		{"hashicorp/*", "a/b/hashicorp/aws", false},
		{"hashicorp/*", "hashicorp2/aws", false},
		{"hashicorp/*", "hashicorp/", false},
		{"hashicorp/*", "", false},
		{"hashicorp/aw*", "hashicorp/aws", false},
		{"registry.terraform.io/acme/*", "registry.opentofu.org/acme/x", false},
		{"registry.opentofu.org/acme/*", "registry.opentofu.org/acme/x", true},
		{"example.com/*/*", "example.com/a/b", true},
		{"example.com/*/*", "example.com.evil/a/b", false},
		{"example.com:8443/a/*", "example.com/a/b", false},
		{"acme/one acme/two", "acme/two", true},
		{"a/b/c/d", "a/b/c/d", false},
	} {
		var r Rules
		if c.patterns != "-" {
			r.Providers = append([]string{}, strings.Fields(c.patterns)...)
		}
		if got := r.AllowsProvider(c.source); got != c.want {
			t.Errorf("%q: AllowsProvider(%q) = %v", c.patterns, c.source, got)
		}
	}
}

// TestRulesTravel takes rules through the ticket: an empty list is not the same as none.
func TestRulesTravel(t *testing.T) {
	for _, want := range []Rules{{}, {Providers: []string{}}, {Providers: []string{"a/*"}, Deny: []string{"data.*"}, Backend: "s3"}} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Rules
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}
