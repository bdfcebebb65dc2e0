// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestShared(t *testing.T) {
	// Everything but prod.tfvars and its like is in main.tf's company.
	const module = "module \"m\" {\n  source = \"../modules/m\"\n}\n"
	for name, c := range map[string]struct {
		tree string
		opts Options
		id   string
		own  string // what is in Inputs and not in Shared
		want string
	}{
		"a file an environment beside the code": {
			tree: layerAt("01-a", "a") + module + "-- modules/m/m.tf --\n-- 01-a/.terraform.lock.hcl --\n-- 01-a/x.json --\n-- 01-a/dev.tfvars --\n-- 01-a/prod.tfvars --\n",
			id:   "01-a/prod", own: "01-a/prod.tfvars",
			want: "01-a/.terraform.lock.hcl 01-a/main.tf 01-a/x.json modules/m/m.tf",
		},
		"the only environment so far": {
			tree: layerAt("01-a", "a") + "-- 01-a/prod.tfvars --\n-- 01-a/common.tfvars --\n",
			id:   "01-a/prod", own: "01-a/prod.tfvars", want: "01-a/common.tfvars 01-a/main.tf",
		},
		"no environments": {
			tree: layerAt("01-a", "a") + "-- 01-a/terraform.tfvars --\n-- 01-a/x.auto.tfvars --\n",
			id:   "01-a/default", want: "01-a/main.tf 01-a/terraform.tfvars 01-a/x.auto.tfvars",
		},
		"a folder an environment": {
			tree: layerAt("01-a", "a") + "-- 01-a/environments/dev/00-config.auto.tfvars --\n-- 01-a/environments/prod/00-config.auto.tfvars --\n" +
				"-- 01-a/environments/prod/backend-config.hcl --\nbucket = \"x\"\n-- 01-a/environments/prod/policy.json --\n-- common.auto.tfvars --\n",
			id: "01-a/prod", own: "01-a/environments/prod/00-config.auto.tfvars 01-a/environments/prod/backend-config.hcl 01-a/environments/prod/policy.json",
			want: "01-a/main.tf common.auto.tfvars",
		},
		"a central folder an environment": {
			tree: layerAt("infra/01-a", "a") + "-- environments/dev/common.tfvars --\n-- environments/dev/01-a.tfvars --\n" +
				"-- environments/prod/common.tfvars --\n-- environments/prod/01-a.tfvars --\n",
			id: "01-a/prod", own: "environments/prod/01-a.tfvars environments/prod/common.tfvars", want: "infra/01-a/main.tf",
		},
		"backend files": {
			tree: "-- 01-a/main.tf --\nterraform {\n  backend \"s3\" {}\n}\n-- 01-a/dev.s3.tfbackend --\nbucket = \"d\"\nkey = \"a\"\n-- 01-a/prod.s3.tfbackend --\nbucket = \"p\"\nkey = \"a\"\n",
			id:   "01-a/prod", own: "01-a/prod.s3.tfbackend", want: "01-a/main.tf",
		},
		"one backend file for all": {
			tree: "-- 01-a/main.tf --\nterraform {\n  backend \"s3\" {}\n}\n-- 01-a/backend.hcl --\nbucket = \"d\"\nkey = \"a\"\n-- 01-a/dev.tfvars --\n-- 01-a/prod.tfvars --\n",
			id:   "01-a/prod", own: "01-a/prod.tfvars", want: "01-a/backend.hcl 01-a/main.tf",
		},
		"files that the configuration names": {
			tree: layerAt("01-a", "a") + "-- settings/every.tfvars --\n-- settings/of-eu1.tfvars --\n-- settings/of-eu2.tfvars --\n",
			opts: Options{VarFiles: []string{"settings/every.tfvars", "settings/of-{env}.tfvars"}},
			id:   "01-a/eu1", own: "settings/of-eu1.tfvars", want: "01-a/main.tf settings/every.tfvars",
		},
		"files that the configuration names by a pattern": {
			tree: layerAt("01-a", "a") + "-- values/all/x.tfvars --\n-- values/eu1/x.tfvars --\n",
			opts: Options{VarFiles: []string{"values/all/*.tfvars", "values/{env}/*.tfvars"}, Environments: []string{"eu1"}},
			id:   "01-a/eu1", own: "values/eu1/x.tfvars", want: "01-a/main.tf values/all/x.tfvars",
		},
		"a backend file that the configuration names": {
			tree: "-- 01-a/main.tf --\nterraform {\n  backend \"s3\" {}\n}\n-- 01-a/states/eu1.txt --\nbucket = \"b\"\nkey = \"k\"\n",
			opts: Options{BackendFile: "{dir}/states/{env}.txt"},
			id:   "01-a/eu1", own: "01-a/states/eu1.txt", want: "01-a/main.tf",
		},
		"files that a declared workspace names": {
			tree: "-- vpc/main.tf --\nterraform {\n  cloud {\n    workspaces {\n      tags = [\"vpc\"]\n    }\n  }\n}\nvariable \"x\" {}\n-- tfc/main.tf --\n" +
				fmt.Sprintf(layerText, "tfc") + "module \"w\" {\n  source = \"github.com/acme/w\"\n  workspace_name = \"vpc-eu\"\n  working_directory = \"vpc\"\n  var_files = [\"common.tfvars\", \"west.tfvars\"]\n}\n" +
				"-- vpc/common.tfvars --\nx = 1\n-- vpc/west.tfvars --\nx = 2\n",
			id: "vpc/default", own: "vpc/west.tfvars", want: "vpc/common.tfvars vpc/main.tf",
		},
		"a file read for the environment's value only": {
			tree: layerAt("01-a", "a") + "variable \"environment\" {}\nvariable \"org\" {}\nlocals {\n  a = file(\"../data/${var.environment}.json\")\n  b = file(\"../data/${var.org}.json\")\n}\n" +
				"-- data/prod.json --\n-- data/dev.json --\n-- data/acme.json --\n-- 01-a/dev.tfvars --\nenvironment = \"dev\"\n-- 01-a/prod.tfvars --\nenvironment = \"prod\"\n" +
				"-- 01-a/common.tfvars --\norg = \"acme\"\n",
			id: "01-a/prod", own: "01-a/prod.tfvars data/prod.json", want: "01-a/common.tfvars 01-a/main.tf data/acme.json",
		},
		"a file read for the workspace": {
			tree: layerAt("01-a", "a") + "locals {\n  a = file(\"../data/${terraform.workspace}.json\")\n}\n-- data/prod.json --\n-- data/dev.json --\n-- 01-a/dev.tfvars --\n-- 01-a/prod.tfvars --\n",
			id:   "01-a/prod", own: "01-a/prod.tfvars data/prod.json", want: "01-a/main.tf",
		},
		"a link to the environment's file": {
			tree: layerAt("01-a", "a") + "-- 01-a/dev.tfvars --\n-- 01-a/prod.tfvars -> ../values/p.tfvars --\n-- values/p.tfvars --\n",
			id:   "01-a/prod", own: "01-a/prod.tfvars values/p.tfvars", want: "01-a/main.tf",
		},
		"each environment a root of its own": {
			tree: layerAt("live/test/vpc", "t") + strings.ReplaceAll(module, "../", "../../../") + layerAt("live/prod/vpc", "p") + strings.ReplaceAll(module, "../", "../../../") +
				"-- live/prod/vpc/terraform.tfvars --\n-- modules/m/m.tf --\n",
			id: "vpc/prod", want: "live/prod/vpc/main.tf live/prod/vpc/terraform.tfvars modules/m/m.tf",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := discover(t, treeOf(c.tree), c.opts)
			i := slices.IndexFunc(m.Targets, func(x Target) bool { return x.ID() == c.id })
			if i < 0 {
				t.Fatalf("found:\n%s", describe(m))
			}
			shared := m.Shared(m.Targets[i])
			own := slices.DeleteFunc(m.Inputs(m.Targets[i]), func(name string) bool { return slices.Contains(shared, name) })
			if strings.Join(shared, " ") != c.want || strings.Join(own, " ") != c.own {
				t.Errorf("shared %q, its own %q\nfound:\n%s", shared, own, describe(m))
			}
		})
	}
	if got := (&Map{}).Shared(Target{}); got != nil {
		t.Errorf("Shared of an empty map = %q", got)
	}
}

