// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"io/fs"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// What policies and scanners say, as Markdown.

// opinionSections returns the sections of opinions that fail the check, or of the others.
func (v *view) opinionSections(fails bool, limit int) (list []section) {
	for _, o := range v.opinions {
		if o.fails == fails {
			list = append(list, v.opinionSection(o, limit))
		}
	}
	return list
}

// opinionSection renders an opinion: all rows with their links; the first rows, and the others counted by rule; counts.
func (v *view) opinionSection(o *opinion, limit int) section {
	s := section{urgent: o.fails, what: o.what}
	s.forms[asCounts] = "- " + literal(o.marked()+": "+o.tally()) + "\n"
	room := maxList
	if o.fails {
		room = max(room, limit/4)
	}
	s.forms[asList] = o.frame(v.byRule(o.rows, room), false)
	var b strings.Builder
	for i := range o.rows {
		s.clipped = s.clipped || len(o.rows[i].message) > maxMessage
		if b.WriteString(v.line(&o.rows[i], true)); b.Len() > limit {
			s.level = asList
			return s
		}
	}
	s.forms[asWhole] = o.frame(b.String(), b.Len() <= maxOpen && !o.quiet)
	return s
}

// frame puts the rows of an opinion under its title: what fails the check in no fold.
func (o *opinion) frame(rows string, open bool) string {
	if o.fails {
		return "### " + o.marked() + "\n\n" + rows + "\n" + o.note
	}
	return fold(markup(o.marked()), rows+"\n", open)
}

// marked returns the title with the mark of the most urgent row: "❌ Denied by policy".
func (o *opinion) marked() string {
	if mark := o.rows[0].mark; mark != "" {
		return mark + " " + o.title
	}
	return o.title
}

// tally counts the rows by what they are: "3 critical, 800 high".
func (o *opinion) tally() string {
	var words []string
	n := map[string]int{}
	for i := range o.rows {
		word := o.rows[i].word
		if word == "" {
			word = "other"
		}
		if n[word]++; n[word] == 1 {
			words = append(words, word)
		}
	}
	for i, word := range words {
		words[i] = number(n[word]) + " " + word
	}
	return strings.Join(words, "; ")
}

