// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// external is a data source that runs a program.
const external = "data \"external\" \"x\" {\n  program = [\"sh\"]\n}\n"

// hiding holds the ways to hide it in which Terraform, or OpenTofu for names that say so, still finds it.
func hiding() map[string]string {
	return map[string]string{
		"plainly":                     "-- a/main.tf --\n" + external,
		"without quotes":              "-- a/main.tf --\ndata external x {}\n",
		"escaped":                     "-- a/main.tf --\ndata \"exter\\u006eal\" \"x\" {}\n",
		"after a comment":             "-- a/main.tf --\n/* # */ data /* { */ \"external\" \"x\" {}\n",
		"on one line":                 "-- a/main.tf --\ndata \"external\" \"x\" { program = [\"sh\"] }",
		"after a heredoc":             "-- a/main.tf --\nlocals {\n  a = <<EOT\n}\n/*\nEOT\n}\n" + external,
		"behind a mark":               "-- a/main.tf --\n\ufeff" + external,
		"with carriage returns":       "-- a/main.tf --\n" + strings.ReplaceAll(external, "\n", "\r\n"),
		"in JSON":                     "-- a/x.tf.json --\n{\"data\":{\"external\":{\"x\":{}}}}\n",
		"in JSON, escaped":            "-- a/x.tf.json --\n{\"d\\u0061ta\":{\"\\u0065xternal\":{\"x\":{}}}}\n",
		"in JSON, in lists":           "-- a/x.tf.json --\n[{\"data\":[{\"external\":[{\"x\":[{}]}]}]}]\n",
		"in JSON, twice":              "-- a/x.tf.json --\n{\"data\":{\"external\":{\"x\":{}}},\"data\":{\"aws_x\":{\"y\":{}}}}\n",
		"in JSON, twice inside":       "-- a/x.tf.json --\n{\"data\":{\"external\":{\"x\":{}},\"external\":{\"y\":{}}}}\n",
		"in JSON, after a comment":    "-- a/x.tf.json --\n{\"//\":\"\",\"data\":{\"external\":{\"x\":{}}}}\n",
		"in a check":                  "-- a/main.tf --\ncheck \"x\" {\n" + external + "assert {\ncondition = data.external.x.id != \"\"\nerror_message = \"x\"\n}\n}\n",
		"for OpenTofu":                "-- a/main.tf --\n-- a/main.tofu --\n" + external,
		"for OpenTofu, in JSON":       "-- a/main.tofu.json --\n{\"data\":{\"external\":{\"x\":{}}}}\n",
		"beside one for another tool": "-- a/main.tofu --\n-- a/main.tf --\n" + external,
		"in a module":                 "-- a/main.tf --\nmodule \"m\" {\n source = \"./m\"\n}\n-- a/m/x.tf --\n" + external,
		"in a module in JSON":         "-- a/main.tf.json --\n{\"module\":{\"m\":{\"source\":\"./m\"}}}\n-- a/m/x.tf --\n" + external,
		"in a module beside":          "-- a/main.tf --\nmodule \"m\" {\n source = \"../b/./c/../c\"\n}\n-- b/c/x.tf --\n" + external,
		"in a module by an override":  "-- a/main.tf --\nmodule \"m\" {\n source = \"./good\"\n}\n-- a/z_override.tf --\nmodule \"m\" {\n source = \"./evil\"\n}\n-- a/good/x.tf --\n-- a/evil/x.tf --\n" + external,
		"in a module by a template":   "-- a/main.tf --\nmodule \"m\" {\n source = \"./${\"m\"}\"\n}\n-- a/m/x.tf --\n" + external,
		"in a hidden folder":          "-- a/main.tf --\nmodule \"m\" {\n source = \"./.m\"\n}\n-- a/.m/x.tf --\n" + external,
		"in a folder of tools":        "-- a/main.tf --\nmodule \"m\" {\n source = \"./node_modules/.terraform\"\n}\n-- a/node_modules/.terraform/x.tf --\n" + external,
		"in a folder called x.tf":     "-- a/main.tf --\nmodule \"m\" {\n source = \"./x.tf\"\n}\n-- a/x.tf/main.tf --\n" + external,
		"in two slashes":              "-- a/main.tf --\nmodule \"m\" {\n source = \"./m//n\"\n}\n-- a/m/n/x.tf --\n" + external,
		"behind a link to a file":     "-- a/main.tf -> ../b/text --\n-- b/text --\n" + external,
		"behind links":                "-- a/main.tf -> ../l1 --\n-- l1 -> ./b/l2 --\n-- b/l2 -> ../b/text --\n-- b/text --\n" + external,
		"behind a link to a folder":   "-- a/main.tf --\nmodule \"m\" {\n source = \"./l\"\n}\n-- a/l -> ../b/c --\n-- b/c/x.tf --\n" + external,
		"above where a link leads":    "-- a/main.tf --\nmodule \"m\" {\n source = \"./l\"\n}\n-- a/l -> ../b/c --\n-- b/c/x.tf --\nmodule \"n\" {\n source = \"../d\"\n}\n-- a/d/x.tf --\n-- b/d/x.tf --\n" + external,
		"through a link and back":     "-- a/main.tf -> s/../text --\n-- a/s -> ../b/c --\n-- b/c/x --\n-- b/text --\n" + external + "-- a/text --\n",
		"among much":                  "-- a/main.tf --\n" + strings.Repeat("# filler\n", 100_000) + external,
	}
}

