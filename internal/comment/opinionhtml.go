// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// What policies and scanners say, in the HTML page.

type htmlOpinion struct {
	Title       string
	Fails, Open bool
	Rows        []htmlRow
}

type htmlRow struct {
	Word, Source, Place, Link, Address, Targets, Message, Hint, Suppressed string
	Rules                                                                  []report.Rule
}

func (v *view) htmlOpinion(o *opinion) htmlOpinion {
	h := htmlOpinion{Title: o.marked(), Fails: o.fails, Open: !o.quiet && len(o.rows) <= maxRows}
	for _, r := range o.rows {
		out := htmlRow{
			Word: r.word, Source: visible(r.source), Link: v.fileLink(r.file, r.line), Address: visible(r.address), Targets: cmp.Or(r.spread, visible(strings.Join(r.targets, ", "))),
			Message: visible(r.message), Hint: visible(r.hint), Suppressed: suppressedText(r.suppressed),
		}
		if r.word != "" { // else the place of the suppression says it
			out.Place = placeText(r.file, r.line)
		}
		for _, rule := range r.rules {
			if !documented(rule.Link) {
				rule.Link = ""
			}
			out.Rules = append(out.Rules, report.Rule{Tool: visible(rule.Tool), ID: visible(rule.ID), Link: rule.Link})
		}
		h.Rows = append(h.Rows, out)
	}
	return h
}

// htmlScanned is a target of which only scanners and policies tell.
func (v *view) htmlScanned(t *target) htmlTarget {
	return htmlTarget{ID: t.id, Name: visible(t.name), Result: v.result(t), Job: v.Links.Jobs[t.id], Cells: v.htmlCells(t)}
}
