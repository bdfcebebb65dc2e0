// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"cmp"
	"slices"
	"strings"
)

// ScanReply answers /scan: what scanners, and policies on manifests, say of p.Scans, as the living comment would, within
// Budget less the line of a ReplyMarker. Page fields that are about plans count for nothing.
func ScanReply(p Page) Rendered {
	p.State, p.Reports, p.Expected, p.Earlier, p.Together, p.WhatIf = Scanned, nil, 0, nil, nil, false
	p.Why, p.Upstream, p.Others, p.Accept, p.Next = nil, nil, nil, "", ""
	if p.PullRequest != 0 {
		p.Next = cmp.Or(p.Command, "/scan")
	}
	return newView(p).compose(Budget-maxReplyMarker, false)
}

// maxReplyMarker is more than the bytes of a ReplyMarker and its line end.
const maxReplyMarker = 200

// scanOutcome is the headline where only scanners and policies are told of.
func (v *view) scanOutcome() (symbol, text string) {
	switch all := len(v.others); {
	case v.blocked():
		return "❌", "Nothing could be scanned"
	case v.failed > 0 && all == 1:
		return "❌", "The plan failed"
	case v.failed > 0:
		return "❌", number(v.failed) + " of " + count(all, "plan") + " failed"
	case v.denies():
		return "❌", v.denialOutcome()
	case len(v.found.failing)+len(v.required) > 0:
		return "❌", v.failingOutcome()
	case all == 0:
		return "✅", "Nothing to scan"
	case len(v.found.fresh) > 0:
		return odd, count(len(v.found.fresh), "new finding")
	}
	for _, o := range v.opinions {
		if o.rows[0].mark == odd {
			return odd, o.title
		}
	}
	scanned := slices.ContainsFunc(v.others, func(t *target) bool { return t.tally.Scanned })
	switch n := len(v.found.existing); {
	case !scanned:
		return "✅", "Policies allow it"
	case v.scansCompared():
		return "✅", "No new findings"
	case n > 0:
		return odd, count(n, "finding")
	}
	return "✅", "No findings"
}

// scanRollup returns "3 targets: 1 denied by policy, 2 failing findings, 4 existing".
func (v *view) scanRollup() string {
	if len(v.others) == 0 {
		return ""
	}
	refused, rules := 0, 0
	for _, t := range v.others {
		if t.tally.Refused() {
			refused++
		}
		for _, p := range t.verdicts() {
			if p != nil {
				rules = max(rules, p.Rules)
			}
		}
	}
	var parts []string
	if v.failed > 0 {
		parts = append(parts, number(v.failed)+" without a plan")
	}
	if refused > 0 {
		parts = append(parts, number(refused)+" "+v.deniedWord())
	}
	if sum := v.findingsSum(); sum != "" {
		parts = append(parts, sum)
	}
	if rules > 0 {
		parts = append(parts, count(rules, "rule")+" asked")
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing found")
	}
	return count(len(v.others), "target") + ": " + strings.Join(parts, ", ")
}
