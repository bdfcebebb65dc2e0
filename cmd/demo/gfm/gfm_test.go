// SPDX-License-Identifier: Apache-2.0

package gfm_test

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/cmd/demo/gfm"
)

func TestRender(t *testing.T) {
	fence := "```"
	for name, c := range map[string]struct {
		source string
		has    []string
		lacks  []string
	}{
		"a table with aligned columns": {
			source: "| Target | + |\n|---|--:|\n| a/b | 3 |\n",
			has:    []string{"<table>", `<td align="right">3</td>`},
		},
		"a diff is coloured by its first column": {
			source: fence + "diff\n+ added\n- removed\n! changed\n  - yaml\n@@ 1 @@\n" + fence + "\n",
			has: []string{
				`<span class="diff-add">+ added</span>`, `<span class="diff-del">- removed</span>`, `<span class="diff-mark">! changed</span>`,
				"\n  - yaml\n", `<span class="diff-hunk">@@ 1 @@</span>`,
			},
		},
		"code is escaped": {
			source: fence + "diff\n+ <b>&amp;\n" + fence, has: []string{"&lt;b&gt;&amp;amp;"}, lacks: []string{"<b>"},
		},
		"a longer fence holds a shorter one": {
			source: "````diff\n+ a\n```\n+ b\n````\n", has: []string{`<span class="diff-add">+ b</span>`},
		},
		"an alert": {
			source: "> [!CAUTION]\n> Destroys **1**.\n>\n> - `a.b`\n",
			has:    []string{`<div class="alert alert-caution"><p class="alert-title">Caution</p>`, "Destroys <strong>1</strong>.", "<code>a.b</code>"},
			lacks:  []string{"blockquote", "[!CAUTION]"},
		},
		"an alert whose text begins after an empty line": {
			source: "> [!note]\n>\n> Text.\n", has: []string{`alert-note`, "<p>Text.</p>"}, lacks: []string{"[!note]", "blockquote"},
		},
		"a marker with text beside it is a quotation": {
			source: "> [!NOTE] hm\n", has: []string{"<blockquote>"}, lacks: []string{"alert"},
		},
		"a marker alone is a quotation": {
			source: "> [!NOTE]\n", has: []string{"<blockquote>"}, lacks: []string{"alert"},
		},
		"an alert in a fold is a quotation": {
			source: "- x\n\n  > [!NOTE]\n  > y\n", has: []string{"<blockquote>"}, lacks: []string{"alert"},
		},
		"a fold": {
			source: "<details open><summary><b>x</b></summary>\n\n| a |\n|---|\n| 1 |\n\n</details>\n",
			has:    []string{`<details open="">`, "<summary><b>x</b></summary>", "<table>", "</details>"},
		},
		"a marker comment is not shown":           {source: "<!-- layerbot {\"a\":1} -->\nhello\n", has: []string{"hello"}, lacks: []string{"layerbot"}},
		"lines break where the author broke them": {source: "a\nb\n", has: []string{"a<br"}},
		"nothing runs and nothing is fetched": {
			source: "<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\" onclick=x>y</a>\n\n" +
				"![i](http://example.com/i.png) <style>*{}</style><iframe src=x></iframe><div class=\"top\" style=\"position:fixed\" id=\"main\">z</div>\n",
			has:   []string{"z"},
			lacks: []string{"<script", "alert(", "<img", "javascript:", "onclick", "<style", "<iframe", "style=", "id=", "top"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := string(gfm.Render(c.source))
			for _, part := range c.has {
				if !strings.Contains(got, part) {
					t.Errorf("%q is not in:\n%s", part, got)
				}
			}
			for _, part := range c.lacks {
				if strings.Contains(got, part) {
					t.Errorf("%q is in:\n%s", part, got)
				}
			}
		})
	}
}

func FuzzRender(f *testing.F) {
	f.Add("> [!NOTE]\n> x\n\n```diff\n+ a\n```\n<details>")
	f.Add("> [!CAUTION]\n> > [!TIP]\n> | a |\n> |-|\n")
	f.Fuzz(func(t *testing.T, source string) {
		got := strings.ToLower(string(gfm.Render(source)))
		for _, danger := range []string{"<script", "<img", "<iframe", "<style", "<form"} {
			if strings.Contains(got, danger) {
				t.Errorf("%q renders to %q", source, got)
			}
		}
	})
}
