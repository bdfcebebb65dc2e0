// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// A stream reads the machine-readable output of Terraform line by line as it is written.
// Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
type stream struct {
	run     *run
	planned func() // called once, as soon as it is said that something changes; may be nil

	summed  bool // the summary of the plan was seen
	changed bool // something was said to change
	begun   bool // a change was begun

	complete map[string]bool // what was carried out: "create aws_vpc.this"
	outputs  []report.Output // values of the outputs, once all is applied

	line        []byte
	skipping    bool // the rest of a line that is too long
	log         tail // what was said, for people
	diagnostics []report.Diagnostic
}

// maxLine is the longest line that is looked at.
const maxLine = 1 << 20

func newStream(r *run, planned func()) *stream {
	return &stream{run: r, planned: planned, complete: map[string]bool{}, log: tail{max: maxLog}}
}

func (s *stream) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		if s.skipping = s.skipping || len(s.line)+len(line) > maxLine; !s.skipping {
			s.line = append(s.line, line...)
		}
		if ended {
			if !s.skipping {
				s.read(s.line)
			}
			s.line, s.skipping = s.line[:0], false
		}
	}
	return len(p), nil
}

// event is one line. Lines that are not JSON occur.
type event struct {
	Message    string            `json:"@message"`
	Type       string            `json:"type"`
	Diagnostic *diagnostic       `json:"diagnostic"`
	Changes    map[string]any    `json:"changes"`
	Outputs    map[string]output `json:"outputs"`
	Hook       struct {
		Action   string `json:"action"`
		Resource struct {
			Address string `json:"addr"`
		} `json:"resource"`
	} `json:"hook"`
}

// An output is told with an action by plan, and with its value by apply.
type output struct {
	Action    string          `json:"action"`
	Value     json.RawMessage `json:"value"`
	Sensitive bool            `json:"sensitive"`
}

type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
	Range    struct {
		Filename string `json:"filename"`
		Start    struct {
			Line int `json:"line"`
		} `json:"start"`
	} `json:"range"`
}

func (s *stream) read(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		s.say(string(line))
		return
	}
	s.say(e.Message)
	switch e.Type {
	case "diagnostic":
		if e.Diagnostic != nil {
			s.diagnostics = append(s.diagnostics, s.run.diagnose(*e.Diagnostic))
		}
	case "planned_change", "resource_drift":
		s.change()
	case "change_summary":
		s.summed = true
		for _, n := range e.Changes {
			if n, ok := n.(float64); ok && n != 0 {
				s.change()
			}
		}
	case "outputs":
		for _, o := range e.Outputs {
			if o.Action != "noop" {
				s.change()
			}
		}
		s.outputs = s.run.outputs(e.Outputs)
	case "apply_start":
		s.begun = true
	case "apply_complete":
		s.complete[e.Hook.Action+" "+s.run.runner.redact(e.Hook.Resource.Address)] = true
	}
}

// change notes that something changes. Terraform writes the plan file first, then tells what is in it.
func (s *stream) change() {
	s.changed = true
	if s.planned != nil {
		s.planned()
		s.planned = nil
	}
}

func (s *stream) say(message string) {
	if message != "" {
		_, _ = s.log.Write([]byte(message + "\n")) // a tail never fails
	}
}

// diagnose returns d with paths from the root of the repository, redacted. Snippets and values are dropped.
func (r *run) diagnose(d diagnostic) report.Diagnostic {
	return report.Diagnostic{
		Severity: d.Severity,
		Summary:  r.text(d.Summary),
		Detail:   r.text(d.Detail),
		Address:  r.text(d.Address),
		File:     r.fromRoot(d.Range.Filename),
		Line:     d.Range.Start.Line,
	}
}

// text returns a text of Terraform's as it may be shown: redacted, with no path of this machine.
func (r *run) text(s string) string {
	for _, dir := range []string{r.work, r.staging, r.runner.root} {
		if dir != "" {
			s = strings.ReplaceAll(s, dir+string(filepath.Separator), "")
		}
	}
	return r.secrets.clean(r.runner.redact(s))
}

// fromRoot returns a file that Terraform named, seen from the root of the repository; "" for a file outside it.
func (r *run) fromRoot(file string) string {
	if file == "" {
		return ""
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(r.dir, file)
	}
	rel, err := filepath.Rel(r.runner.root, file)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return r.runner.redact(filepath.ToSlash(rel))
}

// split parts diagnostics into errors and warnings. Warnings about variables that a shared var-file sets and this
// layer does not declare are noise and left out.
func split(list []report.Diagnostic) (errors, warnings []report.Diagnostic) {
	for _, d := range list {
		switch {
		case d.Severity == "error":
			errors = append(errors, d)
		case !strings.HasPrefix(d.Summary, "Value for undeclared variable") && !strings.HasPrefix(d.Summary, "Values for undeclared variables"):
			warnings = append(warnings, d)
		}
	}
	return errors, warnings
}