// byRule returns the first rows without links, in room bytes, and how many of the others are of which rule, in maxList.
func (v *view) byRule(rows []row, room int) string {
	var b strings.Builder
	i := 0
	for ; i < len(rows); i++ {
		s := v.line(&rows[i], false)
		if b.Len()+len(s) > room {
			break
		}
		b.WriteString(s)
	}
	var heads []string
	n := map[string]int{}
	for ; i < len(rows); i++ {
		head := rows[i].head(false)
		if n[head]++; n[head] == 1 {
			heads = append(heads, head)
		}
	}
	room = b.Len() + maxList
	for i, head := range heads {
		s := head + ": " + number(n[head]) + " more\n"
		if b.Len()+len(s) > room {
			b.WriteString("- and more of " + count(len(heads)-i, "other rule") + "\n")
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// line returns a row as an item of a list.
func (v *view) line(r *row, linked bool) string {
	s := r.head(linked)
	if r.source != "" {
		s += " (" + code(r.source) + ")"
	}
	at := v.place(r.file, r.line, linked)
	if r.word == "" {
		at = "" // the place of the suppression says it
	}
	if r.address != "" {
		if at != "" {
			at += ", "
		}
		at += code(r.address)
	}
	if at != "" {
		s += " on " + at
	}
	if r.spread != "" {
		s += " in " + r.spread
	} else if len(r.targets) > 0 {
		s += " in " + codes(r.targets, 5)
	}
	said, kept := r.said(), v.suppression(r.suppressed, linked)
	if kept != "" {
		said = strings.TrimSuffix(said, ".")
	}
	for _, text := range nonempty(said, kept) {
		s += ": " + text
	}
	return s + "\n"
}

// said returns the message of a row as it was written, and the hint.
func (r *row) said() string {
	text := prose(clip(r.message, maxMessage))
	if r.hint == "" {
		return text
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text + " " + asSentence(clip(r.hint, maxMessage))
}

// maxMessage is the most bytes of a message in a list.
const maxMessage = 400

// head returns the start of a row's item: its mark, what it is, and the rules.
func (r *row) head(linked bool) string {
	s := "-"
	if r.mark != "" {
		s += " " + r.mark
	}
	if r.word != "" {
		s += " **" + r.word + "**"
	}
	for i, rule := range r.rules {
		if i > 0 {
			s += ","
		}
		name := code(rule.ID)
		if linked && documented(rule.Link) {
			name = link(name, rule.Link)
		}
		s += " " + name
		if rule.Tool != "" {
			s += " (" + prose(clip(rule.Tool, 40)) + ")"
		}
	}
	return s
}

// suppression says where and why a finding is suppressed.
func (v *view) suppression(s *report.Suppression, linked bool) string {
	if s == nil {
		return ""
	}
	text := "suppressed"
	if s.New {
		text += " **in this change**"
	}
	text += " at " + v.place(s.File, s.Line, linked)
	if s.Reason == "" {
		return text + " **without a reason**"
	}
	return text + ", " + prose(clip(s.Reason, maxMessage))
}

// place returns "file:12" as code, linked to the file at the head commit where that is known.
func (v *view) place(file string, line int, linked bool) string {
	if file == "" {
		return ""
	}
	text := file
	if line > 0 {
		text += ":" + strconv.Itoa(line)
	}
	if !linked {
		return code(text)
	}
	return link(code(text), v.fileLink(file, line))
}

// fileLink returns the address of a line, "" if it is not known or the path could lead elsewhere.
func (v *view) fileLink(file string, line int) string {
	if v.Links.Files == "" || !fs.ValidPath(file) || file == "." {
		return ""
	}
	address := strings.TrimSuffix(v.Links.Files, "/") + "/" + (&url.URL{Path: file}).EscapedPath()
	if line > 0 {
		address += "#L" + strconv.Itoa(line)
	}
	return address
}

// documentation matches where the rules of the scanners are explained. Addresses elsewhere are not linked to: they come from
// a job's output.
var documentation = regexp.MustCompile(`^https://(avd\.aquasec\.com|aquasecurity\.github\.io/tfsec|docs\.prismacloud\.io|docs\.paloaltonetworks\.com|` +
	`www\.checkov\.io|github\.com/terraform-linters)/[A-Za-z0-9/_#.-]+$`)

// documented reports whether address is of such a place.
func documented(address string) bool {
	return documentation.MatchString(address) && !strings.Contains(address, "..")
}

// leftOut is counted as Markdown.
func (v *view) leftOut() string {
	text := ""
	for _, s := range v.counted() {
		text += s + "\n\n"
	}
	return text
}

// counted says how many findings are fixed, and how many findings and decisions are in no report.
func (v *view) counted() (list []string) {
	findings, decisions := 0, 0
	for _, t := range v.all() {
		if t.scan != nil {
			findings += t.scan.Omitted
		}
		for _, p := range t.verdicts() {
			if p != nil {
				decisions += p.Omitted
			}
		}
	}
	if v.Together != nil {
		decisions += v.Together.Omitted
	}
	if n := v.found.fixed; n > 0 {
		list = append(list, "✅ "+count(n, "finding")+" "+verb(n, "is", "are")+" fixed.")
	}
	for _, left := range []struct {
		n    int
		noun string
	}{{findings, "finding"}, {decisions, "decision"}} {
		if left.n > 0 {
			list = append(list, odd+" "+count(left.n, "more "+left.noun)+" "+verb(left.n, "is", "are")+" in no report: there were too many.")
		}
	}
	return list
}

// denials lists what policies have against a plan that was stopped because of them.
func (v *view) denials(t *target) string {
	rows := t.denials()
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	for i := range rows {
		if b.WriteString(v.line(&rows[i], true)); b.Len() > maxList {
			v.cut = true
			return v.byRule(rows, maxList) + "\nEach of them is in " + v.where() + ".\n\n"
		}
	}
	return b.String() + "\n"
}
