// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// digest is a target's inputs with what each says, as git would see them.
func digest(files *memory, m *Map, id string) string {
	var b strings.Builder
	for _, x := range m.Targets {
		if x.ID() != id {
			continue
		}
		for _, name := range m.Inputs(x) {
			b.WriteString(name + "\x00" + string(files.content[name]) + files.links[name] + "\x00")
		}
	}
	return b.String()
}

// edited returns files with one of them changed; a link leads elsewhere then.
func (m *memory) edited(name string) *memory {
	e := &memory{content: maps.Clone(m.content), links: maps.Clone(m.links)}
	if _, isLink := e.links[name]; isLink {
		e.links[name] += "-elsewhere"
	} else {
		e.content[name] = append(slices.Clone(e.content[name]), '\n')
	}
	return e
}

// TestInputsAreWhatAChangeTouches checks, for every file of every layout, that the targets it affects are those it is
// an input of, and that their digests change with it and no others.
func TestInputsAreWhatAChangeTouches(t *testing.T) {
	eachLayout(t, func(t *testing.T, l layout, m *Map) {
		checkInputs(t, m, l.files)
		for _, name := range l.files.Paths() {
			files := l.files.edited(name)
			after := discover(t, files, l.opts)
			for _, x := range m.Targets {
				was, is := digest(l.files, m, x.ID()), digest(files, after, x.ID())
				if input := slices.Contains(m.Inputs(x), name); input == (was == is) && is != "" {
					t.Errorf("%s: %s is an input: %v, and its change changes the digest: %v", x.ID(), name, input, was != is)
				}
			}
		}
	})
}

// checkInputs checks that files are inputs of the targets they affect, and that Shared is part of Inputs.
func checkInputs(t testing.TB, m *Map, files *memory) {
	t.Helper()
	touches := map[string]map[string]bool{}
	for _, name := range files.Paths() {
		touches[name] = map[string]bool{}
		for _, a := range AffectedBy(m, m, []string{name}) {
			touches[name][a.ID()] = true
		}
	}
	for _, x := range m.Targets {
		inputs := m.Inputs(x)
		if !slices.IsSorted(inputs) || len(slices.Compact(slices.Clone(inputs))) != len(inputs) {
			t.Errorf("inputs of %s: %q", x.ID(), inputs)
		}
		for _, name := range files.Paths() {
			if input := slices.Contains(inputs, name); input != touches[name][x.ID()] {
				t.Errorf("%s is an input of %s: %v, and touches it: %v", name, x.ID(), input, !input)
			}
		}
		for _, name := range m.Shared(x) {
			if !slices.Contains(inputs, name) {
				t.Errorf("%s shares %s, which is no input", x.ID(), name)
			}
		}
	}
}

// TestInputsHoldWhatTerraformLoads goes through what Terraform is told to load for a target and looks for it, and for
// every link on the way, among the inputs.
func TestInputsHoldWhatTerraformLoads(t *testing.T) {
	eachLayout(t, func(t *testing.T, _ layout, m *Map) {
		tree := m.inputs.tree
		for _, x := range m.Targets {
			inputs := m.Inputs(x)
			loaded := append([]string{x.BackendConfig}, x.VarFiles...)
			for _, base := range tree.list(x.Dir) {
				if strings.HasSuffix(base, ".tf") || strings.HasSuffix(base, ".tf.json") || isAutoloaded(base) || base == ".terraform.lock.hcl" {
					loaded = append(loaded, strings.TrimPrefix(x.Dir+"/"+base, "./"))
				}
			}
			for _, name := range loaded {
				real, through, _ := tree.follow(name)
				for _, needed := range append(through, real) {
					if tree.has[needed] && !slices.Contains(inputs, needed) {
						t.Errorf("%s loads %s, and %s is no input of it", x.ID(), name, needed)
					}
				}
			}
		}
	})
}

