// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/report"
)

const (
	trivyNone = `echo '{"SchemaVersion": 2}'`
	leakAt    = `echo '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"gitleaks"}},"results":[{"ruleId":"r","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"%"},"region":{"startLine":1}}}]}]}]}'; exit 3`
)

// Whatever a scanner does that is not what it should, it is said, and nothing that it may have found counts.
func TestAScannerThatGivesNothingReadableIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tool, script, message string }{
		"a gigabyte":             {"trivy", "exec head -c 1073741824 /dev/zero", "printed more than 64 MiB and was stopped"},
		"a gigabyte of errors":   {"trivy", "exec head -c 1073741824 /dev/zero >&2", "printed more than 64 MiB and was stopped"},
		"no JSON":                {"trivy", "echo nonsense", "not the JSON that it should be"},
		"half of it":             {"trivy", `echo '{"SchemaVersion": 2, "Results": ['`, "not the JSON that it should be"},
		"more after it":          {"trivy", trivyNone + "; echo '{}'", "goes on after its JSON"},
		"another schema":         {"trivy", `echo '{"SchemaVersion": 3}'`, "schema version 3, and 2 is read"},
		"nothing":                {"trivy", "true", "not the JSON that it should be"},
		"a value it lacks":       {"trivy", "echo 'panic: value is null' >&2; exit 2", "it crashed: it cannot do without a value that is null"},
		"a panic":                {"trivy", trivyNone + "; printf 'INFO x\\npanic: nil map\\ngoroutine 1' >&2; exit 2", "it crashed: panic: nil map"},
		"a failure":              {"trivy", "printf 'INFO x\\nFATAL no space left' >&2; exit 1", "it failed with exit code 1: FATAL no space left"},
		"a signal":               {"trivy", "kill -9 $$", "it failed with exit code -1"},
		"a file it left out":     {"trivy", trivyNone + `; echo 'ERROR Error parsing file file_path="app/x.tf" err="app/x.tf:2,10-3,1: Invalid expression"' >&2`, "it cannot read app/x.tf:2,10-3,1: Invalid expression"},
		"a place outside":        {"trivy", `echo '{"SchemaVersion":2,"Results":[{"Target":"../x.tf","Misconfigurations":[{"ID":"A","Status":"FAIL"}]}]}'`, `"../x.tf", which is outside`},
		"an absolute one":        {"trivy", `echo '{"SchemaVersion":2,"Results":[{"Target":"/etc/passwd","Misconfigurations":[{"ID":"A","Status":"FAIL"}]}]}'`, `"/etc/passwd", which is outside`},
		"one that is not there":  {"trivy", `echo '{"SchemaVersion":2,"Results":[{"Target":"app/y.tf","Misconfigurations":[{"ID":"A","Status":"FAIL"}]}]}'`, `"app/y.tf", which it was not to look at`},
		"a line that is none":    {"trivy", `echo '{"SchemaVersion":2,"Results":[{"Target":"app/main.tf","Misconfigurations":[{"ID":"A","Status":"FAIL","CauseMetadata":{"StartLine":-1}}]}]}'`, "it speaks of lines -1 to 0 of app/main.tf"},
		"no rule":                {"trivy", `echo '{"SchemaVersion":2,"Results":[{"Target":"app/main.tf","Misconfigurations":[{"Status":"FAIL"}]}]}'`, "by no rule"},
		"tfsec: a check block":   {"tfsec", `echo 'Error: scan failed: '"${6#/}"'/main.tf:4,1-6: Unsupported block type; Blocks of type "check" are not expected here.' >&2; exit 1`, "it cannot read app/main.tf:4,1-6: Unsupported block type"},
		"tfsec: no results":      {"tfsec", "echo '{}'", "has no results"},
		"checkov: a broken file": {"checkov", `echo '{"results":{"failed_checks":[],"skipped_checks":[],"parsing_errors":["/app/main.tf"]}}'`, "it cannot read app/main.tf"},
		"checkov: no results":    {"checkov", "echo '{}'", "has no results"},
		"checkov: nothing":       {"checkov", "true", "failed with exit code 0"},
		"checkov: a traceback":   {"checkov", "printf 'Traceback\\n  x\\nKeyError: 1' >&2; exit 2", "exit code 2: KeyError: 1"},
		"gitleaks: outside":      {"gitleaks", strings.Replace(leakAt, "%", "../../etc/passwd", 1), "is no file of the tree"},
		"gitleaks: not there":    {"gitleaks", strings.Replace(leakAt, "%", "etc/passwd", 1), "which it was not to look at"},
		"gitleaks: exit code 1":  {"gitleaks", "echo 'FTL bad config' >&2; exit 1", "exit code 1: FTL bad config"},
		"tflint: a broken file":  {"tflint", `echo '{"issues":[],"errors":[{"summary":"Invalid expression","message":"Expected x","range":{"filename":"app/main.tf","start":{"line":2}}}]}'; exit 1`, "it cannot read app/main.tf:2: Invalid expression; Expected x"},
		"tflint: a plugin":       {"tflint", `echo '{"issues":[],"errors":[{"message":"Failed to initialize plugins; Plugin \"aws\" not found"}]}'; exit 1`, `a plugin of .tflint.hcl is not here`},
		"tflint: no issues":      {"tflint", "echo '{}'", "has no issues"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, map[string]string{c.tool: "PATH=/usr/bin:/bin\n" + c.script})
			s := w.scan(jobOf(map[string]string{"app/main.tf": "x\n"}, c.tool))
			st := s.Tools[0]
			if st.State != report.Crashed || !strings.Contains(st.Message, c.message) || st.Hint == "" || len(s.Findings) > 0 {
				t.Errorf("%+v, %d findings", st, len(s.Findings))
			}
			if strings.Contains(st.Message, w.work[1:]) || strings.ContainsAny(st.Message, "\n\r") {
				t.Errorf("message: %q", st.Message)
			}
		})
	}
}

