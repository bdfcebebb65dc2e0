// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// configuredPlan is a plan whose providers are configured in every way: by constants, variables, blocks, in modules.
const configuredPlan = `"variables":{"region":{"value":"eu-west-1"},"role":{"value":{"arn":"arn:1","n":12345678901234567891}},"token":{"value":"canary-of-a-token"},
	"tag":{"value":"1.0"},"unused":{"value":1},"zone":{"value":"z1"}},
"resource_changes":[{"address":"a.a","change":{"actions":["create"],"after":{"x":1}}}],
"configuration":{"provider_config":{
	"aws":{"name":"aws","full_name":"registry.terraform.io/hashicorp/aws","version_constraint":"~> 5.0","expressions":{
		"region":{"references":["var.region"]},
		"max_retries":{"constant_value":12345678901234567890},
		"assume_role":[{"role_arn":{"references":["var.role.arn","var.role"]},"session_name":{"constant_value":"s"}}],
		"endpoints":[{"s3":{"constant_value":"http://one"}},{"sts":{"references":["local.sts"]}}],
		"default_tags":[{"tags":{"references":["var.tag"]}}],
		"ignore_tags":[{"keys":{"constant_value":["k"]}}]}},
	"google":{"name":"google","expressions":{"default_labels":{"references":["var.tag"]}}},
	"null":{"name":"null"},
	"vault.v":{"name":"vault","alias":"v","expressions":{"token":{"references":["var.token"]},"address":{"constant_value":"https://vault-canary"}}},
	"module.a.module.b:aws.x":{"name":"aws","alias":"x","module_address":"module.a.module.b","expressions":{"region":{"references":["var.region"]}}}},
"root_module":{"module_calls":{"a":{"expressions":{"place":{"references":["var.zone"]},"region":{"constant_value":"not that of b"}},
	"module":{"module_calls":{"b":{"expressions":{"region":{"references":["var.place"]},"other":{"constant_value":"o"}},"module":{}}}}}}}}`

func TestHowProvidersAreConfiguredBelongsToTheFingerprint(t *testing.T) {
	t.Parallel()
	settings := func(old, now string) map[string]string {
		if !strings.Contains(configuredPlan, old) {
			t.Fatalf("%q is not in the plan", old)
		}
		return readPlan(t, strings.ReplaceAll(configuredPlan, old, now), false).print.Sum("").Settings
	}
	reviewed := settings("", "")
	want := []string{"aws", "module.a.module.b:aws.x", "vault.v"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(reviewed))); diff != "" {
		t.Fatal(diff)
	}
	for name, tt := range map[string]struct {
		old, now string
		differ   string // the provider whose setting differs
	}{
		"a constant":                       {`"http://one"`, `"http://two"`, "aws"},
		"a constant becomes unreadable":    {`"address":{"constant_value":"https://vault-canary"}`, `"address":{}`, "vault.v"},
		"a long number":                    {`12345678901234567890`, `12345678901234567892`, "aws"},
		"a variable":                       {`"region":{"value":"eu-west-1"}`, `"region":{"value":"us-east-1"}`, "aws"},
		"a variable becomes null":          {`"region":{"value":"eu-west-1"}`, `"region":{"value":null}`, "aws"},
		"a variable becomes a constant":    {`{"references":["var.region"]},`, `{"constant_value":"eu-west-1"},`, "aws"},
		"the attribute of a variable":      {`"arn:1"`, `"arn:2"`, "aws"},
		"a long number in a variable":      {`12345678901234567891`, `12345678901234567893`, "aws"},
		"a secret variable":                {`canary-of-a-token`, `another`, "vault.v"},
		"another variable":                 {`["var.role.arn","var.role"]`, `["var.role.n","var.role"]`, "aws"},
		"a block less":                     {`,{"sts":{"references":["local.sts"]}}`, ``, "aws"},
		"an argument of a block":           {`,"session_name":{"constant_value":"s"}`, ``, "aws"},
		"a variable two modules up":        {`"zone":{"value":"z1"}`, `"zone":{"value":"z2"}`, "module.a.module.b:aws.x"},
		"what a module hands on":           {`"place":{"references":["var.zone"]}`, `"place":{"constant_value":"z1"}`, "module.a.module.b:aws.x"},
		"what the nearer module hands on":  {`"region":{"references":["var.place"]}`, `"region":{"constant_value":"z1"}`, "module.a.module.b:aws.x"},
		"what nobody asks of a module":     {`"constant_value":"o"`, `"constant_value":"p"`, ""},
		"an argument of the outer module":  {`not that of b`, `another`, ""},
		"a variable that no provider uses": {`"unused":{"value":1}`, `"unused":{"value":2}`, ""},
		"default tags and labels":          {`"tag":{"value":"1.0"}`, `"tag":{"value":"2.0"}`, ""},
		"no default tags":                  {`"default_tags":[{"tags":{"references":["var.tag"]}}],`, ``, ""},
		"ignored tags":                     {`{"constant_value":["k"]}`, `{"constant_value":["l"]}`, ""},
		"what describes a provider":        {`"~> 5.0"`, `"~> 5.1"`, ""},
	} {
		now := settings(tt.old, tt.now)
		var differ []string
		for provider := range reviewed {
			if now[provider] != reviewed[provider] {
				differ = append(differ, provider)
			}
		}
		if got := strings.Join(differ, " "); got != tt.differ || len(now) != len(reviewed) {
			t.Errorf("%s: %q differs in %v", name, got, now)
		}
	}
}