func TestInputsThroughLinks(t *testing.T) {
	for name, c := range map[string]struct {
		tree string
		opts Options
		want string // beside 01-a/main.tf
	}{
		"a link to a link": {
			tree: layerAt("01-a", "a") + "-- 01-a/x.tf -> ../links/x.tf --\n-- links/x.tf -> ../shared/v1/x.tf --\n-- shared/v1/x.tf --\n-- shared/v2/x.tf --\n",
			want: "01-a/x.tf links/x.tf shared/v1/x.tf",
		},
		"a link through a linked folder": {
			tree: layerAt("01-a", "a") + "-- 01-a/x.tf -> ../current/x.tf --\n-- current -> shared/v1 --\n-- shared/v1/x.tf --\n",
			want: "01-a/x.tf current shared/v1/x.tf",
		},
		"a linked folder in a linked folder": {
			tree: layerAt("01-a", "a") + "-- 01-a/data -> ../shared --\n-- shared/more -> ../other --\n-- shared/s.json --\n-- other/o.json --\n",
			want: "01-a/data other/o.json shared/more shared/s.json",
		},
		"a link into a folder that another link leads to": {
			tree: layerAt("01-a", "a") + "-- 01-a/data -> ../current/in --\n-- current -> all --\n-- all/in/x.json --\n-- all/not-in.json --\n",
			want: "01-a/data all/in/x.json current",
		},
		"a module behind a link": {
			tree: layerAt("01-a", "a") + "module \"m\" {\n  source = \"../current/m\"\n}\n-- current -> modules/v1 --\n-- modules/v1/m/m.tf --\nmodule \"n\" {\n  source = \"../../../other/n\"\n}\n" +
				"-- other -> modules/v2 --\n-- modules/v2/n/n.tf --\n",
			want: "current modules/v1/m/m.tf modules/v2/n/n.tf other",
		},
		"a file that code reads behind a link": {
			tree: layerAt("01-a", "a") + "locals {\n  x = file(\"../current/x.json\")\n  y = fileset(\"../folder/in\", \"*\")\n}\n-- current -> data/v1 --\n-- data/v1/x.json --\n-- folder -> data --\n-- data/in/y.json --\n",
			want: "current data/in/y.json data/v1/x.json folder",
		},
		"a var-file behind a link": {
			tree: layerAt("01-a", "a") + "-- current -> values/v1 --\n-- values/v1/x.tfvars --\n", opts: Options{VarFiles: []string{"current/x.tfvars"}},
			want: "current values/v1/x.tfvars",
		},
		"a link whose goal is not committed": {
			tree: layerAt("01-a", "a") + "-- 01-a/x.tfvars -> ../links/x.tfvars --\n-- links/x.tfvars -> none.tfvars --\n",
			want: "01-a/x.tfvars links/x.tfvars",
		},
		"links in circles": {
			tree: layerAt("01-a", "a") + "-- 01-a/b -> ../b --\n-- b/a -> ../01-a --\n-- b/x.json --\n-- 01-a/self -> . --\n",
			want: "01-a/b 01-a/self b/a b/x.json",
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := treeOf(c.tree)
			m := discover(t, files, c.opts)
			checkInputs(t, m, files)
			got := slices.DeleteFunc(m.Inputs(m.Targets[0]), func(name string) bool { return name == "01-a/main.tf" })
			if strings.Join(got, " ") != c.want {
				t.Errorf("inputs %q, want %q", got, c.want)
			}
		})
	}
}

// TestManyLayersLinkOneFile links it more often than a path may have hops.
func TestManyLayersLinkOneFile(t *testing.T) {
	text := "-- shared/provider.tf --\n"
	for i := range 3 * maxHops {
		dir := strings.Repeat("x", i+1)
		text += layerAt(dir, dir) + "-- " + dir + "/provider.tf -> ../links/provider.tf --\n"
	}
	m := discover(t, treeOf(text+"-- links/provider.tf -> ../shared/provider.tf --\n"), Options{})
	for _, name := range []string{"shared/provider.tf", "links/provider.tf"} {
		if got := AffectedBy(m, m, []string{name}); len(got) != 3*maxHops {
			t.Errorf("%s affects %d layers", name, len(got))
		}
	}
}

func TestInputsLeaveOutWhatTerraformDoesNotRead(t *testing.T) {
	for name, want := range map[string]bool{
		"main.tf": true, ".terraform.lock.hcl": true, "x.json": true, "templates/user-data.sh": true, "run.tf.json": true, "tftest.tf": true,
		"launch-template.tf": true, "node.example.tf": true, "license.tf": true, "user-data.sh.tpl": true, "policy.json.tmpl": true, ".hidden.tf": false,
		"README.md": false, "docs/x.png": false, "LICENSE": false, ".tflint.hcl": false, ".github/x.yml": false,
		"x.tftest.hcl": false, "tests/x.tftest.json": false, "x.tofutest.hcl": false, "mocks/aws.tfmock.hcl": false, "prod.tfvars.example": false, "prod.template.tfvars": false,
		"backend.hcl.example": false,
	} {
		files := treeOf(layerAt("01-a", "a"))
		files.content["01-a/"+name] = []byte("{}")
		m := discover(t, files, Options{})
		if got := slices.Contains(m.Inputs(m.Targets[0]), "01-a/"+name); got != want {
			t.Errorf("%s is an input: %v", name, got)
		}
	}
}