func TestAScannerThatHangsIsStoppedWithWhatItStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": "/bin/sleep 60 & /bin/sleep 60"}, func(o *Options) { o.Timeout = 200 * time.Millisecond })
	start := time.Now()
	st := w.scan(jobOf(map[string]string{"app/main.tf": "x"}, "trivy")).Tools[0]
	if st.State != report.Crashed || !strings.Contains(st.Message, "stopped after 200ms") || time.Since(start) > 10*time.Second {
		t.Errorf("%+v after %s", st, time.Since(start))
	}
}

func TestWhatAScannerLeavesRunningKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": "/bin/sleep 60 &\n" + trivyNone})
	start := time.Now()
	if st := w.scan(jobOf(map[string]string{"app/main.tf": "x"}, "trivy")).Tools[0]; st.State != report.Ran || time.Since(start) > 10*time.Second {
		t.Errorf("%+v after %s", st, time.Since(start))
	}
}

func TestACancelledScanIsAnError(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"while it looks":               `[ "$1" = --version ] && { echo ` + Pinned("trivy") + "; exit; }\nexec /bin/sleep 60",
		"while it tells its version":   "exec /bin/sleep 60",
		"while it starts other things": "/bin/sleep 60 & /bin/sleep 60",
	} {
		w := newWorld(t, nil)
		w.script("trivy", script)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(200*time.Millisecond, cancel)
		start := time.Now()
		s, err := w.Scan(ctx, jobOf(map[string]string{"app/main.tf": "x"}, "trivy"))
		if !errors.Is(err, context.Canceled) || s == nil || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v, %v after %s", name, err, s, time.Since(start))
		}
	}
}

// One scanner that fails takes nothing from the others, and the tools are told in the order of the configuration.
func TestOthersGoOnWhereOneFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{"trivy": "exit 1", "gitleaks": strings.Replace(leakAt, "%", "app/main.tf", 1)})
	s := w.scan(jobOf(map[string]string{"app/main.tf": "x\n"}, "tfsec", "gitleaks", "trivy"))
	var states []string
	for _, st := range s.Tools {
		states = append(states, st.Tool+" "+string(st.State))
	}
	if got := strings.Join(states, ", "); got != "tfsec missing, gitleaks ran, trivy failed" {
		t.Error(got)
	}
	if got := told(s); got != "existing gitleaks:r app/main.tf:1 high\n" {
		t.Error(got)
	}
}
