// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// CheckText returns title, summary and text of the check run of one environment: the summary within GitHub's 65,535
// characters, the text within room bytes, so that the caller can add to it. The summary holds what always stays in the comment, the text the changes. Reports of other environments are left out;
// an environment without any is "nothing affected" unless reports are missing.
func CheckText(p Page, env string, room int) (title, summary, text string) {
	all := p.Reports
	p.Reports = slices.DeleteFunc(slices.Clone(all), func(r report.Report) bool { return r.Target.Env != env })
	p.Earlier = slices.DeleteFunc(slices.Clone(p.Earlier), func(e Earlier) bool { return e.Target.Env != env })
	p.Scans = slices.DeleteFunc(slices.Clone(p.Scans), func(s report.Scan) bool { return s.Target.Env != env })
	p.Together = ofEnv(p.Together, env)
	p.Expected = max(0, p.Expected-len(all)+len(p.Reports))
	p.Next = "" // a check has a button
	v := newView(p)
	v.isPart = len(all) > len(p.Reports)
	_, title = v.outcome()

	caution := v.caution(Budget / 4)
	summary = v.headline() + v.notes(Budget/16) + caution + v.table(Budget/2-len(caution)) + v.rest(Budget/16) +
		v.runsCode(Budget/16) + v.leftOut() + v.footer()

	room -= 600 + len(v.where()) // for the announcement
	sections, fails, plans := v.allSections(room)
	fit(sections, room)
	text = v.announce(sections) + join(sections[:fails]) + join(sections[fails:plans]) + join(sections[plans:])
	return title, summary, text
}

// ofEnv returns what of p is about targets of an environment.
func ofEnv(p *report.Policy, env string) *report.Policy {
	if p == nil {
		return nil
	}
	out := *p
	out.Decisions = slices.DeleteFunc(slices.Clone(p.Decisions), func(d report.Decision) bool {
		return len(d.Targets) > 0 && !slices.ContainsFunc(d.Targets, func(id string) bool { return strings.HasSuffix(id, "/"+env) })
	})
	return &out
}
