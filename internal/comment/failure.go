package comment

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// failures says of each kind how the table names it and what to do when the report itself gives no hint;
// "{}" stands for the target as a command names it.
var failures = map[report.FailureKind]struct{ label, hint string }{
	report.Broken:      {"failed", "Push a fix: it is planned by itself. Or try again with `/plan {}`."},
	report.Locked:      {"state locked", "Wait for the run that holds the lock. If that run is dead, `terraform force-unlock` releases it."},
	report.Upstream:    {"upstream not applied", "Apply the upstream layer, then `/plan {}`."},
	report.Stale:       {"changed since review", "Update the branch, let it be planned and reviewed again."},
	report.Missing:     {"no report", "The job ended before it could report. See its log, then `/plan {}`."},
	report.Invalid:     {"unreadable report", "What the job left is no report. See its log, then `/plan {}`."},
	report.Interrupted: {"interrupted", "Nothing was changed. Plan again with `/plan {}`."},
	report.Internal:    {"internal error", "This is a fault of Layerbot's, see the run. `/plan {}` tries again."},
}

// kind returns the kind of a failed report's failure; one that does not say left nothing.
func kind(r *report.Report) report.FailureKind {
	if r.Failure == nil {
		return report.Missing
	}
	if _, ok := failures[r.Failure.Kind]; !ok {
		return report.Internal
	}
	return r.Failure.Kind
}

// message and hint return what to tell about a failed report.
func message(r *report.Report) string {
	if r.Failure == nil || strings.TrimSpace(r.Failure.Message) == "" {
		return "There is no plan."
	}
	return r.Failure.Message
}

func hint(r *report.Report) string {
	if r.Failure != nil && r.Failure.Hint != "" {
		return r.Failure.Hint
	}
	return strings.ReplaceAll(failures[kind(r)].hint, "{}", layer.Short(r.Target.Layer)+" "+r.Target.Env)
}

// advice is the hint for someone in front of a terminal: a push is planned by itself only on a pull request.
func advice(r *report.Report) string {
	if kind(r) == report.Broken && (r.Failure == nil || r.Failure.Hint == "") {
		return "Correct it, then plan again."
	}
	return hint(r)
}

// failureSection returns the section of a target without a plan: with the log, without it, and as one line.
func (v *view) failureSection(t *target) section {
	head := "<details open>\n<summary>❌ <code>" + markup(t.name) + "</code>: " + failures[kind(t.Report)].label + "</summary>\n\n**" +
		prose(message(t.Report)) + "**\n\n" + asSentence(hint(t.Report)) + "\n\n"
	var diagnostics []report.Diagnostic
	log := ""
	if t.Failure != nil {
		diagnostics = t.Failure.Diagnostics
		log = output(t.Failure)
	}
	full, brief := head, head
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
		failed: true,
		forms:  [3]string{full + end, brief + end, "- ❌ " + code(t.name) + ": " + prose(clip(message(t.Report), 200)) + "\n"},
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
