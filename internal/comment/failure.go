// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// failures says of each kind how the table names it, and what to do when the report itself gives no hint: about a plan, and
// about an apply. "{}" stands for the target as a command names it.
var failures = map[report.FailureKind]struct{ label, plan, apply string }{
	report.Broken: {"failed", "Push a fix: it is planned by itself. Or try again with `/plan {}`.",
		"Correct it with a pull request, or try again with `/apply {}`."},
	report.Locked: {"state locked", "Wait for the run that holds the lock. If that run is dead, `/unlock {}` says how to release it.",
		"Wait for the run that holds the lock, then `/apply {}`. If that run is dead, `/unlock {}` says how to release it."},
	report.Upstream: {"upstream not applied", "Apply the upstream layer, then `/plan {}`.", "Apply the upstream layer, then `/apply {}`."},
	report.Stale:    {"changed since review", "Update the branch, let it be planned and reviewed again.", "`/apply {}` plans again and compares."},
	report.Missing: {"no report", "The job ended before it could report. See its log, then `/plan {}`.",
		"The job ended before it could report, and it may have changed something. See its log, then `/apply {}`: it plans again first."},
	report.Invalid: {"unreadable report", "What the job left is no report. See its log, then `/plan {}`.",
		"What the job left is no report, and it may have changed something. See its log, then `/apply {}`: it plans again first."},
	report.Interrupted: {"interrupted", "Nothing was changed. Plan again with `/plan {}`.",
		"See the run for how far it came. Nothing is unlocked by itself: `/unlock {}` says who holds the state. `/apply {}` goes on with what is left."},
	report.Internal: {"internal error", "This is a fault of Layerbot's, see the run. `/plan {}` tries again.",
		"This is a fault of Layerbot's, see the run. `/apply {}` tries again."},
	report.Unreviewed: {"never reviewed", "Let it be reviewed on a pull request.", "Let it be reviewed on a pull request."},
	report.Unapproved: {"waits for approval", "Have it approved, then `/plan {}`.", "Once it is approved, `/apply {}`."},
	report.Unpromoted: {"not in the previous environment yet", "Apply it in the previous environment first.",
		"Apply it in the previous environment first, then `/apply {}`."},
	report.Blocked:   {"blocked", "Plan again with `/plan {}` once what it builds on is applied.", "`/apply` goes on once what it builds on is applied."},
	report.Unreached: {"not reached", "The time was up. `/plan {}` tries again.", "The time was up. `/apply` goes on."},
	report.Refused: {"denied by policy", "Push a change that the policies allow: it is planned by itself.",
		"Nothing was applied, and accepting it is not enough. Correct it with a pull request that the policies allow, or change the policies on the base branch " +
			"first; then `/apply {}`."},
	report.Denied: {"refused", "Nothing of it was run. Push a change that does without it: it is planned by itself.",
		"Nothing of it was run. Correct it with a pull request."},
}

// kind returns the kind of a target's failure; a failed one that does not say left nothing.
func (t *target) kind() report.FailureKind {
	if t.Failure == nil {
		return report.Missing
	}
	if _, ok := failures[t.Failure.Kind]; !ok {
		return report.Internal
	}
	return t.Failure.Kind
}

// label names what is wrong with a target in a few words.
func (v *view) label(t *target) string {
	label := failures[t.kind()].label
	switch progress := t.progress(); {
	case t.refused() && len(t.denials()) == 0:
		label = "policies not asked"
	case t.refused():
		label += ", " + count(len(t.denials()), "decision")
	case t.state == report.Stopped && t.Failure == nil:
		return "no reason given"
	case t.state == report.Failed && progress != "":
		label += " after " + progress
	case t.kind() == report.Blocked:
		if names := v.waitsFor(t); len(names) > 0 {
			return "waits for " + listed(names)
		}
	case t.kind() == report.Unpromoted && v.Previous[t.Target.Env] != "":
		return "not in " + shown(v.Previous[t.Target.Env], 60) + " yet"
	}
	return label
}

// message and hint return what to tell about a target that failed, stopped or waits.
func (v *view) message(t *target) string {
	switch {
	case t.Failure != nil && strings.TrimSpace(t.Failure.Message) != "":
		return t.Failure.Message
	case v.State == Merged && t.state == report.Stopped:
		return "This plan may not be applied."
	case v.State == Merged:
		return "It is not known what was applied."
	}
	return "There is no plan."
}

