// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/config"
)

func TestASourceCountsWhereTheFileIsSilent(t *testing.T) {
	from := config.Source{Path: "infra/settings.hcl", Tool: "tofu", Version: "1.10.6", Scanners: []string{"trivy", "gitleaks"}}
	named := []config.Scanner{{Name: "trivy"}, {Name: "gitleaks"}}
	for name, c := range map[string]struct {
		src  string
		want config.Config
	}{
		"nothing":       {"", config.Config{Terraform: config.Terraform{Binary: "tofu", Version: "1.10.6"}, Scanners: named}},
		"a tool":        {`terraform { binary = "terraform" }`, config.Config{Terraform: config.Terraform{Binary: "terraform", BinaryGiven: true, Version: "1.10.6"}, Scanners: named}},
		"a version":     {`terraform { version = "1.11.4" }`, config.Config{Terraform: config.Terraform{Binary: "tofu", Version: "1.11.4"}, Scanners: named}},
		"a scanner":     {`scanner "tflint" {}`, config.Config{Terraform: config.Terraform{Binary: "tofu", Version: "1.10.6"}, Scanners: []config.Scanner{{Name: "tflint"}}}},
		"other things ": {`policies {}`, config.Config{Terraform: config.Terraform{Binary: "tofu", Version: "1.10.6"}, Scanners: named, Policies: config.Policies{Paths: []string{"policies"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Path = "infra/settings.hcl"
			got, err := from.Parse([]byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := from.Parse([]byte("x")); err == nil || !strings.Contains(err.Error(), "infra/settings.hcl") {
		t.Errorf("an error does not name the file: %v", err)
	}
}

func TestSourcesThatCanBeUsed(t *testing.T) {
	for _, s := range []config.Source{
		{}, {Path: ".github/layerbot.hcl"}, {Path: "layerbot.hcl"}, {Path: "a b/…/x.hcl"}, {Version: "1.12.0-beta1"},
		{Tool: "tofu"}, {Scanners: []string{"trivy", "tfsec", "checkov", "gitleaks", "tflint"}},
	} {
		if err := s.Check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestSourcesThatCannotBeUsed(t *testing.T) {
	for _, s := range []config.Source{
		{Path: "../layerbot.hcl"}, {Path: "/etc/layerbot.hcl"}, {Path: "a/../../x"}, {Path: "a//b"}, {Path: "./a"}, {Path: ".."}, {Path: `a\b`}, {Path: "a\nb"},
		{Version: "1.11"}, {Version: ">= 1.5"}, {Version: "v1.11.4"}, {Tool: "pulumi"}, {Scanners: []string{"trivy", "semgrep"}},
	} {
		bad := new(config.SourceError)
		if err := s.Check(); !errors.As(err, &bad) || bad.Hint() == "" {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
