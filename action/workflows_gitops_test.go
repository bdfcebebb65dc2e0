// SPDX-License-Identifier: Apache-2.0

package action

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from something else anew")

// lastWave is the number of waves that gitops.yml has jobs for.
const lastWave = 8

// A phase is what a job of gitops.yml may do, and with what.
type phase struct {
	permissions permissions
	environment string // "" is none
	secrets     string // all that it names, in order
	others      string // the actions it uses beside ours, in order
}

// phases returns the jobs of gitops.yml. Where the App's key is, nothing comes from a pull request: gate and report have no
// checkout. docs/security.md has the permissions as a table.
func phases() map[string]phase {
	const app = "APP_ID APP_PRIVATE_KEY INSTALLATION_ID"
	all := map[string]phase{
		"gate":   {permissions{}, "layerbot", app, ""},
		"plan":   {permissions{"contents": "read", "id-token": "write"}, "plan-${{ matrix.env }}", "TERRAFORM_ENV", "checkout upload-artifact"},
		"scan":   {permissions{"contents": "read"}, "", "", "checkout upload-artifact"},
		"report": {permissions{}, "layerbot", app, "download-artifact upload-artifact"},
	}
	for n := range lastWave {
		all[fmt.Sprint("wave-", n+1)] = phase{
			permissions{"contents": "read", "id-token": "write"}, "${{ matrix.env }}", "TERRAFORM_ENV", "checkout download-artifact upload-artifact",
		}
	}
	return all
}

func TestEachPhaseHasItsPowersAndNoMore(t *testing.T) {
	w := readWorkflows(t)["gitops.yml"]
	want := phases()
	if got := slices.Sorted(maps.Keys(w.Jobs)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("jobs %q", got)
	}
	for name, j := range w.Jobs {
		p := want[name]
		if !maps.Equal(*j.Permissions, p.permissions) {
			t.Errorf("%s has the permissions %v, not %v", name, *j.Permissions, p.permissions)
		}
		environment := named{"name": p.environment, "deployment": "false"}
		if p.environment == "" {
			environment = nil
		}
		if !maps.Equal(j.Environment, environment) {
			t.Errorf("%s has the environment %v, not %v", name, j.Environment, environment)
		}
		if got := secrets(w.section(t, name)); got != p.secrets {
			t.Errorf("%s has the secrets %q, not %q", name, got, p.secrets)
		}
		if got := j.others(); got != p.others {
			t.Errorf("%s uses %q, not %q", name, got, p.others)
		}
		for _, s := range j.Steps {
			if s.Run != "" || s.Uses == "" {
				t.Errorf("%s has a script of its own: %q", name, s.Run)
			}
		}
	}
}

// section returns the text of a job.
func (w *workflow) section(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(name) + `:\n(?:(?:    .*)?\n)+`).FindString(w.text)
	if m == "" {
		t.Fatalf("%s has no job %s", w.file, name)
	}
	return m
}

var secretNames = regexp.MustCompile(`\bsecrets\b(?:\.(\w+))?|github\.token|GITHUB_TOKEN`)

