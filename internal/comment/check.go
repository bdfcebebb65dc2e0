package comment

import (
	"slices"

	"github.com/layerbot/layerbot/internal/report"
)

// CheckText returns title, summary and text of the check run of one environment: the summary within GitHub's 65,535
// characters, the text within room bytes, so that the caller can add to it. The summary holds what always stays in the comment, the text the changes. Reports of other environments are left out;
// an environment without any is "nothing affected" unless reports are missing.
func CheckText(p Page, env string, room int) (title, summary, text string) {
	all := p.Reports
	p.Reports = slices.DeleteFunc(slices.Clone(all), func(r report.Report) bool { return r.Target.Env != env })
	p.Earlier = slices.DeleteFunc(slices.Clone(p.Earlier), func(e Earlier) bool { return e.Target.Env != env })
	p.Expected = max(0, p.Expected-len(all)+len(p.Reports))
	p.Next = "" // a check has a button
	v := newView(p)
	v.isPart = len(all) > len(p.Reports)
	_, title = v.outcome()

	caution := v.caution(Budget / 4)
	summary = v.headline() + v.notes(Budget/16) + caution + v.table(Budget/2-len(caution)) + v.others(Budget/16) +
		v.runsCode(Budget/16) + v.footer()

	room -= 400 + len(v.where()) // for the announcement
	sections := v.sections(room)
	fit(sections, room)
	text = v.announce(sections) + join(sections)
	return title, summary, text
}
