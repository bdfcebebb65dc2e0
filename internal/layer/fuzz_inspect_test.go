// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// FuzzInspect inspects any archive: what is found stands in a file that is there, in order, and rules go through it.
func FuzzInspect(f *testing.F) {
	for _, files := range hiding() {
		if len(files) < 10_000 {
			f.Add([]byte(files))
		}
	}
	f.Add([]byte(ruled))
	f.Add([]byte("-- a/main.tf --\nlocals {\n x = [for p in var.p : nonsensitive(p)]\n}\nvariable \"p\" {\n sensitive = true\n}\n"))
	f.Add([]byte("-- a/main.tf.json --\n{\"module\":{\"m\":{\"source\":\"../a\",\"x\":\"${nonsensitive(var.y)}\"}},\"novelty\":1}\n"))
	f.Add([]byte("-- a/main.tofu --\nterraform {\n encryption {\n method \"external\" \"x\" {}\n }\n required_providers {\n a = { \"source\" = \"b/c/d\" }\n }\n}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"a/keep": {}}
		files, _ := fromArchive(txtar.Parse(data))
		for name, content := range files.content {
			if fs.ValidPath(name) {
				fsys[name] = &fstest.MapFile{Data: content}
			}
		}
		i, err := Inspect(fsys, "a")
		if err != nil {
			return // a file that is a folder, too
		}
		for _, list := range i.lists() {
			for k, u := range *list {
				if fsys[u.File] == nil || u.Name == "" && u.Line == 0 {
					t.Errorf("%+v is nowhere", u)
				}
				if k > 0 && ((*list)[k-1].File > u.File || (*list)[k-1].File == u.File && (*list)[k-1].Line > u.Line) {
					t.Errorf("%+v comes after %+v", u, (*list)[k-1])
				}
			}
		}
		checkParsed(t, fsys, i)
		strict := Rules{Providers: []string{}, Deny: []string{"data.*", "module.*"}, Backend: "local"}
		if got := strict.Refusals(i); len(got) < len(i.Data)+len(i.Modules)+len(i.Providers)+len(i.Unreadable)+len(i.Unclear) {
			t.Errorf("%d refusals of\n%s", len(got), say(i))
		}
		if got := (Rules{}).Refusals(i); got != nil {
			t.Errorf("without rules: %v", got)
		}
	})
}

// checkParsed looks for the data sources of each file of the folder "a" in an inspection.
func checkParsed(t *testing.T, fsys fstest.MapFS, i *Inspection) {
	t.Helper()
	for name, file := range fsys {
		if path.Dir(name) != "a" || !isConfig(name) || strings.HasSuffix(name, ".json") {
			continue
		}
		parsed, problem := parse(name, file.Data)
		if problem != nil {
			continue
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			found := func(u Use) bool { return u.File == name && len(b.Labels) > 0 && u.Name == b.Labels[0] }
			broken := func(u Use) bool { return u.File == name }
			if b.Type == "data" && !slices.ContainsFunc(i.Data, found) && !slices.ContainsFunc(i.Unreadable, broken) {
				t.Errorf("%s: data %q is not found", name, b.Labels)
			}
		}
	}
}

// TestABlockIsFoundHoweverTheRestIsArranged puts a data source that runs a program among blocks, comments and files of
// any kind, in HCL or in JSON, in the root or in a module of a module.
func TestABlockIsFoundHoweverTheRestIsArranged(t *testing.T) {
	around := []string{
		"", "# data\n", "// }\n", "/* { ( [ */\n", "/* \" */\n", "locals {\n  a = <<EOT\n}\n{ \"\nEOT\n}\n", "locals {\n  b = \"${\"}\"}\"\n}\n", "resource \"aws_x\" \"y\" {\n  c = {\n    d = [1, 2]\n  }\n}\n",
		"variable \"p\" {\n  sensitive = true\n}\n", "output \"x\" {\n  value = nonsensitive(var.p)\n}\n", "terraform {\n  backend \"s3\" {}\n}\n", "check \"x\" {\n  data \"http\" \"y\" {}\n}\n", "\n\t \n", "novelty \"x\" {}\n",
	}
	blocks := []string{
		"data \"external\" \"x\" {}\n", "data external x {}\n", "data\t\"external\"\t\"x\"{}\n", "data \"\\u0065xternal\" x {\n  program = []\n}\n", "data /**/ \"external\" /* { */ \"x\" {}\n", "check \"c\" {\n  data \"external\" \"x\" {}\n}\n",
	}
	rapid.Check(t, func(rt *rapid.T) {
		some := func(label string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(around), 0, 5).Draw(rt, label), "")
		}
		text := some("before") + rapid.SampledFrom(blocks).Draw(rt, "block") + some("after")
		if rapid.Bool().Draw(rt, "mark") {
			text = "\ufeff" + text
		}
		if rapid.Bool().Draw(rt, "returns") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		name := rapid.SampledFrom([]string{"main.tf", "z.tofu", "override.tf", "a.b_override.tf", "ünï.tf", " .tf"}).Draw(rt, "name")
		fsys := fstest.MapFS{}
		dir := "a"
		for depth := range rapid.IntRange(0, 4).Draw(rt, "depth") {
			step := rapid.SampledFrom([]string{"./m", "../m", "./m/../n", "./.hidden"}).Draw(rt, "step")
			call := fmt.Sprintf("module \"m%d\" {\n  source = %q\n}\n", depth, step)
			fsys[dir+"/call.tf"] = &fstest.MapFile{Data: []byte(some("around the call") + call)}
			if rapid.Bool().Draw(rt, "JSON") {
				delete(fsys, dir+"/call.tf")
				fsys[dir+"/call.tf.json"] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"module":[{"m":{"source":%q}}]}`, step)}
			}
			dir = path.Join(dir, step)
		}
		fsys[dir+"/"+name] = &fstest.MapFile{Data: []byte(text)}
		i, err := Inspect(fsys, "a")
		if err != nil {
			rt.Fatal(err)
		}
		for _, u := range i.Data {
			if u.Name == "external" && u.File == dir+"/"+name {
				return
			}
		}
		rt.Errorf("it is not found in %s of %v:\n%s\n%s", name, fsys, text, say(i))
	})
}
