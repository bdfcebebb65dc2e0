// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestHostileTrees discovers what a stranger may put into a pull request: the
// process goes on, and the other layers are found.
func TestHostileTrees(t *testing.T) {
	deep := func(open string) string { return "x = " + strings.Repeat(open, 200_000/len(open)) }
	for name, text := range map[string]string{
		"brackets":           deep("("),
		"lists":              deep("["),
		"objects":            deep("{a="),
		"templates":          deep("\"${"),
		"directives":         deep("%{if x}"),
		"conditions":         deep("x?y:"),
		"conditions in many": "x = (" + strings.Repeat("x?y:\n", 60_000),
		"signs":              deep("!"),
		"calls":              deep("f("),
		"blocks":             strings.Repeat("a {\n", 100_000),
		"too large":          strings.Repeat("#", maxSource+1),
		"no text":            "\xff\xfe\x00\x01",
		"locals in a circle": "locals {\n  a = \"${local.b}${local.b}\"\n  b = \"${local.a}${local.a}\"\n}\n" + readsState("${local.a}"),
		"locals that grow":   "locals {\n  a = \"${local.b}${local.b}\"\n  b = \"${local.c}${local.c}\"\n  c = \"${local.d}${local.d}\"\n  d = \"" + strings.Repeat("x", 2000) + "\"\n}\n" + readsState("${local.a}"),
		"a module of itself": "module \"a\" {\n  source = \".\"\n}\nmodule \"b\" {\n  source = \"./\"\n}\n" + readsState("k"),
		"a module outside":   "module \"a\" {\n  source = \"../../../../etc\"\n}\n",
		"a file outside":     "locals {\n  a = file(\"${path.module}/../../../../etc/passwd\")\n  b = file(\"/etc/passwd\")\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := discover(t, &memory{content: map[string][]byte{
				"01-bad/main.tf":  []byte(text),
				"02-good/main.tf": []byte("terraform {\n  backend \"local\" {}\n}\n"),
			}}, Options{})
			checkSound(t, m)
			if len(m.Targets) != 2 || m.Targets[1].Problem != nil {
				t.Errorf("found:\n%s", describe(m))
			}
			for _, x := range m.Targets {
				for _, file := range m.Inputs(x) {
					if !strings.HasPrefix(file, x.Dir+"/") {
						t.Errorf("%s reads %s", x.ID(), file)
					}
				}
			}
		})
	}
}

// TestNamesThatAreNoWorkspaces declares workspaces that would lead out of a folder, or be taken for an option.
func TestNamesThatAreNoWorkspaces(t *testing.T) {
	for _, name := range []string{"a-../../etc", "-destroy", "a-x y", "a-\\n", "", "a-" + strings.Repeat("x", 90)} {
		files := treeOf("-- a/main.tf --\nterraform {\n  cloud {\n    workspaces {\n      tags = [\"a\"]\n    }\n  }\n}\n" +
			"resource \"tfe_workspace\" \"x\" {\n  name = \"" + name + "\"\n  working_directory = \"a\"\n}\n")
		m := discover(t, files, Options{})
		if len(m.Targets) != 1 || m.Targets[0].Env != DefaultEnv || m.Targets[0].Workspace != "" {
			t.Errorf("%q:\n%s", name, describe(m))
		}
	}
}

func TestEncryptedVarFile(t *testing.T) {
	files := treeOf(layerAt("01-a", "a"))
	files.content["01-a/terraform.tfvars"] = []byte("\x00GITCRYPT\x00\x8a\x17")
	p := discover(t, files, Options{}).Targets[0].Problem
	if p == nil || p.Message != "is encrypted with git-crypt" || p.File != "01-a/terraform.tfvars" || p.Hint == "" {
		t.Errorf("problem %+v", p)
	}
}

func readsState(key string) string {
	return "data \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"b\"\n    key = \"" + key + "\"\n  }\n}\n"
}

func TestLinksThatLeaveOrLoop(t *testing.T) {
	files := treeOf(layerAt("01-a", "a") + `
-- 01-a/up -> ../../outside --
-- 01-a/absolute.tf -> /etc/passwd --
-- 01-a/self.tfvars -> self.tfvars --
-- x -> y --
-- y -> x --
-- deep/down -> ../deep --
`)
	m := discover(t, files, Options{})
	checkSound(t, m)
	if len(m.Targets) != 1 || m.Targets[0].Problem == nil || m.Targets[0].Problem.File != "01-a/absolute.tf" {
		t.Errorf("found:\n%s", describe(m))
	}
	AffectedBy(m, m, []string{"deep/a", "x", "y/z", "01-a/up", "../x", "/", ""})
}

func TestDiscoverStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Discover(ctx, treeOf(layerAt("01-a", "a")), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Discover = %v", err)
	}
}

// FuzzDiscover reads any archive as a tree.
func FuzzDiscover(f *testing.F) {
	f.Add([]byte(layerAt("01-a", "a") + "-- 01-a/dev.tfvars --\na = 1\n-- b -> 01-a --\n"))
	f.Add([]byte(layerAt("environments/dev/x", "${a}") + "-- environments/dev/x/backend.hcl --\nbucket = \"\"\n"))
	f.Add([]byte("-- a.tf.json --\n{\"data\": {\"terraform_remote_state\": {\"x\": {\"config\": {\"key\": \"${var.x}\"}}}}}\n"))
	f.Add([]byte(layerAt("01-a", "a") + "-- 01-a/b -> ../c --\n-- c -> d --\n-- d/e.json --\n-- d/f -> ../01-a --\n-- 01-a/prod.tfvars -> ../c/x --\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, _ := fromArchive(txtar.Parse(data))
		m, err := Discover(context.Background(), files, Options{DependsOn: map[string][]string{"a": {"b"}}})
		if err != nil {
			t.Fatal(err)
		}
		checkSound(t, m)
		checkInputs(t, m, files)
		m.Mermaid()
	})
}
