// SPDX-License-Identifier: Apache-2.0

package static

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/tree"
)

var (
	relaxations = regexp.MustCompile(`(?s)\n## What a sandbox is without\n(.*?)\n## `)
	relaxed     = regexp.MustCompile("(?m)^\\| (\\S+) \\| `(\\w+)` \\| (\\S+) \\| (\\S+) \\| (\\S+) \\| (\\S+) \\|")
)

// TestRelaxationsAreThoseOfTheEnvironments holds the matrix of docs/security-baseline.md against what the layers are given.
func TestRelaxationsAreThoseOfTheEnvironments(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "security-baseline.md"))
	if err != nil {
		t.Fatal(err)
	}
	section := relaxations.FindSubmatch(page)
	if section == nil {
		t.Fatal("docs/security-baseline.md has no matrix")
	}
	rows := relaxed.FindAllSubmatch(section[1], -1)
	if len(rows) < 5 {
		t.Fatalf("%d rows: too few were understood", len(rows))
	}
	for _, row := range rows {
		layer, variable := string(row[1]), string(row[2])
		for i, env := range []string{"dev", "test", "prod", "sbx"} {
			if told, is := string(row[3+i]), given(t, filepath.Join(root, "infra", layer), env, variable); told != is {
				t.Errorf("%s in %s: the matrix says %s, and it is %s", variable, env, told, is)
			}
		}
	}
}

// given is what a layer's variable is in env, as it stands there: what the environment sets, else the default. A long text is
// only "set", and nothing is "–".
func given(t *testing.T, dir, env, variable string) string {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCLFile(filepath.Join(dir, "environments", env, "00-config.auto.tfvars"))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	set, diags := file.Body.JustAttributes()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var text string
	if a := set[variable]; a != nil {
		text = string(a.Expr.Range().SliceBytes(file.Bytes))
	} else {
		layer, err := hcl.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		declared, err := layer.One("variable", variable)
		if err != nil {
			t.Fatal(err)
		}
		text = declared.Text("default")
	}
	switch text = strings.TrimSpace(text); {
	case text == "null":
		return "–"
	case strings.HasPrefix(text, `"`):
		return "set"
	}
	return text
}
