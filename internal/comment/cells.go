// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// What the table and one line say of policies and scanners: exact numbers, or "–".

// policyCell returns "✅", "❌ 2 denied", "⚠️ 1 warning", and "–" where there was nothing to ask about.
func (v *view) policyCell(t *target) string {
	n := t.tally
	switch words := policyWords(n); {
	case v.State == Scanned && t.state == report.Failed:
		return fatal + " no plan"
	case !n.Judged:
		return "–"
	case n.Refused():
		return fatal + " " + words
	case words != "":
		return odd + " " + words
	}
	return "✅"
}

// scanCell returns "✅", "3 new, 4 existing", "❌ 2 new", "⚠️ tfsec did not run", and "–" where nothing was scanned.
func (v *view) scanCell(t *target) string {
	n, words := t.tally, scanWords(t.tally, t.scan)
	switch {
	case !n.Scanned:
		return "–"
	case n.Failing+n.Lacking > 0:
		return fatal + " " + words
	case n.Silent > 0:
		return odd + " " + words
	case words != "":
		return words
	}
	return "✅"
}

// policyWords returns "2 denied, 1 warning", "" if there is nothing to tell.
func policyWords(n report.Tally) string {
	var parts []string
	if n.Denied > 0 {
		parts = append(parts, number(n.Denied)+" denied")
	}
	if n.Warned > 0 {
		parts = append(parts, count(n.Warned, "warning"))
	}
	switch {
	case n.Unasked && len(parts) > 0:
		parts = append(parts, "not all asked")
	case n.Unasked:
		parts = append(parts, "not asked")
	}
	return strings.Join(parts, ", ")
}

// scanWords returns "3 new, 2 failing, 4 existing, tfsec did not run", "" if there is nothing to tell. s is the scan, nil if
// only its tally is known.
func scanWords(n report.Tally, s *report.Scan) string {
	var parts []string
	if n.New > 0 {
		parts = append(parts, number(n.New)+" new")
	}
	if n.Failing > 0 && n.Failing != n.New {
		parts = append(parts, number(n.Failing)+" failing")
	}
	switch {
	case n.Existing > 0 && s != nil && s.Base == "":
		parts = append(parts, count(n.Existing, "finding"))
	case n.Existing > 0:
		parts = append(parts, number(n.Existing)+" existing")
	}
	if n.Silent > 0 {
		parts = append(parts, silentWords(n, s))
	}
	return strings.Join(parts, ", ")
}

func silentWords(n report.Tally, s *report.Scan) string {
	if s != nil && n.Silent == 1 {
		for _, tool := range s.Tools {
			if tool.State != report.Ran {
				return shown(tool.Tool, 40) + " did not run"
			}
		}
	}
	return count(n.Silent, "scanner") + " did not run"
}

// also returns what policies and scanners say as the end of a line, "; policies: 2 denied; scan: 3 new".
func also(n report.Tally, s *report.Scan) string {
	text := ""
	if words := policyWords(n); words != "" {
		text += "; policies: " + words
	}
	if words := scanWords(n, s); words != "" && n.Scanned {
		text += "; scan: " + words
	}
	return text
}

// ScanLine returns in a few words what scanners, and policies on manifests, say of a target.
func ScanLine(limit report.Threshold, s *report.Scan) string {
	n := limit.Sum(nil, s)
	return cmp.Or(strings.Join(nonempty(scanWords(n, s), policyWords(n)), ", "), "nothing found")
}

// plain reports whether policies and scanners say nothing of a target that has to be looked at now.
func plain(n report.Tally) bool { return !n.Failed() && n.Warned+n.New+n.Silent == 0 }

// judgements returns the columns of policies and scanners, as far as there is anything in them.
func (v *view) judgements() (list []column) {
	judged, scanned := false, false
	for _, t := range v.all() {
		judged, scanned = judged || t.tally.Judged || t.state == report.Failed && v.State == Scanned, scanned || t.tally.Scanned
	}
	if judged {
		list = append(list, column{title: "Policy", cell: v.policyCell, words: true})
	}
	if scanned {
		list = append(list, column{title: "Scan", cell: v.scanCell, words: true})
	}
	return list
}

// findingsSum returns "2 failing findings, 3 other new ones", and what else the headline's second line says of scans.
func (v *view) findingsSum() string {
	var parts []string
	n, fresh := len(v.found.failing), len(v.found.fresh)
	switch {
	case n > 0 && fresh > 0:
		parts = append(parts, count(n, "failing finding"), count(fresh, "other new one"))
	case n > 0:
		parts = append(parts, count(n, "failing finding"))
	case fresh > 0:
		parts = append(parts, count(fresh, "new finding"))
	}
	if v.State == Scanned {
		switch n := len(v.found.existing); {
		case n > 0 && v.scansCompared():
			parts = append(parts, number(n)+" existing")
		case n > 0:
			parts = append(parts, count(n, "finding"))
		}
		if n := len(v.found.suppressed); n > 0 {
			parts = append(parts, number(n)+" suppressed")
		}
	}
	if v.found.fixed > 0 {
		parts = append(parts, number(v.found.fixed)+" fixed")
	}
	return strings.Join(parts, ", ")
}

// allClear says that policies and scanners have nothing new to tell of targets that do nothing: there is no table that would.
func (v *view) allClear() string {
	judged, scanned := 0, 0
	for _, t := range v.targets {
		if !t.uneventful() {
			return ""
		}
		if t.tally.Judged {
			judged++
		}
		if t.tally.Scanned {
			scanned++
		}
	}
	var parts []string
	if judged > 0 && judged == len(v.targets) {
		parts = append(parts, "policies allow it")
	}
	if scanned > 0 && scanned == len(v.targets) {
		parts = append(parts, "nothing new found")
	}
	return strings.Join(parts, ", ")
}

// denial says why a plan is not allowed.
func (t *target) denial() string {
	if t.tally.Denied > 0 {
		return "denied by policy"
	}
	return "policies not asked"
}