func TestNothingOfAConfigurationIsReadable(t *testing.T) {
	t.Parallel()
	p := readPlan(t, strings.ReplaceAll(configuredPlan, "vault.v", "vault.registered-secret"), false)
	text := dump(t, &report.Report{Version: report.Version, Target: target(), Status: report.Changed, Changes: p.changes, Fingerprint: p.print.Sum("")})
	for _, canary := range []string{"canary", "eu-west", "arn:1", "registered-secret"} {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows: %s", canary, text)
		}
	}
	if !strings.Contains(text, "vault.[redacted]") {
		t.Error(text)
	}
}

// Each argument of a module's call doubles what it refers to in the module above: it is followed once.
func TestDeepModulesAreReadInTime(t *testing.T) {
	t.Parallel()
	const depth = 200
	expressions := `"expressions":{"a":{"references":["var.a","var.b"]},"b":{"references":["var.b","var.a"]}}`
	calls := strings.Repeat(`{"module_calls":{"m":{`+expressions+`,"module":`, depth) + "{}" + strings.Repeat("}}}", depth)
	key := strings.TrimSuffix(strings.Repeat("module.m.", depth), ".") + ":x"
	plan := func(value string) map[string]string {
		return readPlan(t, `"variables":{"b":{"value":`+value+`}},"resource_changes":[{"address":"a.a","change":{"actions":["create"]}}],"configuration":{"provider_config":{"`+key+`":{`+expressions+`}},"root_module":`+calls+`}`, false).print.Sum("").Settings
	}
	if one, two := plan("1"), plan("2"); one[key] == "" || one[key] == two[key] {
		t.Errorf("%v %v", one, two)
	}
}

// The provider that comes with Terraform takes no arguments: a wrapper has `show` tell of one. The variables, the
// files that set them and the plans are Terraform's own.
func TestAPlanForAnotherRegionIsNotApplied(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"terraform": `#!/bin/sh
case "$*" in
*show*) ` + terraform + ` "$@" | sed 's/"terraform":{"name":"terraform",/&"expressions":{"region":{"references":["var.region"]}},/' ;;
*) exec ` + terraform + ` "$@" ;;
esac
`})
	b := newBench(t, map[string]string{
		"app/main.tf": local + `variable "region" {}
variable "unused" { default = "" }
resource "terraform_data" "a" { input = "x" }
`,
		"app/prod.tfvars": `region = "eu-west-1"`,
	}, func(o *Options) { o.Environ["PATH"] = filepath.Clean(dir) + ":" + o.Environ["PATH"] })
	tg := target()
	tg.VarFiles = []string{"app/prod.tfvars"}
	j := b.reviewed(job(tg))
	b.rewrite(map[string]string{"app/prod.tfvars": `region = "us-east-1"`})
	rep := b.applies(j)
	want := []report.Difference{{Address: "provider.terraform", Why: "its configuration differs"}}
	if diff := cmp.Diff(want, rep.Differences); rep.Status != report.Stopped || diff != "" {
		t.Errorf("%s %s", outcome(rep), diff)
	}
	b.rewrite(map[string]string{"app/prod.tfvars": "region = \"eu-west-1\"\nunused = \"y\""})
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a" {
		t.Error(got)
	}
}
