// SPDX-License-Identifier: Apache-2.0

package report

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/layerbot/layerbot/internal/layer"
)

// The most that single parts of a scan may have, in bytes.
const (
	maxID   = 128
	maxName = 256 // a tool, a rule, a version
	maxPath = 4 << 10
)

// check returns what keeps s from being a sound scan of t by scanners.
func (s *Scan) check(t layer.Target, scanners []Scanner) error {
	switch {
	case s.Version != ScanVersion:
		return fmt.Errorf("version %d, not %d", s.Version, ScanVersion)
	case s.Target.ID() != t.ID() || s.Target.Dir != t.Dir:
		return fmt.Errorf("it is of %.100q", s.Target.ID())
	case s.Omitted < 0 || s.Seconds < 0:
		return errors.New("a number is negative")
	}
	ran := map[string]bool{}
	for _, tool := range s.Tools {
		if err := tool.check(scanners); err != nil {
			return err
		}
		if _, twice := ran[tool.Tool]; twice {
			return fmt.Errorf("%.100q is there twice", tool.Tool)
		}
		ran[tool.Tool] = tool.State == Ran
	}
	seen := map[string]bool{}
	for i := range s.Findings {
		f := &s.Findings[i]
		if err := f.check(ran); err != nil {
			return fmt.Errorf("finding %d: %w", i+1, err)
		}
		if seen[f.ID] {
			return fmt.Errorf("finding %d: the ID %q is there twice", i+1, f.ID)
		}
		seen[f.ID] = true
	}
	for i := range s.Suppressions {
		if err := s.Suppressions[i].check(); err != nil {
			return fmt.Errorf("suppression %d: %w", i+1, err)
		}
	}
	return s.Manifests.check()
}

func (s *Scanned) check(scanners []Scanner) error {
	switch s.State {
	case Ran, ToolMissing, WrongVersion, Crashed:
	default:
		return fmt.Errorf("unknown state %.100q", s.State)
	}
	switch {
	case !slices.ContainsFunc(scanners, func(c Scanner) bool { return c.Tool == s.Tool }):
		return fmt.Errorf("%.100q is not configured", s.Tool)
	case s.Seconds < 0:
		return errors.New("a number is negative")
	case len(s.Version) > maxName || len(s.Message) > maxMessage || len(s.Hint) > maxMessage:
		return fmt.Errorf("what %s says is too long", s.Tool)
	}
	return nil
}

// check says what is wrong with one finding. ran holds the tools that looked.
func (f *Finding) check(ran map[string]bool) error {
	switch {
	case f.State.rank() == 0:
		return fmt.Errorf("unknown state %.100q", f.State)
	case f.Severity != "" && f.Severity.Rank() == 0:
		return fmt.Errorf("unknown severity %.100q", f.Severity)
	case !isName(f.ID, maxID):
		return errors.New("an ID that is none")
	case !isLine(f.Message, maxMessage) || len(f.Address) > maxAddress || !isLine(f.Address, maxAddress):
		return errors.New("a text that is not one line, or too long")
	case len(f.Rules) == 0:
		return errors.New("no rule")
	}
	if err := checkPlace(f.File, f.Line); err != nil {
		return err
	}
	if f.End != 0 && (f.End < f.Line || f.End > maxLines) {
		return fmt.Errorf("it ends at line %d", f.End)
	}
	for i, r := range f.Rules {
		switch {
		case !ran[r.Tool]:
			return fmt.Errorf("%.100q found it, which did not look", r.Tool)
		case i > 0 && f.Rules[i-1].Tool >= r.Tool:
			return errors.New("its tools are not in order")
		case !isName(r.ID, maxName):
			return errors.New("a rule that is none")
		case r.Link != "" && !isLink(r.Link):
			return fmt.Errorf("no https address: %.100q", r.Link)
		}
	}
	if f.Suppressed != nil {
		return f.Suppressed.check()
	}
	return nil
}

func (s *Suppression) check() error {
	if !isName(s.Tool, maxName) || !isName(s.Rule, maxName) || !isLine(s.Reason, maxMessage) {
		return errors.New("a suppression whose words are none")
	}
	return checkPlace(s.File, s.Line)
}

func checkPlace(file string, line int) error {
	switch {
	case !fs.ValidPath(file) || file == "." || strings.Contains(file, `\`) || !isName(file, maxPath):
		return fmt.Errorf("%.100q is no file of the repository", file)
	case line < 1 || line > maxLines:
		return fmt.Errorf("line %d", line)
	}
	return nil
}

func isName(text string, limit int) bool { return text != "" && isLine(text, limit) }

// isLine reports whether text is one line of at most limit bytes.
func isLine(text string, limit int) bool {
	return len(text) <= limit && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

func isLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && isLine(link, maxMessage)
}