// secrets returns the names of the secrets in a text, in order; what names one in any other way stands for itself.
func secrets(text string) string {
	var names []string
	for _, m := range secretNames.FindAllStringSubmatch(text, -1) {
		if m[1] == "" {
			m[1] = m[0]
		}
		names = append(names, m[1])
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// others returns the actions that a job uses beside ours, without their owner, which is GitHub.
func (j job) others() string {
	var all []string
	for _, s := range j.Steps {
		if !strings.HasPrefix(s.Uses, ours+"@") {
			name, _, _ := strings.Cut(s.Uses, "@")
			all = append(all, strings.TrimPrefix(name, "actions/"))
		}
	}
	return strings.Join(all, " ")
}

// A newer run cancels no apply, and no apply of a target runs beside another; plans need not wait for each other.
func TestOnlyAppliesWaitForEachOther(t *testing.T) {
	w := readWorkflows(t)["gitops.yml"]
	for name, j := range w.Jobs {
		var want named
		if strings.HasPrefix(name, "wave-") {
			want = named{"group": "layerbot apply ${{ matrix.name }}", "cancel-in-progress": "false", "queue": "max"}
		}
		if got := j.Concurrency; (got == nil) != (want == nil) || got != nil && !maps.Equal(*got, want) {
			t.Errorf("%s has the concurrency %v, not %v", name, got, want)
		}
	}
	if regexp.MustCompile(`(?m)^concurrency:`).MatchString(w.text) {
		t.Error("the workflow as a whole has a concurrency, which its callers would share")
	}
}

func TestReportRunsWhateverHappened(t *testing.T) {
	w := readWorkflows(t)["gitops.yml"]
	report := w.Jobs["report"]
	if !strings.HasPrefix(report.If, "always() &&") {
		t.Errorf("if: %s", report.If)
	}
	var others []string
	for name := range w.Jobs {
		if name != "report" {
			others = append(others, name)
		}
	}
	if got := slices.Sorted(slices.Values(report.Needs)); !slices.Equal(got, slices.Sorted(slices.Values(others))) {
		t.Errorf("it waits for %q only", got)
	}
	for name, j := range w.Jobs {
		if last := j.Steps[len(j.Steps)-1]; name != "gate" && (!strings.HasPrefix(last.Uses, "actions/upload-artifact@") || last.If != "always()") {
			t.Errorf("%s does not leave what it has, if it fails", name)
		}
	}
}

// GitHub has no loops: the waves after the first are copies, which -update makes. Only needs and if are different, and of
// these wave-2 has the pattern.
func TestWavesAreCopiesOfTheFirst(t *testing.T) {
	w := readWorkflows(t)["gitops.yml"]
	first, condition := w.section(t, "wave-1"), w.Jobs["wave-2"].If
	// Where nothing is to be done in a wave, or something failed, the next goes on: what builds on a target that was not
	// applied is not begun, and what does not is applied.
	if !strings.HasPrefix(condition, "${{ !cancelled() && ") || !strings.HasSuffix(condition, " && needs.gate.outputs.wave-2 }}") {
		t.Errorf("wave-2 runs if %s", condition)
	}
	start := strings.Index(w.text, first)
	end := strings.Index(w.text, "\n  report:\n") + 1
	if end < start {
		t.Fatal("the waves do not stand before report")
	}
	want := w.text[:start] + first
	for n := 2; n <= lastWave; n++ {
		want += wave(first, condition, n)
	}
	want += w.text[end:]
	if w.text == want {
		return
	}
	if !*update {
		t.Fatal("they are not: `go test ./action -update` writes them from wave-1")
	}
	if err := os.WriteFile("../"+w.file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wave returns the job of wave n, which is not the first. The condition is that of wave-2.
func wave(first, condition string, n int) string {
	this := fmt.Sprint("wave-", n)
	return strings.NewReplacer(
		"needs: gate\n", fmt.Sprintf("needs: [gate, wave-%d]\n", n-1),
		"if: needs.gate.outputs.wave-1\n", "if: "+strings.ReplaceAll(condition, "wave-2", this)+"\n",
		"wave-1", this,
	).Replace(first)
}

func TestCopiesOfAWave(t *testing.T) {
	const first = "  wave-1:\n    needs: gate\n    if: needs.gate.outputs.wave-1\n    x: ${{ needs.gate.outputs.wave-1 }} needs: gate.\n\n"
	const third = "  wave-3:\n    needs: [gate, wave-2]\n    if: ${{ a && wave-3 }}\n    x: ${{ needs.gate.outputs.wave-3 }} needs: gate.\n\n"
	if got := wave(first, "${{ a && wave-2 }}", 3); got != third {
		t.Error(got)
	}
}
