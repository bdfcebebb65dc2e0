// SPDX-License-Identifier: Apache-2.0

package report

import "slices"

// A Threshold is what the findings and decisions on a target must not reach. It is trusted: it comes with the ticket,
// while what is measured by it comes from jobs.
type Threshold struct {
	Policies     bool      `json:"policies,omitempty"`       // there are policies: a plan without their word is not allowed
	PolicyFailOn Severity  `json:"policy_fail_on,omitempty"` // see Blocks
	Manifests    bool      `json:"manifests,omitempty"`      // policies look at manifests, too
	Scanners     []Scanner `json:"scanners,omitempty"`       // in the order of the configuration
	All          bool      `json:"all,omitempty"`            // existing findings count like new ones
}

// A Scanner is one that is configured.
type Scanner struct {
	Tool     string   `json:"tool"`              // "trivy", "tfsec", "checkov", "gitleaks", "tflint"
	Version  string   `json:"version,omitempty"` // "" is the one that Layerbot pins
	SHA256   string   `json:"sha256,omitempty"`  // of the program; "" is not compared
	FailOn   Severity `json:"fail_on,omitempty"` // "": its findings fail nothing
	Required bool     `json:"required,omitempty"`
}

// Blocks reports whether a decision blocks: a denial or violation does, unless it has a severity below PolicyFailOn; a
// warning does only if it has a severity and PolicyFailOn is one that it reaches.
func (t Threshold) Blocks(d Decision) bool {
	if d.Kind == Warn {
		return t.PolicyFailOn != "" && d.Severity.Rank() >= t.PolicyFailOn.Rank()
	}
	return d.Severity == "" || d.Severity.Rank() >= t.PolicyFailOn.Rank()
}

// Denies reports whether p blocks: it has a decision that does, or could not be asked. A nil one was not asked at all.
func (t Threshold) Denies(p *Policy) bool {
	return p == nil || p.Failure != "" || slices.ContainsFunc(p.Decisions, t.Blocks)
}

// Counts reports whether a finding is one that people are to look at: new, or existing where All says so, and not
// suppressed.
func (t Threshold) Counts(f Finding) bool {
	return f.Suppressed == nil && (f.State == New || t.All && f.State == Existing)
}

// Fails reports whether a finding fails the check: it counts, and reaches what one of the tools that found it fails on.
func (t Threshold) Fails(f Finding) bool {
	return t.Counts(f) && slices.ContainsFunc(t.Scanners, func(s Scanner) bool {
		return s.FailOn != "" && f.Severity.Rank() >= s.FailOn.Rank() &&
			slices.ContainsFunc(f.Rules, func(r Rule) bool { return r.Tool == s.Tool })
	})
}

// Lacks reports whether it fails the check that a scanner did not run: one that is required, or one whose findings would
// fail it and that was there and gave nothing. A change can bring about the second by what it has the scanner read.
func (t Threshold) Lacks(s Scanned) bool {
	fails := func(c Scanner) bool { return c.Tool == s.Tool && s.State == Crashed && c.FailOn != "" }
	return s.State != Ran && (t.Requires(s.Tool) || slices.ContainsFunc(t.Scanners, fails))
}

// Requires reports whether a scanner has to run.
func (t Threshold) Requires(tool string) bool {
	return slices.ContainsFunc(t.Scanners, func(c Scanner) bool { return c.Tool == tool && c.Required })
}

// lost reports whether findings that count may be among those that a scan leaves out, where some fail the check.
func (t Threshold) lost(s *Scan) bool {
	if s.Omitted == 0 || !slices.ContainsFunc(t.Scanners, func(c Scanner) bool { return c.FailOn != "" }) {
		return false
	}
	if len(s.Findings) == 0 {
		return true
	}
	last := s.Findings[len(s.Findings)-1] // in their order, see Finding.Compare
	return t.Counts(last) || t.All && last.State == New
}

// A Tally sums up what policies and scanners say of a target.
type Tally struct {
	Judged  bool `json:"judged,omitempty"`  // policies were asked
	Denied  int  `json:"denied,omitempty"`  // decisions that block
	Warned  int  `json:"warned,omitempty"`  // the others
	Unasked bool `json:"unasked,omitempty"` // policies could not be asked

	Scanned    bool `json:"scanned,omitempty"`    // scanners were to look
	New        int  `json:"new,omitempty"`        // findings that are not suppressed
	Existing   int  `json:"existing,omitempty"`   // likewise
	Fixed      int  `json:"fixed,omitempty"`      //
	Suppressed int  `json:"suppressed,omitempty"` // new and existing ones
	Failing    int  `json:"failing,omitempty"`    // findings that fail the check
	Silent     int  `json:"silent,omitempty"`     // scanners that did not run
	Lacking    int  `json:"lacking,omitempty"`    // those of them that fail the check, see Lacks
}

// Judge returns the tally of those decisions of p that count. A nil p could not be asked.
func (t Threshold) Judge(p *Policy, counts func(Decision) bool) Tally {
	n := Tally{Judged: true, Unasked: p == nil || p.Failure != ""}
	if p == nil {
		return n
	}
	for _, d := range p.Decisions {
		switch {
		case !counts(d):
		case t.Blocks(d):
			n.Denied++
		default:
			n.Warned++
		}
	}
	return n
}

// Sum returns the tally of a target: r is the report on its plan, nil where none was asked for; s the scan, likewise.
func (t Threshold) Sum(r *Report, s *Scan) Tally {
	var n Tally
	if r != nil && t.Policies && (r.Failure == nil || r.Policy != nil) {
		n = t.Judge(r.Policy, func(Decision) bool { return true })
	}
	if s == nil {
		return n
	}
	if t.Manifests {
		n = n.Add(t.Judge(s.Manifests, func(Decision) bool { return true }))
	}
	n.Scanned = len(t.Scanners) > 0
	for _, f := range s.Findings {
		n.count(f)
		if t.Fails(f) {
			n.Failing++
		}
	}
	if t.lost(s) {
		n.Failing++
	}
	for _, tool := range s.Tools {
		if tool.State != Ran {
			n.Silent++
		}
		if t.Lacks(tool) {
			n.Lacking++
		}
	}
	return n
}

func (n *Tally) count(f Finding) {
	switch {
	case f.State == Fixed:
		n.Fixed++
	case f.Suppressed != nil:
		n.Suppressed++
	case f.State == New:
		n.New++
	default:
		n.Existing++
	}
}

// Add returns the tally of both.
func (n Tally) Add(m Tally) Tally {
	return Tally{
		Judged: n.Judged || m.Judged, Denied: n.Denied + m.Denied, Warned: n.Warned + m.Warned, Unasked: n.Unasked || m.Unasked,
		Scanned: n.Scanned || m.Scanned, New: n.New + m.New, Existing: n.Existing + m.Existing, Fixed: n.Fixed + m.Fixed,
		Suppressed: n.Suppressed + m.Suppressed, Failing: n.Failing + m.Failing, Silent: n.Silent + m.Silent, Lacking: n.Lacking + m.Lacking,
	}
}

// Refused reports whether policies keep the target from being applied.
func (n Tally) Refused() bool { return n.Denied > 0 || n.Unasked }

// Failed reports whether the check of the target's environment fails for what is counted here.
func (n Tally) Failed() bool { return n.Refused() || n.Failing+n.Lacking > 0 }
