// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// command returns what the Actions runner would take a line for: a command, or nothing.
// Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
func command(line string) string {
	if text := strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }); strings.HasPrefix(text, "::") {
		return text
	}
	if i := strings.Index(strings.Map(printable, line), "##["); i >= 0 {
		return line
	}
	return ""
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

var injections = []string{
	"::set-output name=x::y", "x\n::add-mask::y", "x\r::add-mask::y", "\n \t::stop-commands::y", "\u00a0::error::y", "\u200b::error::y", "\x00::error::y",
	"##[add-mask]y", "x ##[error]y", "#\x00#[error]y", "x\n\n##[warning]y", "###[group]y", "x\r\n\r\n::debug::y",
}

func TestNothingPrintedIsACommand(t *testing.T) {
	for _, s := range injections {
		for split := range len(s) + 1 {
			var out bytes.Buffer
			w := &tame{to: &out}
			for _, part := range []string{s[:split], s[split:]} {
				if _, err := io.WriteString(w, part); err != nil {
					t.Fatal(err)
				}
			}
			for _, line := range lines(out.String()) {
				if c := command(line); c != "" {
					t.Errorf("%q cut at %d prints the command %q", s, split, c)
				}
			}
		}
	}
}

func TestOrdinaryTextIsPrintedAsItIs(t *testing.T) {
	const text = "plan compute/dev\n## Heading [x]\n  a::b #1 [2]\n[1/2] done: é:: \n\thint: x\n"
	var out bytes.Buffer
	if _, err := io.WriteString(&tame{to: &out}, text); err != nil || out.String() != text {
		t.Errorf("%q %v", out.String(), err)
	}
}

func TestTheLogHasNoCommandsOfOthers(t *testing.T) {
	env := environment{Actions: true, All: map[string]string{}}
	for _, s := range injections {
		var out, errs bytes.Buffer
		b, flush := build(env, &out, &errs)
		for _, level := range []slog.Level{slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
			b.log.Log(t.Context(), level, s, "hint", s, "file", s)
		}
		b.progress(1).done(&report.Report{Status: report.Failed, Failure: &report.Failure{Message: s}})
		if err := b.write("", []byte(s)); err != nil {
			t.Fatal(err)
		}
		flush()
		var got []string
		for _, line := range lines(out.String() + "\n" + errs.String()) {
			if c := command(line); c != "" {
				got = append(got, c)
			}
		}
		if len(got) != 2 || !strings.HasPrefix(got[0], "::warning::") || !strings.HasPrefix(got[1], "::error::") {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestTamedJSONSaysTheSame(t *testing.T) {
	for _, s := range injections {
		text := jsonLines([]string{s})
		var got string
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != s {
			t.Errorf("%q: %q %v", s, got, err)
		}
		for _, line := range lines(text) {
			if c := command(line); c != "" {
				t.Errorf("%q prints the command %q", s, c)
			}
		}
	}
}

func TestATerminalObeysNobodyElse(t *testing.T) {
	for _, s := range []string{"\x1b[2J", "\x1b]0;title\x07", "a\rb", "\u009b2J", "\u202egnp", "\x08\x08"} {
		var out, errs bytes.Buffer
		b, flush := build(environment{All: map[string]string{}}, &out, &errs)
		b.log.Warn(s, "file", s, "hint", s)
		b.progress(1).done(&report.Report{Target: layer.Target{Layer: s, Env: s}, Status: report.Failed, Failure: &report.Failure{Message: s}})
		b.out = visibly{b.out}
		target := layer.Target{Layer: "01-" + s, Env: s, Dir: s, DependsOn: []string{s}, VarFiles: []string{s}}
		if err := b.list(&layer.Map{Skipped: []layer.Skip{{Dir: s, Reason: s}}}, []layer.Target{target}, true); err != nil {
			t.Fatal(err)
		}
		flush()
		for _, r := range out.String() + errs.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q prints %U", s, r)
				break
			}
		}
	}
}
