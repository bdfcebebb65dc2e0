// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/layerbot/layerbot/internal/layer"
)

// ReplyMarker returns the hidden first line of a reply, "<!-- layerbot:reply KEY -->", under which it is found again,
// so that the same reply is not written twice. Of key only letters, digits and "._:/" are kept.
func ReplyMarker(key string) string {
	key = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._:/", r) {
			return r
		}
		if r == '-' {
			return '_' // two would end the comment
		}
		return -1
	}, key)
	return "<!-- layerbot:reply " + key[:min(len(key), 100)] + " -->"
}

// Refusal returns the short reply for a command that was not carried out, beginning with the marker of key.
func Refusal(key, message, hint string) string {
	said := asSentence(message) + "\n"
	if strings.Contains(message, "\n") { // the place in a file needs its lines
		said = fence("text", lines(clip(message, maxObstacle)))
	}
	if hint != "" {
		said += "\n" + asSentence(hint) + "\n"
	}
	return ReplyMarker(key) + "\n" + said
}

// asSentence returns an error's text as one begins and ends a sentence; a name or a path at its start stays as it is.
func asSentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if text == "" {
		return ""
	}
	if word, _, _ := strings.Cut(text, " "); !strings.ContainsAny(word, "/.:_=0123456789") {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if last := text[len(text)-1]; last != '.' && last != '?' && last != '!' && last != ':' && last != '`' {
		text += "."
	}
	return prose(text)
}

// A LayerRow is one line of the answer to /layers.
type LayerRow struct {
	Target layer.Target
	Owners []string // "@acme/platform", shown and never mentioned
}

// LayersTable returns the answer to /layers: every target with its wave, folder, upstreams and owners, in the
// order of rows, and what was skipped; within Budget.
func LayersTable(rows []LayerRow, skipped []Skipped) string {
	v := newView(Page{Skipped: skipped})
	if len(rows) == 0 {
		return "## No layers\n\nNo folder of this repository is a layer that can be planned.\n\n" + v.skipped(Budget/2)
	}
	var b strings.Builder
	b.WriteString("## " + count(len(rows), "target") + "\n\n| Wave | Target | Folder | Depends on | Owners |\n|---:|---|---|---|---|\n")
	for i, row := range rows {
		t := row.Target
		line := fmt.Sprintf("| %d | %s | %s | %s | %s |\n", t.Wave, code(t.String()), code(t.Dir), orNone(codes(t.DependsOn, 10)), orNone(codes(row.Owners, 10)))
		if b.Len()+len(line) > Budget/2 {
			b.WriteString("\nand " + number(len(rows)-i) + " more: `bot layers` lists all of them\n")
			break
		}
		b.WriteString(line)
	}
	return b.String() + "\n" + problems(rows) + v.skipped(Budget/8)
}

func orNone(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// problems lists the targets that cannot be planned.
func problems(rows []LayerRow) string {
	var b strings.Builder
	for _, row := range rows {
		p := row.Target.Problem
		if p == nil {
			continue
		}
		line := "- ❌ " + code(row.Target.String()) + ": " + sentence(p.Message, p.Hint) + "\n"
		if b.Len()+len(line) > Budget/8 {
			b.WriteString("- and more: `bot layers` lists all of them\n")
			break
		}
		b.WriteString(line)
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

// HelpText returns the answer to /help.
func HelpText() string {
	return "## Commands\n\nThe first line of a comment:\n\n" + fence("", `/plan  [LAYER…|all] [ENV…] [--refresh-only] [--destroy] [--target ADDR]… [--replace ADDR]…
/apply [LAYER…|all] [ENV…]          after the merge: try again, or accept a plan that was stopped
/scan  [LAYER…]                     scanners and policies only
/unlock LAYER ENV [--lock-id ID]    say who holds a state, or release a lock that a dead run left
/layers                             the targets, their waves and owners
/help                               this text
`) + `
- A layer answers to its full name, to the name without its number, and to the number: ` + "`05-compute`, `compute`, `05`" + `. Globs work: ` + "`data-*`" + `.
- Layers and environments stand in any order. Without any, the command is about what the pull request affects.
- A plan with a flag is a what-if: it is shown, and it grants nothing.
- The merge applies what was reviewed. ` + "`/apply`" + ` alone tries again what is left; ` + "`/apply compute prod`" + ` also accepts the plan of that target as the
  comment shows it, and nothing newer. It takes write permission, and for some environments to be one of its appliers. So does ` + "`/unlock`" + `.
`
}
