// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// FullText returns the whole of one report as plain text, shortened nowhere: what the tests and the figures hold other forms against.
func FullText(r report.Report) string {
	v := newView(Page{Reports: []report.Report{r}})
	t := v.targets[0]
	var b strings.Builder
	b.WriteString(visible(t.id) + ": " + v.outcomeOf(t) + "\n")
	b.WriteString(v.body(t, newTextDiffer(), false))
	if list := append(append([]report.Diagnostic{}, t.Warnings...), t.Checks...); len(list) > 0 {
		b.WriteString("\n" + diagnose(list, len(list), 1<<20))
	}
	return b.String()
}
