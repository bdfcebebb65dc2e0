// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// merge makes findings of what all tools say of one tree: what several tools say of the same place is one finding that
// names them. Same is a rule that is the same by canonical, in the same file, at lines that overlap or at the same
// address. The place, message and link of a finding are those of the tool that is most precise; its severity is the
// highest. It is suppressed only where each tool is kept quiet. IDs do not depend on lines. State is not set yet. What is
// said of a file that the tree does not have is an error.
func merge(all []raw, tree Files) ([]report.Finding, error) {
	sources, err := sourcesOf(all, tree)
	if err != nil {
		return nil, err
	}
	all = slices.Clone(all)
	slices.SortFunc(all, byPlace)
	var groups []*group
	for i := 0; i < len(all); { // one fact in one file at a time
		j := i
		for j < len(all) && all[j].file == all[i].file && canonical(all[j].rule) == canonical(all[i].rule) {
			j++
		}
		groups = append(groups, groupFact(all[i:j])...)
		i = j
	}
	findings, seen := make([]report.Finding, len(groups)), map[string]int{}
	for i, g := range groups {
		f := g.finding()
		f.ID = identity(canonical(f.Rules[0].ID), f.File, sources[f.File].anchorOf(f))
		seen[f.ID]++
		if n := seen[f.ID]; n > 1 {
			f.ID += "-" + strconv.Itoa(n)
		}
		findings[i] = f
	}
	return findings, nil
}

func sourcesOf(all []raw, tree Files) (map[string]source, error) {
	sources := map[string]source{}
	for _, r := range all {
		if _, ok := sources[r.file]; ok {
			continue
		}
		if !slices.Contains(tree.Paths, r.file) {
			return nil, fmt.Errorf("%s speaks of %.200q, which was not scanned", r.tool, r.file)
		}
		src, err := tree.Read(r.file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", r.file, err)
		}
		sources[r.file] = newSource(r.file, src)
	}
	return sources, nil
}

// byPlace orders by file, fact, place, and then somehow, yet always alike.
func byPlace(a, b raw) int {
	return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(canonical(a.rule), canonical(b.rule)), cmp.Compare(a.line, b.line),
		cmp.Compare(a.end, b.end), cmp.Compare(a.tool, b.tool), cmp.Compare(a.rule, b.rule), cmp.Compare(a.address, b.address),
		cmp.Compare(a.message, b.message))
}

// A group is what tools say of one fact at one place, at most one rule of each tool.
type group struct {
	raws []raw
	end  int // last line
}

// groupFact groups what is said of one fact in one file, in the order of byPlace.
func groupFact(raws []raw) []*group {
	var groups []*group
	var open []*group // those that later lines can overlap
	byAddress := map[string][]*group{}
	for _, r := range raws {
		open = slices.DeleteFunc(open, func(g *group) bool { return g.end < r.line })
		g := firstThatTakes(r, open)
		if g == nil && r.address != "" {
			g = firstThatTakes(r, byAddress[r.address])
		}
		if g == nil {
			g = &group{}
			groups, open = append(groups, g), append(open, g)
		}
		g.raws = append(g.raws, r)
		g.end = max(g.end, r.end)
		if r.address != "" {
			byAddress[r.address] = append(byAddress[r.address], g)
		}
	}
	return groups
}

func firstThatTakes(r raw, groups []*group) *group {
	for _, g := range groups {
		if g.takes(r) {
			return g
		}
	}
	return nil
}

// takes reports whether r says nothing else than what its tool said already, if that said anything.
func (g *group) takes(r raw) bool {
	return !slices.ContainsFunc(g.raws, func(o raw) bool {
		return o.tool == r.tool && (o.rule != r.rule || o.line != r.line || o.end != r.end)
	})
}

// finding makes one of a group, without an ID.
func (g *group) finding() report.Finding {
	lead := slices.MinFunc(g.raws, func(a, b raw) int {
		return cmp.Or(cmp.Compare(a.end-a.line, b.end-b.line), cmp.Compare(b.severity.Rank(), a.severity.Rank()), cmp.Compare(b.tool, a.tool))
	})
	f := report.Finding{
		Message: cmp.Or(oneLine(lead.message, maxMessage), "no message"), File: lead.file, Line: lead.line,
		Address: oneLine(lead.address, maxAddress), Suppressed: lead.suppressed,
	}
	if lead.end > lead.line {
		f.End = lead.end
	}
	quiet := true
	for _, r := range g.raws {
		quiet = quiet && r.suppressed != nil
		f.Suppressed = cmp.Or(f.Suppressed, r.suppressed)
		f.Address = cmp.Or(f.Address, oneLine(r.address, maxAddress))
		if r.severity.Rank() > f.Severity.Rank() {
			f.Severity = r.severity
		}
		rule := report.Rule{Tool: r.tool, ID: r.rule, Link: httpsOnly(r.link)}
		if !slices.ContainsFunc(f.Rules, func(o report.Rule) bool { return o.Tool == rule.Tool }) {
			f.Rules = append(f.Rules, rule)
		}
	}
	if !quiet {
		f.Suppressed = nil
	}
	slices.SortFunc(f.Rules, func(a, b report.Rule) int { return strings.Compare(a.Tool, b.Tool) })
	return f
}
