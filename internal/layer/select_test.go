// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"errors"
	"strings"
	"testing"
)

// people is a map as people talk about it.
func people(t testing.TB) *Map {
	return discover(t, treeOf(`
-- 01-network/main.tf --
-- 01-network/dev.tfvars --
-- 01-network/prod.tfvars --
-- 05-compute/main.tf --
-- 05-compute/dev.tfvars --
-- 05-compute/prod.tfvars --
-- 06-data-lake/main.tf --
-- 06-data-lake/dev.tfvars --
-- 07-data-mart/main.tf --
-- 07-data-mart/dev.tfvars --
-- infra/a/api/main.tf --
provider "x" {}
-- infra/b/api/main.tf --
provider "x" {}
`), Options{})
}

func names(targets []Target) string {
	var all []string
	for _, t := range targets {
		all = append(all, t.String())
	}
	return strings.Join(all, " ")
}

func TestResolve(t *testing.T) {
	m := people(t)
	for words, want := range map[string]string{
		"":                           "network/dev network/prod a/api/default b/api/default compute/dev compute/prod data-lake/dev data-mart/dev",
		"compute":                    "compute/dev compute/prod",
		"05-compute":                 "compute/dev compute/prod",
		"05":                         "compute/dev compute/prod",
		"5":                          "compute/dev compute/prod",
		"prod":                       "network/prod compute/prod",
		"compute prod":               "compute/prod",
		"prod compute":               "compute/prod",
		"dev network compute":        "network/dev compute/dev",
		"dev prod compute":           "compute/dev compute/prod",
		"data-*":                     "data-lake/dev data-mart/dev",
		"0[67]-*":                    "data-lake/dev data-mart/dev",
		"compute/prod":               "compute/prod",
		"compute/prod network/dev":   "network/dev compute/prod",
		"compute/prod data-lake dev": "compute/prod data-lake/dev",
		"api":                        "a/api/default b/api/default",
		"a/api":                      "a/api/default",
		"infra/b/api":                "b/api/default",
		"all":                        "network/dev network/prod a/api/default b/api/default compute/dev compute/prod data-lake/dev data-mart/dev",
		"all prod":                   "network/prod compute/prod",
		"* prod":                     "network/prod compute/prod",
		"p*":                         "network/prod compute/prod",
	} {
		got, err := m.Resolve(strings.Fields(words), false)
		if err != nil || names(got) != want {
			t.Errorf("Resolve(%q) = %q, %v, want %q", words, names(got), err, want)
		}
	}
	if got, err := m.Resolve([]string{"prod"}, true); err != nil || names(got) != "network/prod compute/prod" {
		t.Errorf("all of prod = %q, %v", names(got), err)
	}
}

func TestSelect(t *testing.T) {
	m := people(t)
	for want, c := range map[string][2]string{
		"network/dev network/prod":    {"network", ""},
		"network/dev":                 {"01", "dev"},
		"network/prod compute/prod":   {"all", "prod"},
		"compute/prod":                {"compute", "p*"},
		"data-lake/dev data-mart/dev": {"data-*", "all"},
		"network/dev compute/dev":     {"network compute", "dev"},
		"a/api/default":               {"a/api", "default"},
	} {
		if got, err := m.Select(strings.Fields(c[0]), strings.Fields(c[1])); err != nil || names(got) != want {
			t.Errorf("Select(%q) = %q, %v, want %q", c, names(got), err, want)
		}
	}
}

func TestUnknownWordsGetHelp(t *testing.T) {
	m := people(t)
	for words, want := range map[string]struct{ message, hint string }{
		"compte":          {`no layer or environment is named "compte"`, "did you mean compute?"},
		"compute pord":    {`no layer or environment is named "pord"`, "did you mean prod?"},
		"09":              {`no layer or environment is named "09"`, ""},
		"data-lake prod":  {`no target is named "data-lake/prod"`, "it exists as data-lake/dev"},
		"../../etc":       {`no layer or environment is named "../../etc"`, ""},
		"05-compute/../x": {`no layer or environment is named "05-compute/../x"`, ""},
		"[":               {`no layer or environment is named "["`, ""},
		"data-lake/prod":  {`no target is named "data-lake/prod"`, "it exists as data-lake/dev"},
		"zzzzzzzz":        {`no layer or environment is named "zzzzzzzz"`, "there are: "},
		"a\x00b\xff":      {`no layer or environment is named "a\x00b?"`, ""},
	} {
		got, err := m.Resolve(strings.Fields(words), false)
		missing := new(NotFoundError)
		if !errors.As(err, &missing) {
			t.Errorf("Resolve(%q) = %q, %v", words, names(got), err)
			continue
		}
		if err.Error() != want.message || !strings.HasPrefix(missing.Hint(), want.hint) {
			t.Errorf("Resolve(%q): %s; %s\nwant %s; %s", words, err, missing.Hint(), want.message, want.hint)
		}
	}
	if _, err := m.Select([]string{"compute"}, []string{"stage"}); err == nil || err.Error() != `no environment is named "stage"` {
		t.Errorf("unknown environment: %v", err)
	}
	if _, err := m.Select([]string{strings.Repeat("x", 1<<20)}, nil); err == nil || len(err.Error()) > 300 {
		t.Error("a long word is repeated in the error")
	}
	empty := discover(t, treeOf(""), Options{})
	var notFound *NotFoundError
	if _, err := empty.Resolve([]string{"x"}, false); !errors.As(err, &notFound) || !strings.Contains(notFound.Hint(), "none") {
		t.Errorf("in an empty repository: %v", err)
	}
}

func TestAWordThatIsBothALayerAndAnEnvironment(t *testing.T) {
	m := discover(t, treeOf(`
-- 01-net/main.tf --
-- 01-net/demo.tfvars --
-- 01-net/dev.tfvars --
-- 02-demo/main.tf --
-- 02-demo/dev.tfvars --
`), Options{})
	for words, want := range map[string]string{
		"demo":     "demo/dev",
		"net demo": "net/demo",
		"demo dev": "demo/dev",
	} {
		if got, err := m.Resolve(strings.Fields(words), false); err != nil || names(got) != want {
			t.Errorf("Resolve(%q) = %q, %v, want %q", words, names(got), err, want)
		}
	}
}

func TestMermaid(t *testing.T) {
	m := discover(t, treeOf(`
-- 01-a/main.tf --
terraform {
  backend "s3" {
    bucket = "b"
    key    = "a"
  }
}
-- 01-a/dev.tfvars --
-- 01-a/prod.tfvars --
-- 02-"b] --> x/main.tf --
data "terraform_remote_state" "a" {
  backend = "s3"
  config = {
    bucket = "b"
    key    = "a"
  }
}
`), Options{})
	want := `flowchart LR
  subgraph w0["wave 0"]
    l0["01-a (dev, prod)"]
  end
  subgraph w1["wave 1"]
    l1["02-#34;b#93; --#62; x (default)"]
  end
  l0 --> l1
`
	if got := m.Mermaid(); got != want {
		t.Errorf("Mermaid:\n%s\nwant\n%s", got, want)
	}
}
