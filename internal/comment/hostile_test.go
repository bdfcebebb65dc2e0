// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"github.com/layerbot/layerbot/internal/report"
)

// A hostile page must be built exactly like a harmless one: whatever stands in a text, it is read as that text.

var hostiles = append(strings.Split(hostile, "\n"), hostile, "`", "``", "a`b", "|", `\`, `\|`, "---", "===", "- x", "1. x", "+ x", "# x", "> x",
	"    x", "\tx", "```", "~~~", "<b>", "&lt;", "<!--", "-->", "]]>", "<details>", "@acme", "#1", "[x]: https://evil.example", "![x](y)",
	"**x**", "_x_", "$x$", ":---", "| - |", "<https://evil.example>", "HTTP://evil.example", "ftp://evil.example", "mailto:a@evil.example",
	"xmpp:a@evil.example", "WwW.evil.example", "a\r\nb", "\u2028x\u2029", "\u202ex", "\xff\xfe", "\x00", "x\\", "`x", "x`", " x ", "- [ ] x", "[^1]: x", "<!-- layerbot:plan {} -->")

func TestHostileTextBuildsNothing(t *testing.T) {
	want, obstacle, later := build(t, roomy("harmless")), build(t, stopped("harmless")), buildLater(t)
	for _, s := range hostiles {
		t.Run(visible(s), func(t *testing.T) {
			if diff := cmp.Diff(want, build(t, roomy(s))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(obstacle, build(t, stopped(s))); diff != "" {
				t.Error(diff)
			}
			for name, page := range laterPages {
				if diff := cmp.Diff(later[name], build(t, page(s))); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// stopped returns the comment of a run that could not begin because of s.
func stopped(s string) string {
	p := pageOf()
	p.Blocked = Notice{"first line\n" + s, s}
	return newView(p).compose(1<<20, true).Body
}

// roomy returns the comment with enough room that nothing is shortened, however long s makes it.
func roomy(s string) string { return newView(hostilePage(s)).compose(1<<20, true).Body }

// laterPages are what is written after the merge, about drift and locks, with room enough that nothing is shortened.
var laterPages = map[string]func(s string) string{
	"merged": func(s string) string { return newView(hostileMerged(s)).compose(1<<20, true).Body },
	"judged": func(s string) string { return newView(hostileJudged(s)).compose(1<<20, true).Body },
	"scanned": func(s string) string {
		p := hostileJudged(s)
		p.State = Scanned
		return newView(p).compose(1<<20, true).Body
	},
	"refused":  func(s string) string { return newView(hostileRefused(s)).compose(1<<20, true).Body },
	"drifting": func(s string) string { return newView(hostileDrift(s)).compose(1<<20, true).Body },
	"drift issue": func(s string) string {
		_, body := DriftIssue(&hostilePage(s).Reports[0], "https://github.com/acme/infra/actions/runs/1", s)
		return body
	},
	"locked": func(s string) string {
		return UnlockReply("k", Command{Verb: Unlock, Words: []string{"a", "b"}}, &report.Report{Target: target1(s, s, 1), Status: report.Failed,
			Failure: &report.Failure{Kind: report.Locked, Lock: &report.Lock{ID: "1a", Who: s, Created: s, Operation: s}}})
	},
	"lock of an odd ID": func(s string) string {
		return UnlockReply("k", Command{Verb: Unlock, Words: []string{"a", "b"}}, &report.Report{Target: target1(s, s, 1), Status: report.Failed,
			Failure: &report.Failure{Kind: report.Locked, Lock: &report.Lock{ID: s + " "}}})
	},
	"not unlocked": func(s string) string {
		return UnlockReply("k", Command{Verb: Unlock, LockID: "1a"}, &report.Report{Target: target1(s, s, 1), Failure: &report.Failure{Message: s, Hint: s}})
	},
}

// buildLater returns what these pages are made of without hostile texts.
func buildLater(t testing.TB) map[string][]string {
	out := map[string][]string{}
	for name, page := range laterPages {
		out[name] = build(t, page("harmless"))
	}
	return out
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{hostile, "`", "```", "1. x", "<!--", "a|b", "[x](y)", "@a #1", "\u202e", "    x", "www.x.y", "https://x", "\\", "&amp;", "0<!-- layerbot", "\xf7\t0`0`"} {
		f.Add(s)
	}
	want, later := build(f, roomy("harmless")), buildLater(f)
	f.Fuzz(func(t *testing.T, s string) {
		actions := []report.Action{report.NoOp, report.Create, report.Read, report.Update, report.Replace, report.Delete, report.Forget}
		if len(s) > 200 || strings.TrimSpace(s) == "" || slices.Contains(actions, report.Action(s)) {
			return // blank texts are left out, and long ones shortened: another page
		}
		if diff := cmp.Diff(want, build(t, roomy(s))); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
		for name, page := range laterPages {
			if diff := cmp.Diff(later[name], build(t, page(s))); diff != "" {
				t.Errorf("%s, %q: %s", name, s, diff)
			}
		}
	})
}

var (
	ours    = regexp.MustCompile(`^(<!-- layerbot:(plan|reply|drift) [^\n]* -->|</?(details|summary|code|sub)( open)?>|\n)+$`)
	between = regexp.MustCompile(`(<summary>)(.*)(</summary>)`)
	mention = regexp.MustCompile(`@[A-Za-z0-9]|#[0-9]`)
)

// build returns the blocks, links and HTML of a text, without the words; it fails on anything that is not ours.
func build(t testing.TB, body string) []string {
	t.Helper()
	checkForm(t, body)
	source := []byte(body)
	var out []string
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	err := ast.Walk(md.Parser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			raw := string(n.Lines().Value(source))
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(source))
			}
			raw = between.ReplaceAllStringFunc(raw, func(s string) string {
				return "<summary>" + strings.Join(regexp.MustCompile(`</?code>`).FindAllString(s, -1), "") + "</summary>"
			})
			if !ours.MatchString(raw) {
				t.Errorf("HTML that is not ours: %q", raw)
			}
			out = append(out, regexp.MustCompile(`<[!/]?[a-z-]+`).FindAllString(raw, -1)...)
		case *ast.RawHTML:
			raw := string(n.Segments.Value(source))
			if !ours.MatchString(raw) {
				t.Errorf("HTML that is not ours: %q", raw)
			}
			out = append(out, raw)
		case *ast.Link:
			out = append(out, "link to "+string(n.Destination))
			if to := string(n.Destination); !strings.HasPrefix(to, "https://github.com/") && !documented(to) {
				t.Errorf("a link that is not ours: %q", n.Destination)
			}
		case *ast.AutoLink:
			t.Errorf("a link that is not ours: %q", n.URL(source))
		case *ast.FencedCodeBlock:
			out = append(out, n.Kind().String())
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan: // pairs of backticks in a message are code: as many as there are
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if s := string(n.Value(source)); mention.MatchString(s) {
				t.Errorf("a mention: %q", s)
			}
		case *ast.String:
		default:
			out = append(out, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkForm fails unless body is valid UTF-8 with one marker at most and nothing invisible.
func checkForm(t testing.TB, body string) {
	t.Helper()
	if !utf8.ValidString(body) {
		t.Error("invalid UTF-8")
	}
	if strings.Count(body, "<!-- layerbot:") > 1 {
		t.Error("more than one marker")
	}
	for _, r := range strings.ReplaceAll(body, zero, "") {
		if r != '\n' && r != '\t' && invisible(r) {
			t.Errorf("the invisible character %U", r)
		}
	}
}

func TestHostileTextBuildsNothingInHTML(t *testing.T) {
	tags := func(p Page) []string {
		var out []string
		z := html.NewTokenizer(strings.NewReader(HTML(p)))
		for z.Next() != html.ErrorToken {
			if tok := z.Token(); tok.Type != html.TextToken {
				out = append(out, tok.Data)
				for _, a := range tok.Attr {
					if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") {
						t.Errorf("attribute %s=%q", a.Key, a.Val)
					}
				}
			}
		}
		return out
	}
	strip := func(list []string) []string { // runs of a diff's lines differ with the number of lines
		return slices.DeleteFunc(list, func(s string) bool { return s == "span" })
	}
	for name, page := range map[string]func(string) Page{"planned": hostilePage, "merged": hostileMerged, "drifting": hostileDrift, "judged": hostileJudged, "refused": hostileRefused,
		"scanned": func(s string) Page { p := hostileJudged(s); p.State = Scanned; return p }} {
		want := strip(tags(page("harmless")))
		for _, s := range []string{hostile, "</pre><script>alert(1)</script>", `"><img onerror=alert(1)>`, "javascript:alert(1)", "{{.}}", "</title>", "</style>"} {
			if diff := cmp.Diff(want, strip(tags(page(s)))); diff != "" {
				t.Errorf("%s, %q: %s", name, s, diff)
			}
		}
	}
}

func TestTerminalHasNoEscapesOfOthers(t *testing.T) {
	for _, text := range []string{Terminal(hostileJudged(hostile), false), Terminal(hostileRefused(hostile), false),
		ScanTerminal(hostileJudged(hostile), false), PolicyTerminal(hostileJudged(hostile), false), Terminal(hostilePage(hostile), false), Terminal(hostileMerged(hostile), false), Terminal(hostileDrift(hostile), false), FullText(hostilePage(hostile).Reports[0]), FullText(hostilePage(hostile).Reports[1])} {
		for _, r := range text {
			if r != '\n' && r != '\t' && invisible(r) {
				t.Errorf("%U in %q", r, text)
				break
			}
		}
	}
}
