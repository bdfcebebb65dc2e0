// SPDX-License-Identifier: Apache-2.0

package gfm

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// alerts turns a quotation that begins with [!CAUTION] on a line of its own into an alert.
// Source: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
type alerts struct{}

var titles = map[string]string{
	"[!NOTE]": "Note", "[!TIP]": "Tip", "[!IMPORTANT]": "Important", "[!WARNING]": "Warning", "[!CAUTION]": "Caution",
}

// Transform looks at the outermost blocks only: GitHub shows no alert inside another element.
func (alerts) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	for node := doc.FirstChild(); node != nil; {
		next := node.NextSibling()
		if title := alertTitle(node, reader.Source()); title != "" {
			alert := &alertNode{title: title}
			doc.ReplaceChild(doc, node, alert)
			for child := node.FirstChild(); child != nil; child = node.FirstChild() {
				alert.AppendChild(alert, child)
			}
		}
		node = next
	}
}

// alertTitle takes the marker line out of a quotation and returns the title it stands for; "" if there is none.
func alertTitle(node ast.Node, source []byte) string {
	quote, ok := node.(*ast.Blockquote)
	if !ok || quote.FirstChild() == nil || quote.FirstChild().Kind() != ast.KindParagraph {
		return ""
	}
	paragraph := quote.FirstChild()
	lines := paragraph.Lines()
	first := lines.At(0)
	title := titles[strings.ToUpper(strings.TrimSpace(string(first.Value(source))))]
	if title == "" || lines.Len() == 1 && paragraph.NextSibling() == nil {
		return ""
	}
	for child := paragraph.FirstChild(); child != nil; {
		next := child.NextSibling()
		if inline, ok := child.(*ast.Text); ok && inline.Segment.Start < first.Stop {
			paragraph.RemoveChild(paragraph, child)
		}
		child = next
	}
	if !paragraph.HasChildren() {
		quote.RemoveChild(quote, paragraph)
	}
	return title
}

type alertNode struct {
	ast.BaseBlock
	title string
}

var kindAlert = ast.NewNodeKind("Alert")

func (*alertNode) Kind() ast.NodeKind              { return kindAlert }
func (a *alertNode) Dump(source []byte, level int) { ast.DumpHelper(a, source, level, nil, nil) }

// extras renders alerts and fenced code.
type extras struct{}

func (extras) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindAlert, renderAlert)
	r.Register(ast.KindFencedCodeBlock, renderFence)
}

func renderAlert(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	title := node.(*alertNode).title
	if !entering {
		_, err := w.WriteString("</div>\n")
		return ast.WalkContinue, err
	}
	_, err := w.WriteString(`<div class="alert alert-` + strings.ToLower(title) + `"><p class="alert-title">` + title + "</p>\n")
	return ast.WalkContinue, err
}

func renderFence(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code bytes.Buffer
	lines := node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		code.Write(line.Value(source))
	}
	language := string(node.(*ast.FencedCodeBlock).Language(source))
	escaped := html.EscapeString(code.String())
	if language == "diff" {
		escaped = colour(escaped)
	}
	class := ""
	if language != "" {
		class = ` class="language-` + html.EscapeString(language) + `"`
	}
	_, err := w.WriteString("<pre><code" + class + ">" + escaped + "</code></pre>\n")
	return ast.WalkSkipChildren, err
}

// colour marks the lines of a diff by their first column, as GitHub's highlighter does.
func colour(escaped string) string {
	var out strings.Builder
	for line := range strings.Lines(escaped) {
		text := strings.TrimSuffix(line, "\n")
		class := ""
		switch {
		case strings.HasPrefix(text, "+"):
			class = "diff-add"
		case strings.HasPrefix(text, "-"):
			class = "diff-del"
		case strings.HasPrefix(text, "!"):
			class = "diff-mark"
		case strings.HasPrefix(text, "@@"):
			class = "diff-hunk"
		}
		if class != "" {
			line = `<span class="` + class + `">` + text + "</span>" + line[len(text):]
		}
		out.WriteString(line)
	}
	return out.String()
}
