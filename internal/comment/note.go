// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"bytes"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// reasons are Terraform's action reasons in words,
// https://developer.hashicorp.com/terraform/internals/json-format#plan-representation.
var reasons = map[string]string{
	"replace_because_tainted":             "tainted",
	"replace_because_cannot_update":       "cannot be updated in place",
	"replace_by_request":                  "asked for by --replace",
	"replace_by_triggers":                 "replace_triggered_by",
	"delete_because_no_resource_config":   "no longer in the configuration",
	"delete_because_no_module":            "its module is gone",
	"delete_because_wrong_repetition":     "count or for_each came or went",
	"delete_because_count_index":          "its index is beyond count",
	"delete_because_each_key":             "its key is not in for_each",
	"delete_because_no_move_target":       "it was moved to where no configuration is",
	"read_because_config_unknown":         "depends on values not known yet",
	"read_because_dependency_pending":     "depends on changes not made yet",
	"read_because_check_nested":           "read for a check",
	"delete_because_forget_and_no_config": "no longer in the configuration",
}

// remarks returns what there is to know about a change beside its sign.
func remarks(c *report.Change) []string {
	var out []string
	switch {
	case c.Deferred != "":
		out = append(out, "deferred: "+strings.ReplaceAll(c.Deferred, "_", " "))
	case c.Action == report.Replace && c.CreateFirst:
		out = append(out, "the new one is created first")
	case c.Action == report.Forget:
		out = append(out, "no longer managed, not destroyed")
	}
	if by := forcedBy(c.Attrs); by != "" {
		out = append(out, by)
	} else if c.Reason != "" {
		reason, ok := reasons[c.Reason]
		if !ok {
			reason = strings.ReplaceAll(c.Reason, "_", " ")
		}
		out = append(out, reason)
	}
	if c.MovedFrom != "" {
		out = append(out, "moved from "+c.MovedFrom)
	}
	switch {
	case c.ImportID != "":
		out = append(out, "imported, id "+c.ImportID)
	case c.Imported:
		out = append(out, "imported")
	}
	return out
}

// note returns the remarks as the end of a line.
func note(c *report.Change) string {
	list := remarks(c)
	if len(list) == 0 {
		return ""
	}
	return "  # " + shown(strings.Join(list, "; "), maxPath)
}

func forcedBy(attrs []report.Attr) string {
	var paths []string
	for i := range attrs {
		if attrs[i].Forces {
			paths = append(paths, attrs[i].Path)
		}
	}
	switch {
	case len(paths) == 0:
		return ""
	case len(paths) > 3:
		return "forced by " + strings.Join(paths[:3], ", ") + " and " + number(len(paths)-3) + " more"
	}
	return "forced by " + strings.Join(paths, ", ")
}

// minTagged is how many resources must change in the same tags to be shown as one line.
const minTagged = 3

// A tagGroup is resources in which the same tags change and nothing else, as every release does to a repository
// with its version in default_tags.
type tagGroup struct {
	count int
	first *report.Change
	same  bool // the values are the same in all
}

// splitTags takes the groups out of changes; rest keeps the order.
func splitTags(changes []report.Change) (rest []*report.Change, groups []*tagGroup) {
	byPaths := map[string]*tagGroup{}
	keys := make([]string, len(changes))
	for i := range changes {
		c := &changes[i]
		if keys[i] = tagKey(c); keys[i] == "" {
			continue
		}
		g := byPaths[keys[i]]
		if g == nil {
			g = &tagGroup{first: c, same: true}
			byPaths[keys[i]] = g
		}
		g.count++
		g.same = g.same && sameValues(g.first.Attrs, c.Attrs)
	}
	for i := range changes {
		g := byPaths[keys[i]]
		switch {
		case g == nil || g.count < minTagged:
			rest = append(rest, &changes[i])
		case g.first == &changes[i]:
			groups = append(groups, g)
		}
	}
	return rest, groups
}

// tagKey returns the paths of a change if they are all tags, else "".
func tagKey(c *report.Change) string {
	if c.Action != report.Update || c.MovedFrom != "" || c.Imported || c.Deferred != "" {
		return ""
	}
	var b strings.Builder
	for i := range c.Attrs {
		root, _, _ := strings.Cut(c.Attrs[i].Path, "[")
		if root != "tags" && root != "tags_all" {
			return ""
		}
		b.WriteString(c.Attrs[i].Path)
		b.WriteByte(0)
	}
	return b.String()
}

func sameValues(a, b []report.Attr) bool {
	for i := range a {
		if !bytes.Equal(a[i].Before, b[i].Before) || !bytes.Equal(a[i].After, b[i].After) || a[i].Unknown != b[i].Unknown || a[i].Sensitive != b[i].Sensitive {
			return false
		}
	}
	return true
}

func (g *tagGroup) String() string {
	d := differ{maxValue: 40}
	var parts []string
	for i := range g.first.Attrs {
		a := &g.first.Attrs[i]
		if i == 4 {
			parts = append(parts, number(len(g.first.Attrs)-i)+" more")
			break
		}
		old, now := d.values(a)
		switch {
		case !g.same:
			parts = append(parts, a.Path)
		case now == "":
			parts = append(parts, a.Path+" removed")
		case old == "" || old == now:
			parts = append(parts, a.Path+" = "+now)
		default:
			parts = append(parts, a.Path+" = "+old+" → "+now)
		}
	}
	text := count(g.count, "resource") + ": tags only: " + strings.Join(parts, ", ")
	if !g.same {
		text += " (values differ)"
	}
	return text
}
