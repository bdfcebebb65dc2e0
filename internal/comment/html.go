// SPDX-License-Identifier: Apache-2.0

package comment

import (
	_ "embed"
	"html/template"
	"strings"
	"sync"

	"github.com/layerbot/layerbot/internal/report"
)

//go:embed page.html
var pageSource string

// page is parsed once, when it is first needed; what is not in it cannot stand in the report unescaped.
var page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageSource)) })

// HTML returns the whole report as one self-contained page, nothing shortened: no script, nothing loaded from elsewhere, light
// and dark, readable without a mouse.
func HTML(p Page) string {
	v := newView(p)
	symbol, text := v.outcome()
	p.Repository, p.BaseRef, p.Version = visible(p.Repository), visible(p.BaseRef), visible(p.Version)
	data := htmlPage{
		Page: p, Symbol: symbol, Outcome: text, Rollup: v.rollup(), Tally: v.sum(), Commit: visible(short(v.Head)),
		WhatIfText: visible(v.grantsNothing()), BeforeTitle: "Also affected, not planned in this run",
	}
	if v.acceptable() > 0 {
		data.Accept = visible(v.Accept)
	}
	if v.State == Merged {
		data.BeforeTitle = "Targets of earlier runs"
	}
	for _, c := range v.columns() {
		data.Columns = append(data.Columns, htmlCell{c.title, c.words})
	}
	data.Notices, data.Stop = nil, nil
	if v.blocked() {
		data.Stop = &Notice{lines(v.Blocked.Message), visible(v.Blocked.Hint)}
	}
	for _, n := range p.Notices {
		data.Notices = append(data.Notices, Notice{visible(n.Message), visible(n.Hint)})
	}
	data.Counted, data.OnlyScans = v.counted(), v.State == Scanned
	for _, t := range v.all() {
		h := v.htmlTarget(t)
		data.Targets, data.Losses = append(data.Targets, h), data.Losses || len(h.Lost) > 0
	}
	for _, o := range v.opinions {
		data.Opinions = append(data.Opinions, v.htmlOpinion(o))
	}
	for _, u := range v.uses() {
		data.Code = append(data.Code, htmlCode{u.what.New, visible(strings.TrimSpace(u.what.Kind + " " + u.what.Address + " " + u.what.Detail)), visible(strings.Join(u.targets, ", "))})
	}
	for _, w := range v.allWarnings() {
		data.Warnings = append(data.Warnings, htmlWarning{visible(w.what.Summary), place(w.what), visible(strings.Join(w.targets, ", ")), lines(w.what.Detail)})
	}
	for _, e := range v.Earlier {
		h := htmlEarlier{Name: visible(e.Target.String()), Result: v.earlierResult(e), Run: e.Run}
		for _, address := range e.Losses {
			h.Lost = append(h.Lost, visible(address))
		}
		data.Before = append(data.Before, h)
	}
	for _, s := range v.Skipped {
		data.Left = append(data.Left, Skipped{visible(s.Name), visible(s.Reason)})
	}
	var b strings.Builder
	if err := page().Execute(&b, data); err != nil { // a strings.Builder takes everything; the template is ours
		panic(err)
	}
	return b.String()
}

type htmlPage struct {
	Page
	Symbol, Outcome, Rollup, Tally, Commit, WhatIfText, BeforeTitle, Accept string

	Losses  bool
	Stop    *Notice // why nothing could be planned
	Columns []htmlCell
	Targets []htmlTarget
	Before  []htmlEarlier
	Code    []htmlCode
	Left    []Skipped

	Warnings []htmlWarning
	Opinions []htmlOpinion
	Counted  []string // findings that are not listed

	OnlyScans bool // there are no plans
}

type htmlWarning struct{ Summary, Place, Targets, Detail string }

type htmlTarget struct {
	ID, Name, Result, Tally string
	Open                    bool
	Job, Outputs            string
	Cells                   []htmlCell
	Why, Upstream           []string
	Lost                    []htmlLoss
	Blocks                  []htmlBlock
}

// An htmlCell is one of the table, or a title in its head: of words, or of numbers.
type htmlCell struct {
	Text  string
	Words bool
}

type htmlEarlier struct {
	Name, Result, Run string
	Lost              []string
}

type htmlCode struct {
	New           bool
	What, Targets string
}

type htmlLoss struct{ Word, Address, Note string }

// An htmlBlock is lines of a diff that share a class.
type htmlBlock struct{ Class, Text string }

func (v *view) htmlTarget(t *target) htmlTarget {
	bad := t.state == report.Failed || t.state == waiting
	if t.state == "" || v.State == Scanned {
		return v.htmlScanned(t)
	}
	h := htmlTarget{
		ID: t.id, Name: visible(t.name), Result: v.result(t), Tally: v.outcomeOf(t), Job: v.Links.Jobs[t.id],
		Blocks: htmlBlocks(strings.TrimPrefix(v.body(t, newTextDiffer(), false), "\n"), bad),
	}
	if t.state == report.Applied && t.Apply != nil {
		for _, o := range t.Apply.Outputs {
			h.Outputs += outputText(o, 0)
		}
	}
	h.Open = bad || len(h.Blocks) < 50 && (t.state != report.Applied || h.Outputs != "" && v.applied <= maxOpenRelations)
	for _, f := range v.Why[t.id] {
		h.Why = append(h.Why, visible(f))
	}
	for _, id := range v.Upstream[t.id] {
		h.Upstream = append(h.Upstream, visible(v.nameOf(id)))
	}
	h.Cells = v.htmlCells(t)
	lost := v.losing(t)
	for i := range lost {
		if c := &lost[i]; loss(c) != "" {
			h.Lost = append(h.Lost, htmlLoss{v.lossWord(t, c), visible(c.Address), visible(strings.Join(remarks(c), "; "))})
		}
	}
	return h
}

func (v *view) htmlCells(t *target) (cells []htmlCell) {
	for _, c := range v.columns() {
		cells = append(cells, htmlCell{t.cell(c), c.words})
	}
	return cells
}

// htmlBlocks cuts a diff into runs of lines with the same class; a text that is no diff is one run.
func htmlBlocks(text string, plain bool) []htmlBlock {
	if text == "" {
		return nil
	}
	if plain {
		return []htmlBlock{{"text", text}}
	}
	var out []htmlBlock
	start, class := 0, ""
	for at := 0; at < len(text); {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text) - at - 1
		}
		c := classes[text[at]]
		if strings.HasPrefix(text[at:], "-/+") {
			c = "replace"
		}
		if c != class {
			if at > start {
				out = append(out, htmlBlock{class, text[start:at]})
			}
			start, class = at, c
		}
		at += end + 1
	}
	return append(out, htmlBlock{class, text[start:]})
}

var classes = map[byte]string{'+': "add", '-': "del", '~': "chg"}
