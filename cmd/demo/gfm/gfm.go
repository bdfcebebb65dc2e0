// SPDX-License-Identifier: Apache-2.0

// Package gfm renders Markdown as GitHub shows it in a comment: tables, task lists, alerts, folds, coloured
// diffs, a line break where the author broke the line, and only the HTML that GitHub lets through.
//
// What it returns holds no script, no style and nothing that is fetched from elsewhere, whatever it was given.
package gfm

import (
	"bytes"
	"html/template"
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

var parts = sync.OnceValues(func() (goldmark.Markdown, *bluemonday.Policy) {
	md := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, extension.TaskList,
		),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(alerts{}, 100))),
		goldmark.WithRendererOptions(
			html.WithUnsafe(), // the sanitiser below is what decides, as on GitHub
			html.WithHardWraps(),
			renderer.WithNodeRenderers(util.Prioritized(extras{}, 100)),
		),
	)
	return md, policy()
})

// Render returns the HTML of source.
func Render(source string) template.HTML {
	md, clean := parts()
	var out bytes.Buffer
	if err := md.Convert([]byte(source), &out); err != nil { // a bytes.Buffer never fails
		return template.HTML(template.HTMLEscapeString(source)) //nolint:gosec // just escaped
	}
	return template.HTML(clean.SanitizeReader(&out).String()) //nolint:gosec // just sanitised
}

// policy lets through what GitHub lets through, less images: they would be fetched from elsewhere.
// Source: https://github.github.com/gfm/#disallowed-raw-html-extension- and
// https://github.com/gjtorikian/html-pipeline (the filter GitHub published).
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "b", "i", "strong", "em", "pre", "code", "tt", "div",
		"ins", "del", "sup", "sub", "ol", "ul", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "blockquote", "dl", "dt",
		"dd", "kbd", "q", "samp", "var", "ruby", "rt", "rp", "s", "strike", "details", "summary", "caption", "abbr", "cite", "dfn",
		"mark", "small", "span", "time", "wbr")
	p.AllowStandardURLs()
	p.AllowAttrs("href").OnElements("a")
	p.RequireNoFollowOnLinks(true)
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^(|open)$`)).OnElements("details")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("td", "th", "p", "div", "h1", "h2", "h3")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("title").Matching(bluemonday.Paragraph).OnElements("a", "abbr", "span")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[\w+-]+$`)).OnElements("code")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^diff-(add|del|hunk|mark)$`)).OnElements("span")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^alert alert-(note|tip|important|warning|caution)$`)).OnElements("div")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^alert-title$`)).OnElements("p")
	return p
}
