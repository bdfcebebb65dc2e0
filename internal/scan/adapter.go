// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// An adapter knows one scanner: how it is told what to do, and how what it prints is read.
type adapter struct {
	name     string
	weight   int      // rank by how long it takes
	settings []string // names of its settings files; the first that is there counts
	ignores  []string // names of the files that list what it keeps quiet; likewise
	marks    []string // words in the code that keep it quiet without its saying so; empty where it says so itself
	hears    []string // the scanners whose words it goes by
	blind    []string // endings of Terraform's and OpenTofu's files that it passes over

	translate func([]byte) []byte          // words of Terraform that it does not know, in others of the same length; nil: none
	steer     func([]byte) ([]byte, error) // what of a settings file is used; nil: all
	args      func(run) []string
	read      func(run, output) ([]seen, error)
}

// A seen is one thing that a scanner says.
type seen struct {
	raw
	names  []string // what else the rule is called where it is suppressed
	hushed bool     // it is suppressed
	reason string   // if the scanner says why
}

var adapters = []adapter{trivy, tfsec, checkov, gitleaks, tflint}

func adapterOf(tool string) (adapter, bool) {
	i := slices.IndexFunc(adapters, func(a adapter) bool { return a.name == tool })
	if i < 0 {
		return adapter{}, false
	}
	return adapters[i], true
}

// decode reads one JSON value, and nothing after it.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("what it printed is not the JSON that it should be: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("what it printed goes on after its JSON")
	}
	return nil
}

// maxFault is how many bytes of what a scanner says of its failure are told.
const maxFault = 500

// died says why a scanner failed, by the last words that it printed to its standard error.
func died(out output) error {
	const hint = "run it by hand on the layer; a later version may do better: `version` in its scanner block chooses one"
	text := string(out.stderr)
	if i := strings.Index(text, "panic: "); i >= 0 {
		line, _, _ := strings.Cut(text[i:], "\n")
		return faultf(hint, "it crashed: %s", oneLine(line, maxFault))
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return faultf(hint, "it failed with exit code %d: %s", out.code, oneLine(lines[len(lines)-1], maxFault))
}

var (
	shortAVD     = regexp.MustCompile(`^[A-Z]{2,}-\d{4}$`)
	instanceKeys = regexp.MustCompile(`\[[^\]]*\]`)
	modules      = regexp.MustCompile(`^module\.[^.]+(\.module\.[^.]+)*$`)
)

// canonicalAVD returns the one spelling of a rule of the vulnerability database that trivy and tfsec share.
func canonicalAVD(id string) string {
	if up := strings.ToUpper(id); shortAVD.MatchString(up) {
		return "AVD-" + up
	}
	return id
}

// resource returns the address of a resource as it is written, without the keys of its instances; "" for that of a module,
// which trivy and tfsec name where something in it is meant.
func resource(address string) string {
	address = instanceKeys.ReplaceAllString(address, "")
	if modules.MatchString(address) {
		return ""
	}
	return address
}

// place returns s, whose texts are a scanner's, with its place in the tree.
func (r run) place(s seen, file string, line, end int) (seen, error) {
	name, err := r.rel(file)
	if err != nil {
		return s, err
	}
	if line < 0 || max(line, end) > maxLine {
		return s, fmt.Errorf("it speaks of lines %d to %d of %s", line, end, name)
	}
	s.file, s.line = name, max(line, 1)
	s.end = max(end, s.line)
	s.rule, s.address = oneLine(s.rule, maxName), oneLine(s.address, maxAddress)
	s.message, s.link = oneLine(s.message, maxMessage), httpsOnly(s.link)
	if s.rule == "" {
		return s, errors.New("it found something by no rule")
	}
	return s, nil
}

// A fact is what tells one seen from another.
type fact struct {
	rule, file, address string
	line, end           int
}

func (s seen) fact() fact { return fact{s.rule, s.file, s.address, s.line, s.end} }

// distinct drops what is said of one place again, as of each instance of a resource. What is not suppressed counts.
func distinct(all []seen) []seen {
	at := map[fact]int{}
	var out []seen
	for _, s := range all {
		i, again := at[s.fact()]
		switch {
		case !again:
			at[s.fact()] = len(out)
			out = append(out, s)
		case out[i].hushed && !s.hushed:
			out[i] = s
		}
	}
	return out
}

// severity returns what a tool calls how bad something is, and high for what it does not know: nothing is to pass
// fail_on because nobody ranked it.
func severity(word string) report.Severity {
	if s := report.ParseSeverity(word); s != "" {
		return s
	}
	return report.High
}