// TestHiddenCodeIsFound reads configurations that Terraform would run a program for.
func TestHiddenCodeIsFound(t *testing.T) {
	for name, files := range hiding() {
		t.Run(name, func(t *testing.T) {
			i := inspect(t, files)
			if len(i.Data) == 0 || i.Data[0].Name != "external" && i.Data[len(i.Data)-1].Name != "external" {
				t.Errorf("it is not found in\n%.500s\n%s", files, say(i))
			}
		})
	}
}

// TestWhatIsNoConfigurationIsIgnored holds files that neither Terraform nor OpenTofu loads.
func TestWhatIsNoConfigurationIsIgnored(t *testing.T) {
	for _, name := range []string{".main.tf", "main.tf~", "MAIN.TF", "main.tf.bak", "main.tfvars", "x.tftest.hcl", "tf", "main.tf.txt", ".tf", "sub/main.tf", "x.tf/main.tf"} {
		if i := inspect(t, "-- a/keep.txt --\n-- a/"+name+" --\n"+external); say(i) != "" {
			t.Errorf("%s: %s", name, say(i))
		}
	}
	if i := inspect(t, "-- a/main.tf --\n# data \"external\" \"y\" {}\n/* "+external+"*/\nlocals {\n  x = <<EOT\n"+external+"EOT\n}\n"); say(i) != "" {
		t.Errorf("comments and text: %s", say(i))
	}
}

// TestWhatIsTooMuchIsUnreadable hides code behind more than is read, or in what would end the process.
func TestWhatIsTooMuchIsUnreadable(t *testing.T) {
	fill := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	for name, c := range map[string]struct{ file, text string }{
		"ten megabytes":                 {"main.tf", fill("#\n", 10<<20) + "data \"external\" \"x\" {}\n"},
		"brackets":                      {"main.tf", "x = " + fill("(", 100_000)},
		"brackets closed in comments":   {"main.tf", "x = " + fill("(#)\n", 1<<19)},
		"brackets closed in text":       {"main.tf", "x = [" + fill("\"]\",[", 1<<19)},
		"signs parted by comments":      {"main.tf", "x = (" + fill("!#\n", 1<<19)},
		"splats":                        {"main.tf", "x = a" + fill("[*]", 1<<19)},
		"brackets escaped in JSON":      {"main.tf.json", `{"locals":{"a":"${` + fill(`\u0028`, 1<<19) + `"}}`},
		"brackets in a key of JSON":     {"main.tf.json", `{"locals":{"${` + fill(`(`, 1<<19) + `":1}}`},
		"brackets in strings of JSON":   {"main.tf.json", `{"locals":{"a":"${` + fill(`(`, 1<<19) + `"}}`},
		"lists in JSON":                 {"main.tf.json", fill("[", 1<<19)},
		"lists in JSON closed in texts": {"main.tf.json", fill(`["]",`, 1<<19)},
		"the same behind quotes":        {"main.tf.json", fill(`["\"]",`, 1<<19)},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := Inspect(fstest.MapFS{c.file: {Data: []byte(c.text)}}, ".")
			if err != nil || len(i.Unreadable) != 1 || !strings.HasPrefix(i.Unreadable[0].Name, "nested too deeply") && !strings.HasPrefix(i.Unreadable[0].Name, "larger than") {
				t.Errorf("Inspect = %+v, %v", i, err)
			}
		})
	}
}

func TestInspectNeedsAFolder(t *testing.T) {
	fsys := fstest.MapFS{"a/main.tf": {}, "out": {Data: []byte(".."), Mode: fs.ModeSymlink}}
	for _, dir := range []string{"b", "../a", "/a", "out"} {
		if i, err := Inspect(fsys, dir); err == nil {
			t.Errorf("%s: %+v", dir, i)
		}
	}
}
