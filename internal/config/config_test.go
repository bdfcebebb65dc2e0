// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/config"
)

var example = config.Config{
	Path: config.Path,
	Layers: config.Layers{
		Include:       []string{"infra/[0-9][0-9]-*"},
		Exclude:       []string{},
		VarFiles:      []string{"common.auto.tfvars", "{dir}/environments/{env}/*.tfvars"},
		BackendFile:   "{dir}/environments/{env}/backend-config.hcl",
		BackendValues: map[string]string{"key": "{layer}/terraform.tfstate"},
	},
	Terraform: config.Terraform{
		Version: "1.11.4", Binary: "terraform",
		Providers: []string{"hashicorp/*", "registry.example.com/acme/*"},
		Deny:      []string{"data.external", "provisioner.*", "module.git::*"},
		PassEnv:   []string{"ARM_*", "CLOUDFLARE_API_TOKEN"},
		Sensitive: []string{"aws_db_instance.*.password", "**.connection_string"},
	},
	Environments: []config.Environment{
		{Name: "test", Branch: "test", WhenPlanChanged: config.Stop, Unreviewed: config.Stop},
		{
			Name: "prod", Branch: "prod", BranchGiven: true, Previous: "test", WhenPlanChanged: config.Apply, Unreviewed: config.Apply,
			Volatile: []string{`**.tags_all["governance:SemanticVersion"]`},
			Appliers: []string{"@acme/platform", "octocat"},
			Require:  []string{"approved"},
			AWS: &config.AWS{
				Region:    "eu-west-1",
				PlanRole:  "arn:aws:iam::123456789012:role/layerbot-plan",
				ApplyRole: "arn:aws:iam::123456789012:role/layerbot-apply",

				SessionDuration: 90 * time.Minute,
				NoSessionPolicy: true,
			},
		},
	},
	LayerBlocks: []config.Layer{{
		Name:      "compute",
		DependsOn: []string{"infrastructure"},

		BackendMayChange: true,

		Secrets: []config.Secret{
			{Name: "acr_username", Env: "ACR_USERNAME"},
			{Name: "acr_password", OnePassword: "op://infra/azurecr/password"},
			{Name: "license", File: "/run/secrets/license"},
			{Name: "database_password", AWS: "prod/database#password"},
		},
		Variables: []config.Variable{{Name: "semantic_version", Command: "git describe --tags --exact-match", Default: "0.0.0"}},
	}},
	Scanners: []config.Scanner{
		{Name: "trivy", Version: "0.66.0", SHA256: strings.Repeat("0", 62) + "ff"}, {Name: "checkov", FailOn: "high", Required: true},
	},
	Findings: config.Findings{All: true, NoCodeScanning: true},
	Policies: config.Policies{Paths: []string{"policies"}, Manifests: []string{"deploy/**/*.yaml"}, FailOn: "critical"},
	Recovery: config.Recovery{Recipients: []string{recipient, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICbNSIy7/3dCeUEK1CjOgkOMtuj8v2uJ9RW+2Qcme552 me@example.com"}},
}

func TestParseReadsEveryBlockAndArgument(t *testing.T) {
	src, err := os.ReadFile("testdata/example.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as written":        string(src),
		"CRLF":              strings.ReplaceAll(string(src), "\n", "\r\n"),
		"byte order mark":   "\ufeff" + string(src),
		"no last line feed": strings.TrimSpace(string(src)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := config.Parse(config.Path, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&example, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestNothingMeansTheDefaults(t *testing.T) {
	for _, src := range []string{"", "\n", "\ufeff", "# nothing but a comment", "layers {}\nterraform {}\nfindings {}\n"} {
		got, err := config.Parse("", []byte(src))
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		want := &config.Config{Terraform: config.Terraform{Binary: "terraform"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", src, diff)
		}
	}
}

func TestEnvironment(t *testing.T) {
	if got := example.Environment("prod"); got.Previous != "test" || got.AWS == nil {
		t.Errorf("the configured one: %+v", got)
	}
	want := config.Environment{Name: "dev", Branch: "dev", WhenPlanChanged: config.Stop, Unreviewed: config.Stop}
	for _, c := range []config.Config{example, {}} {
		if diff := cmp.Diff(want, c.Environment("dev")); diff != "" {
			t.Errorf("one that is not configured: -want +got\n%s", diff)
		}
	}
}

func TestValuesThatAreFine(t *testing.T) {
	for _, src := range []string{
		`layer "platform/05 Größe" {}`,
		`environment "eu-west-1.prod_2" { branch = "release/prod" }`,
		`layers { include = ["--", "a/{b,c}/**", "names with spaces/*"] }`,
		`layers { var_files = ["{dir}/{env}.tfvars", "{layer}-{env}/{a,b}.tfvars"] }`,
		`terraform { version = "1.12.0-beta1" }`,
		`environment "dev" { appliers = ["octocat_acme", "@a-b/c.d"] }`,
		`layer "x" { depends_on = null }`,
		`layer "x" {
           variable "quotes" { command = "git log -1 --format='%h; $HOME' \"a|b\" 'x > y'" }
           variable "globs"  { command = "/usr/bin/git describe --match v[0-9]*.? --exclude '*-rc$'" }
           secret "arn"      { aws = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b_c+d=e.f@g-AbCdEf#user name" }
         }`,
		`terraform { providers = ["aws", "*/*", "*/*/*", "registry.example.com:8443/Acme/the_thing", "example.com/*/null"] }`,
		`terraform { deny = ["data.*", "resource.null_*", "ephemeral.aws_secretsmanager_secret_version", "action.*", "module.*", "module.git@github.com:acme/*"] }`,
		`terraform { pass_env = ["ARM_*", "GOOGLE_*", "VAULT_TOKEN", "KUBECONFIG", "TFE_TOKEN", "github", "SHELLS", "PATHS"] }`,
		`terraform { sensitive = ["**"] }`,
		"environment \"dev\" {\n aws {\n region = \"eu-west-1\"\n plan_role = \"arn:aws:iam::123456789012:role/plan\"\n session_duration = \"15m\"\n session_policy = \"state\"\n }\n }",
		`environment "dev" { volatile = ["**.tags", "module.a[\"b\"].*"] }`,
		"environment \"dev\" { \n aws { \n region = \"us-gov-west-1\"\n plan_role = \"arn:aws-us-gov:iam::123456789012:role/a/b/plan@x\" \n } \n }",
		`policies { paths = ["policies", "infra/*/policies"] }`,
	} {
		if _, err := config.Parse(config.Path, []byte(src)); err != nil {
			t.Errorf("%s\n%v", src, err)
		}
	}
}

func TestPoliciesAreInTheFolderOfThatNameUnlessTheyAreElsewhere(t *testing.T) {
	cfg, err := config.Parse(config.Path, []byte("policies {}\n"))
	if err != nil || len(cfg.Policies.Paths) != 1 || cfg.Policies.Paths[0] != "policies" {
		t.Errorf("%+v, %v", cfg, err)
	}
}