// TestSharedStaysWhenEnvironmentsGo takes, in every layout, the files of another environment away.
func TestSharedStaysWhenEnvironmentsGo(t *testing.T) {
	compared := 0
	eachLayout(t, func(t *testing.T, l layout, m *Map) {
		for _, x := range m.Targets {
			for _, other := range m.Targets {
				if other.Dir != x.Dir || other.Env == x.Env {
					continue
				}
				if a, b := m.Shared(x), m.Shared(other); !slices.Equal(a, b) {
					t.Errorf("%s shares %q\n%s shares %q", x.ID(), a, other.ID(), b)
				}
				less := &memory{content: map[string][]byte{}, links: l.files.links}
				for name, content := range l.files.content {
					if !slices.Contains(m.Inputs(other), name) || slices.Contains(m.Inputs(x), name) {
						less.content[name] = content
					}
				}
				after := discover(t, less, l.opts)
				for _, y := range after.Targets {
					if y.ID() == x.ID() && slices.Equal(after.Inputs(y), m.Inputs(x)) {
						compared++
						if got := after.Shared(y); !slices.Equal(got, m.Shared(x)) {
							t.Errorf("%s shares %q without %s, %q with it", x.ID(), got, other.ID(), m.Shared(x))
						}
					}
				}
			}
		}
	})
	if compared < 10 {
		t.Errorf("only %d pairs were compared", compared)
	}
}