func (v *view) hint(t *target) string {
	if t.Failure != nil && t.Failure.Hint != "" {
		return t.Failure.Hint
	}
	hint := failures[t.kind()].plan
	switch v.State {
	case Merged:
		hint = failures[t.kind()].apply
	case Drifting:
		hint = "The next search for drift looks again."
	case Planned, Closed, Superseded, Scanned:
	}
	return strings.ReplaceAll(hint, "{}", t.words())
}

// words returns the target as a command names it: "compute prod".
func (t *target) words() string {
	return strings.TrimSuffix(t.name, "/"+t.Target.Env) + " " + t.Target.Env
}

// advice is the hint for someone in front of a terminal: a push is planned by itself only on a pull request.
func (v *view) advice(t *target) string {
	if v.State != Merged && t.kind() == report.Broken && (t.Failure == nil || t.Failure.Hint == "") {
		return "Correct it, then plan again."
	}
	return v.hint(t)
}

// failureSection returns the section of a target that failed: with the log, without it, and as one line.
func (v *view) failureSection(t *target) section {
	head := "<details open>\n<summary>❌ <code>" + markup(t.name) + "</code>: " + markup(v.label(t)) + "</summary>\n\n**" +
		prose(v.message(t)) + "**\n\n" + v.nextSteps(t)
	var diagnostics []report.Diagnostic
	log := ""
	if t.Failure != nil {
		diagnostics = t.Failure.Diagnostics
		log = output(t.Failure)
	}
	full := head + v.done(t, maxList)
	clipped := v.cut
	brief := head + v.done(t, maxList/8)
	if len(diagnostics) > 0 {
		full += fence("text", diagnose(diagnostics, 20, 4000)) + "\n"
		brief += fence("text", diagnose(diagnostics, 3, 300)) + "\n"
	}
	if log != "" {
		full += "<details>\n<summary>Last lines of the output</summary>\n\n" + fence("text", log) + "\n</details>\n\n"
		brief += "The output is left out here: see " + v.where() + ".\n\n"
	}
	const end = "</details>\n\n"
	return section{
		urgent: true, error: true, clipped: clipped,
		forms: [3]string{full + end, brief + end, "- ❌ " + code(t.name) + ": " + prose(clip(v.message(t), 200)) + "\n"},
	}
}

// output returns the end of what the program said, "" if the diagnostics say all of it.
func output(f *report.Failure) string {
	said := map[string]bool{"": true}
	for _, d := range f.Diagnostics {
		said["Error: "+d.Summary] = true
	}
	for line := range strings.Lines(f.Log) {
		line = strings.TrimSpace(line)
		if !said[line] && !version.MatchString(line) {
			return strings.Trim(lines(f.Log), "\n")
		}
	}
	return ""
}

// version is the line with which a run begins: "Terraform 1.11.4".
var version = regexp.MustCompile(`^(Terraform|OpenTofu) v?[0-9][0-9A-Za-z.+-]*$`)

// Diagnose returns what a tool said of a failure, for a log: at most 5 diagnostics, each of at most 1,000 bytes.
func Diagnose(list []report.Diagnostic) string {
	return strings.TrimSuffix(diagnose(list, 5, 1000), "\n")
}

// diagnose returns at most n diagnostics as text, each detail of at most room bytes.
func diagnose(list []report.Diagnostic, n, room int) string {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == n {
			b.WriteString("and " + number(len(list)-n) + " more\n")
			break
		}
		severity := "Error"
		if d.Severity == "warning" {
			severity = "Warning"
		}
		b.WriteString(severity + ": " + shown(d.Summary, room) + "\n")
		if at := place(d); at != "" {
			b.WriteString("  on " + at + "\n")
		}
		if detail := strings.Trim(lines(clip(d.Detail, room)), "\n"); detail != "" {
			b.WriteString("\n  " + strings.ReplaceAll(detail, "\n", "\n  ") + "\n")
		}
	}
	return b.String()
}

// place returns "infra/05-compute/main.tf:12, aws_instance.web".
func place(d report.Diagnostic) string {
	var parts []string
	if d.File != "" {
		file := shown(d.File, maxName)
		if d.Line > 0 {
			file += ":" + strconv.Itoa(d.Line)
		}
		parts = append(parts, file)
	}
	if d.Address != "" {
		parts = append(parts, shown(d.Address, maxPath))
	}
	return strings.Join(parts, ", ")
}
