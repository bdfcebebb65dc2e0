// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// affected prints what a change touches: "ID: files", deleted ones with a dash before.
func affected(base, head *Map, changed ...string) []string {
	var got []string
	for _, a := range AffectedBy(base, head, changed) {
		sign := ""
		if a.Deleted {
			sign = "-"
		}
		got = append(got, sign+a.ID()+": "+strings.Join(a.Why, " "))
	}
	return got
}

const layerText = `terraform {
  backend "s3" {
    bucket = "b"
    key    = %q
  }
}
`

func layerAt(dir, key string) string {
	return "-- " + dir + "/main.tf --\n" + fmt.Sprintf(layerText, key)
}

func TestAffectedByBothSides(t *testing.T) {
	for name, c := range map[string]struct {
		base, head string
		changed    []string
		want       []string
	}{
		"nothing changed": {layerAt("01-a", "a"), layerAt("01-a", "a"), nil, nil},
		"a file deleted": {
			layerAt("01-a", "a") + "-- 01-a/x.tf --\n", layerAt("01-a", "a"),
			[]string{"01-a/x.tf"}, []string{"01-a/default: 01-a/x.tf"},
		},
		"a layer deleted": {
			layerAt("01-a", "a") + layerAt("02-b", "b"), layerAt("01-a", "a"),
			[]string{"02-b/main.tf"}, []string{"-02-b/default: 02-b/main.tf"},
		},
		"a layer that loses what made it one": {
			layerAt("b", "b"), "-- b/main.tf --\n" + layerAt("a", "a"),
			[]string{"b/main.tf", "a/main.tf"}, []string{"a/default: a/main.tf", "-b/default: b/main.tf"},
		},
		"a layer added": {
			layerAt("01-a", "a"), layerAt("01-a", "a") + layerAt("02-b", "b"),
			[]string{"02-b/main.tf"}, []string{"02-b/default: 02-b/main.tf"},
		},
		"a layer renamed, its state where it was": {
			layerAt("01-a", "a"), layerAt("02-b", "a"),
			[]string{"01-a/main.tf", "02-b/main.tf"}, []string{"02-b/default: 01-a/main.tf 02-b/main.tf"},
		},
		"a layer renamed with its state": {
			layerAt("01-a", "a"), layerAt("02-b", "b"),
			[]string{"01-a/main.tf", "02-b/main.tf"}, []string{"02-b/default: 02-b/main.tf", "-01-a/default: 01-a/main.tf"},
		},
		"a layer moved into terraform/": {
			layerAt("01-a", "a"), layerAt("01-a/terraform", "a"),
			[]string{"01-a/main.tf", "01-a/terraform/main.tf"}, []string{"01-a/default: 01-a/main.tf 01-a/terraform/main.tf"},
		},
		"an environment deleted": {
			layerAt("01-a", "a") + "-- 01-a/dev.tfvars --\n-- 01-a/prod.tfvars --\n", layerAt("01-a", "a") + "-- 01-a/dev.tfvars --\n",
			[]string{"01-a/prod.tfvars"}, []string{"-01-a/prod: 01-a/prod.tfvars"},
		},
		"a module deleted with its call": {
			layerAt("01-a", "a") + "module \"m\" {\n  source = \"../m\"\n}\n-- m/x.tf --\n", layerAt("01-a", "a"),
			[]string{"m/x.tf"}, []string{"01-a/default: m/x.tf"},
		},
		"a link pointed elsewhere": {
			layerAt("01-a", "a") + "-- 01-a/x.tf -> ../one/x.tf --\n-- one/x.tf --\n-- two/x.tf --\n",
			layerAt("01-a", "a") + "-- 01-a/x.tf -> ../two/x.tf --\n-- one/x.tf --\n-- two/x.tf --\n",
			[]string{"one/x.tf", "two/x.tf"}, []string{"01-a/default: one/x.tf two/x.tf"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			base, head := discover(t, treeOf(c.base), Options{}), discover(t, treeOf(c.head), Options{})
			if got := affected(base, head, c.changed...); !slices.Equal(got, c.want) {
				t.Errorf("affected %q, want %q", got, c.want)
			}
		})
	}
}

func TestAffectedThroughModulesOfModules(t *testing.T) {
	m := discover(t, treeOf(layerAt("infra/01-a", "a")+`module "m" {
  source = "../../modules/one"
}
`+layerAt("infra/02-b", "b")+`
-- modules/one/main.tf --
module "two" {
  source = "./two"
}
module "self" {
  source = "."
}
-- modules/one/two/main.tf --
module "three" {
  source = "../../three//sub"
}
module "back" {
  source = "../"
}
-- modules/one/unused/main.tf --
-- modules/three/sub/main.tf --
-- modules/one/policy.json --
{}
`), Options{})
	for _, c := range []struct{ changed, want string }{
		{"modules/one/main.tf", "01-a/default: modules/one/main.tf"},
		{"modules/one/policy.json", "01-a/default: modules/one/policy.json"},
		{"modules/one/two/main.tf", "01-a/default: modules/one/two/main.tf"},
		{"modules/three/sub/main.tf", "01-a/default: modules/three/sub/main.tf"},
		{"modules/one/unused/main.tf", ""},
		{"infra/readme.txt", ""},
	} {
		if got := strings.Join(affected(m, m, c.changed), ","); got != c.want {
			t.Errorf("%s affects %q, want %q", c.changed, got, c.want)
		}
	}
}

func TestInputs(t *testing.T) {
	m := discover(t, treeOf(layerAt("01-a", "a")+`module "m" {
  source = "../modules/m"
}
-- 01-a/README.md --
-- 01-a/.terraform.lock.hcl --
-- 01-a/dev.tfvars --
-- 01-a/prod.tfvars --
-- 01-a/shared.tf -> ../shared/shared.tf --
-- shared/shared.tf --
-- modules/m/m.tf --
-- modules/n/n.tf --
`), Options{})
	want := "01-a/.terraform.lock.hcl 01-a/main.tf 01-a/prod.tfvars 01-a/shared.tf modules/m/m.tf shared/shared.tf"
	for _, x := range m.Targets {
		if got := strings.Join(m.Inputs(x), " "); x.Env == "prod" && got != want {
			t.Errorf("Inputs = %q, want %q", got, want)
		}
	}
	if got := m.Inputs(Target{Layer: "none", Env: "prod"}); len(got) > 0 {
		t.Errorf("Inputs of an unknown target = %q", got)
	}
	if got := (&Map{}).Inputs(Target{}); got != nil {
		t.Errorf("Inputs of an empty map = %q", got)
	}
}

// TestVarFilesOfALayerComeAfterThoseOfAll finds them in that order in a central folder, whatever their names and
// however many layers there are.
func TestVarFilesOfALayerComeAfterThoseOfAll(t *testing.T) {
	const central = "-- env/prod/network.tfvars --\nx = 1\n-- env/prod/zz.tfvars --\n-- env/prod/values.tfvars --\nx = 2\n"
	one := layerAt("infra/network", "n") + "variable \"x\" {}\n"
	for name, text := range map[string]string{"one layer": one, "two": one + layerAt("infra/other", "o") + "variable \"x\" {}\n"} {
		m := discover(t, treeOf(text+central), Options{})
		i := slices.IndexFunc(m.Targets, func(x Target) bool { return x.ID() == "network/prod" })
		if i < 0 {
			t.Fatalf("%s:\n%s", name, describe(m))
		}
		files := m.Targets[i].VarFiles
		if n := len(files); n < 2 || files[n-1] != "env/prod/network.tfvars" {
			t.Errorf("%s: var-files %q", name, files)
		}
	}
}
