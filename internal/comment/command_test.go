// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, body string
		want       Command
	}{
		{"verb alone", "/plan", Command{Verb: Plan}},
		{"layer and environment", "/plan compute prod", Command{Verb: Plan, Words: []string{"compute", "prod"}}},
		{"any order, several, globs", "/plan prod data-* 05 infra/05-*", Command{Verb: Plan, Words: []string{"prod", "data-*", "05", "infra/05-*"}}},
		{"all", "/plan all dev", Command{Verb: Plan, All: true, Words: []string{"dev"}}},
		{"Windows line ends and spaces behind", "/plan compute  \r\nthanks\r\n", Command{Verb: Plan, Words: []string{"compute"}}},
		{"old line ends", "/plan compute\rthanks", Command{Verb: Plan, Words: []string{"compute"}}},
		{"spaces of Unicode", "/plan\u00a0compute\u3000prod\t\u2003", Command{Verb: Plan, Words: []string{"compute", "prod"}}},
		{"blank lines before", "\n \r\n\u00a0\n   /help\n", Command{Verb: Help}},
		{"one dash", "/plan -destroy", Command{Verb: Plan, Mode: report.Mode{Destroy: true}}},
		{"two dashes before a name", "/plan --refresh-only compute", Command{Verb: Plan, Words: []string{"compute"}, Mode: report.Mode{RefreshOnly: true}}},
		{"address after a space", "/plan --target module.eks.aws_eks_cluster.this[0] compute",
			Command{Verb: Plan, Words: []string{"compute"}, Mode: report.Mode{Targets: []string{"module.eks.aws_eks_cluster.this[0]"}}}},
		{"address after an equals sign, one dash", `/plan -replace=a.b["c d"]`, Command{Verb: Plan, Mode: report.Mode{Replace: []string{`a.b["c d"]`}}}},
		{"address in single quotes", `/plan --target='a.b["c"]'`, Command{Verb: Plan, Mode: report.Mode{Targets: []string{`a.b["c"]`}}}},
		{"address in double quotes", `/plan --target "a.b[\"c d\"]"`, Command{Verb: Plan, Mode: report.Mode{Targets: []string{`a.b["c d"]`}}}},
		{"several addresses", "/plan --target a.b --target=c.d", Command{Verb: Plan, Mode: report.Mode{Targets: []string{"a.b", "c.d"}}}},
		{"apply", "/apply compute prod", Command{Verb: Apply, Words: []string{"compute", "prod"}}},
		{"apply what is left", "/apply", Command{Verb: Apply}},
		{"apply all of an environment", "/apply all prod", Command{Verb: Apply, All: true, Words: []string{"prod"}}},
		{"unlock with an ID of 128 characters", "/unlock a b --lock-id " + strings.Repeat("a", 128), Command{Verb: Unlock, Words: []string{"a", "b"}, LockID: strings.Repeat("a", 128)}},
		{"scan", "/scan compute", Command{Verb: Scan, Words: []string{"compute"}}},
		{"unlock", "/unlock compute prod", Command{Verb: Unlock, Words: []string{"compute", "prod"}}},
		{"unlock with ID", "/unlock prod compute -lock-id=1a2b-3c", Command{Verb: Unlock, Words: []string{"prod", "compute"}, LockID: "1a2b-3c"}},
		{"layers", "/layers", Command{Verb: Layers}},
		{"only the first line counts", "/plan compute\n/apply prod", Command{Verb: Plan, Words: []string{"compute"}}},
		{"a body of 64 KiB", "/plan compute\n" + strings.Repeat("x\n", 32<<10), Command{Verb: Plan, Words: []string{"compute"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := Parse(tt.body)
			if !ok || err != nil {
				t.Fatalf("ok %v, error %v", ok, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseIgnores(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                "",
		"blanks":                 " \r\n\t\n",
		"talk":                   "please /plan compute",
		"a quoted line":          "> /plan compute",
		"a quoted line, then it": "> quoted\n/plan compute",
		"a fenced block":         "```\n/plan\n```",
		"a fence of tildes":      "~~~\n/plan\n~~~",
		"an indented block":      "\n    /plan",
		"a tab":                  "\t/plan",
		"spaces, then a tab":     "  \t/plan",
		"inline code":            "`/plan`",
		"planet":                 "/planet",
		"another bot":            "/lgtm",
		"a path":                 "/plan/compute",
		"two slashes":            "//plan",
		"a slash alone":          "/",
		"a slash and a space":    "/ plan",
		"the second line":        "hello\n/plan",
		"a list":                 "- /plan",
		"a full-width slash":     "／plan",
		"a Cyrillic letter":      "/рlan",
		"a hidden character":     "\u200b/plan",
		"a long word":            "/" + strings.Repeat("p", 64<<10),
	} {
		t.Run(name, func(t *testing.T) {
			if cmd, ok, err := Parse(body); ok || err != nil {
				t.Errorf("%+v, %v, %v", cmd, ok, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, body, problem, hint string }{
		{"a slip in the verb", "/pln compute", "/pln", "`/plan`"},
		{"swapped letters", "/paln", "/paln", "`/plan`"},
		{"a verb in capitals", "/PLAN", "/PLAN", "`/plan`"},
		{"an unknown flag", "/plan --destory", "--destory", "`--destroy`"},
		{"a flag of Terraform that is not passed on", "/plan --var-file=/etc/passwd", "--var-file", "--refresh-only"},
		{"a flag of another verb", "/apply --destroy", "--destroy", "`/plan … --destroy`"},
		{"a dash made by a phone", "/plan —destroy", "—destroy", "`--destroy`"},
		{"a lone dash", "/plan -", "", ""},
		{"two lone dashes", "/plan -- compute", "", ""},
		{"a value where none belongs", "/plan --destroy=false", "takes no value", "--destroy"},
		{"a missing value", "/plan --target", "needs a value", "--target"},
		{"climbing out", "/plan ../../x prod", "../../x", "/layers"},
		{"climbing inside", "/plan a/../b", "a/../b", ""},
		{"an absolute path", "/plan /etc/passwd", "/etc/passwd", ""},
		{"a shell substitution", "/plan $(id)", "$(id)", ""},
		{"a semicolon", "/plan compute;id", "compute;id", ""},
		{"backticks", "/plan `id`", "id", ""},
		{"quotes around a name", `/plan "compute"`, "compute", ""},
		{"NUL", "/plan a\x00b", `a\u0000b`, ""},
		{"bytes that are no UTF-8", "/plan a\xffb", `a\xffb`, ""},
		{"a look-alike letter", "/plan соmpute", "соmpute", ""},
		{"a right-to-left override", "/plan a\u202eb", `a\u202eb`, ""},
		{"an address that is none", "/plan --target compute", "compute", "module."},
		{"an address with a substitution", `/plan --target a.b["$(id)"]`, "no resource address", ""},
		{"an address that never closes its quote", `/plan --target 'a.b compute`, "no resource address", ""},
		{"a lock ID that is none", "/unlock compute prod --lock-id ../x", "no lock ID", ""},
		{"a lock ID with an underscore", "/unlock compute prod --lock-id a_b", "no lock ID", ""},
		{"a lock ID that looks like a flag", "/unlock compute prod --lock-id -force", "no lock ID", ""},
		{"a lock ID of 129 characters", "/unlock compute prod --lock-id " + strings.Repeat("a", 129), "no lock ID", ""},
		{"a flag of Terraform on apply", "/apply compute prod -auto-approve", "--auto-approve", "no flags"},
		{"unlocking nothing", "/unlock", "exactly one layer", "/unlock compute prod"},
		{"unlocking everything", "/unlock all prod", "exactly one layer", ""},
		{"unlocking a glob", "/unlock data-* prod", "exactly one layer", ""},
		{"names for /layers", "/layers compute", "takes no names", "`/layers`"},
		{"modes that exclude each other", "/plan --destroy --refresh-only", "exclude", ""},
		{"replace while destroying", "/plan --destroy --replace a.b", "ordinary plan", ""},
		{"thousands of names", "/plan " + strings.Repeat("a ", 5000), "More than 256", "glob"},
		{"a very long name", "/plan " + strings.Repeat("a", 64<<10), "aaa…", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ok, err := Parse(tt.body)
			var syntax *SyntaxError
			if !ok || !errors.As(err, &syntax) {
				t.Fatalf("ok %v, error %v", ok, err)
			}
			if !strings.Contains(syntax.Error(), tt.problem) || !strings.Contains(syntax.Hint(), tt.hint) || syntax.Hint() == "" {
				t.Errorf("%q, hint %q", syntax.Error(), syntax.Hint())
			}
			if len(syntax.Error()) > 300 {
				t.Errorf("a message of %d bytes", len(syntax.Error()))
			}
		})
	}
}

func TestParseArgsKnowsItsVerbs(t *testing.T) {
	_, err := ParseArgs("plam", nil)
	if h, ok := err.(interface{ Hint() string }); !ok || !strings.Contains(h.Hint(), "`/plan`") {
		t.Errorf("%v", err)
	}
	got, err := ParseArgs(Plan, []string{"compute", "--target", `a.b["c d"]`})
	if err != nil {
		t.Fatal(err)
	}
	want := Command{Verb: Plan, Words: []string{"compute"}, Mode: report.Mode{Targets: []string{`a.b["c d"]`}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"/plan compute prod --destroy", `/plan --target 'a.b["c"]' -replace=a.b[0]`, "/unlock a b --lock-id x",
		"/plan ../../x prod", "/pln", "> /plan", "    /plan", "/plan $(id) \x00 \u202e", "/plan --destory", "\r\n/scan all *"} {
		f.Add(seed)
	}
	safe := regexp.MustCompile(`^[A-Za-z0-9._/*?-]+$`)
	f.Fuzz(func(t *testing.T, body string) {
		cmd, ok, err := Parse(body)
		if !ok || err != nil {
			return
		}
		for _, w := range cmd.Words {
			if !safe.MatchString(w) || strings.Contains(w, "..") || w[0] == '-' || w[0] == '/' {
				t.Errorf("word %q", w)
			}
		}
		again, ok, err := Parse(cmd.String())
		if !ok || err != nil {
			t.Fatalf("%q is read as %v, %v", cmd.String(), ok, err)
		}
		if diff := cmp.Diff(cmd, again); diff != "" {
			t.Errorf("%q: %s", cmd.String(), diff)
		}
	})
}
