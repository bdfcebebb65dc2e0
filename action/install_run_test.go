// SPDX-License-Identifier: Apache-2.0

package action

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCommandsOfTheAction(t *testing.T) {
	tests := []struct {
		name   string
		inputs map[string]string
		want   []string // with $TEMP for the runner's folder
	}{
		{"gate", map[string]string{"INPUT_COMMAND": "gate"},
			[]string{"-C", ".", "gate"}},
		{"gate in a folder", map[string]string{"INPUT_COMMAND": "gate", "INPUT_WORKING_DIRECTORY": "infra"},
			[]string{"-C", "infra", "gate"}},
		{"plan of a ticket", map[string]string{"INPUT_COMMAND": "plan", "INPUT_TICKET": "{}", "INPUT_TARGET": "a/dev\nb/dev"},
			[]string{"-C", ".", "plan", "--ticket", "-", "--target", "a/dev\nb/dev", "--out", "$TEMP/out"}},
		{"plan of all of a ticket", map[string]string{"INPUT_COMMAND": "plan", "INPUT_TICKET": "{}", "INPUT_TARGET": ""},
			[]string{"-C", ".", "plan", "--ticket", "-", "--out", "$TEMP/out"}},
		{"drift", map[string]string{"INPUT_COMMAND": "drift", "INPUT_TICKET": "{}", "INPUT_TARGET": "a/dev", "INPUT_BUDGET": "45m", "INPUT_LOCK_TIMEOUT": "5m"},
			[]string{"-C", ".", "drift", "--ticket", "-", "--target", "a/dev", "--out", "$TEMP/out", "--lock-timeout", "5m", "--budget", "45m"}},
		{"scan", map[string]string{"INPUT_COMMAND": "scan", "INPUT_TICKET": "{}", "INPUT_TARGET": "a/dev", "INPUT_BUDGET": "45m"},
			[]string{"-C", ".", "scan", "--ticket", "-", "--target", "a/dev", "--out", "$TEMP/out"}},
		{"apply", map[string]string{"INPUT_COMMAND": "apply", "INPUT_TICKET": "{}", "INPUT_TARGET": "a/dev", "INPUT_ARTIFACTS": "before"},
			[]string{"-C", ".", "apply", "--ticket", "-", "--target", "a/dev", "--out", "$TEMP/out", "--artifacts", "before"}},
		{"report", map[string]string{"INPUT_COMMAND": "report", "INPUT_TICKET": "{}", "INPUT_ARTIFACTS": "all", "INPUT_TARGET": "a/dev"},
			[]string{"-C", ".", "report", "--ticket", "-", "--artifacts", "all", "--html", "$TEMP/out/report.html"}},
		{"plan of words", map[string]string{"INPUT_COMMAND": "plan", "INPUT_TARGET": " compute  prod\n--destroy * "},
			[]string{"-C", ".", "plan", "--format=markdown", "--", "compute", "prod", "--destroy", "*"}},
		{"plan of no words", map[string]string{"INPUT_COMMAND": "plan", "INPUT_LOCK_TIMEOUT": "5m"},
			[]string{"-C", ".", "plan", "--format=markdown", "--lock-timeout", "5m", "--"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := released(t)
			if got := s.run("run.sh", tt.inputs); got.code != 0 {
				t.Fatalf("exit %d\n%s", got.code, got.stderr)
			}
			got := s.arguments()
			for i := range got {
				got[i] = strings.Replace(got[i], filepath.Join(s.temp, "layerbot"), "$TEMP", 1)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	unknown := []string{"it is one of gate, plan, scan, apply, drift and report"}
	lost := []string{"was given no ticket", "ticket: ${{ needs.gate.outputs.ticket }}"}
	tests := []struct {
		command, ticket string
		says            []string
	}{
		{"", "", unknown},
		{"", "{}", unknown},
		{"doctor", "", unknown},
		{"gate:x", "", unknown},
		{"plan:ticket", "", unknown},
		{"--help", "{}", unknown},
		{"$(touch stolen)", "", unknown},
		{"plan\n::set-env name=PATH::/", "", append(unknown, "%0A::set-env")},
		{"100%0A", "", append(unknown, "100%250A")},
		{"scan", "", lost},
		{"apply", "", lost},
		{"drift", "", lost},
		{"report", "", lost},
	}
	for _, tt := range tests {
		t.Run(tt.command, func(t *testing.T) {
			t.Parallel()
			s := released(t)
			got := s.run("run.sh", map[string]string{"INPUT_COMMAND": tt.command, "INPUT_TICKET": tt.ticket})
			if got.code != 1 || s.arguments() != nil {
				t.Errorf("exit %d, ran %q", got.code, s.arguments())
			}
			wants(t, got.stderr, append(tt.says, "::error::")...)
			if strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("more than one line:\n%s", got.stderr)
			}
			if out := read(t, s.outputs); strings.Count(out, "\n") != 2 || !strings.HasPrefix(out, "exitcode=1\nfailure-reason=the ") {
				t.Errorf("outputs:\n%s", out)
			}
			if left, err := os.ReadDir(s.workDir); err != nil || len(left) > 0 {
				t.Errorf("left in the checkout: %v, %v", left, err)
			}
		})
	}
}

// Linux gives no program an argument or a variable of more than 128 KiB, MAX_ARG_STRLEN in execve(2).
func TestLongTicketIsPutTogether(t *testing.T) {
	s := released(t)
	inputs := map[string]string{"INPUT_COMMAND": "plan"}
	var want strings.Builder
	for i, name := range []string{"INPUT_TICKET", "INPUT_TICKET2", "INPUT_TICKET3", "INPUT_TICKET4"} {
		inputs[name] = strings.Repeat(string(rune('a'+i)), 119_990) + `%s\n $(x)`
		want.WriteString(inputs[name])
	}
	if got := s.run("run.sh", inputs); got.code != 0 {
		t.Fatal(got.stderr)
	}
	if s.input() != want.String() {
		t.Error("the ticket is not its parts, one after the other")
	}
	work := filepath.Join(s.temp, "layerbot")
	if _, err := os.Stat(filepath.Join(work, "ticket")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the ticket is left behind: %v", err)
	}
	for path, mode := range map[string]os.FileMode{work: 0o700, filepath.Join(work, "out"): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestBotIsGivenNoInputAndNoEmptyVariable(t *testing.T) {
	s := released(t)
	given := map[string]string{
		"LAYERBOT_APP_ID": "7", "LAYERBOT_APP_PRIVATE_KEY": "-----BEGIN\nkey\n-----END\n", "LAYERBOT_TOOLS": "/opt/tools",
		"LAYERBOT_ENV": "A=1\nINPUT_B=2\nLAYERBOT_C=\n", "AWS_REGION": "", "MY_INPUT_X": "x",
	}
	more := map[string]string{
		"INPUT_COMMAND": "gate", "INPUT_TICKET2": "part", "INPUT_APP-PRIVATE-KEY": "key", "INPUT_EMPTY": "",
		"LAYERBOT_TOKEN": "", "LAYERBOT_INSTALLATION_ID": "", "LAYERBOT_OF-ANOTHER": "",
	}
	maps.Copy(more, given)
	if got := s.run("run.sh", more); got.code != 0 {
		t.Fatal(got.stderr)
	}
	env := s.environment()
	for name, value := range given {
		if got, ok := env[name]; !ok || got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	for name := range env {
		if _, ok := given[name]; !ok && (strings.HasPrefix(name, "INPUT_") || strings.HasPrefix(name, "LAYERBOT_")) {
			t.Errorf("%s is there", name)
		}
	}
}

func TestHostileInputsArriveAsData(t *testing.T) {
	for _, hostile := range []string{
		"$(touch stolen)", "`touch stolen`", "; touch stolen", "a\ntouch stolen", "--out=stolen", "-C", `"; touch stolen; "`, "* ?", "a b", "${PATH}", `\`,
	} {
		t.Run(hostile, func(t *testing.T) {
			t.Parallel()
			s := released(t)
			got := s.run("run.sh", map[string]string{
				"INPUT_COMMAND": "apply", "INPUT_TICKET": hostile, "INPUT_TARGET": hostile, "INPUT_ARTIFACTS": hostile,
				"INPUT_WORKING_DIRECTORY": hostile, "LAYERBOT_CONFIG": hostile, "LAYERBOT_ENV": hostile,
			})
			if got.code != 0 {
				t.Fatal(got.stderr)
			}
			work := filepath.Join(s.temp, "layerbot")
			want := []string{"-C", hostile, "apply", "--ticket", "-", "--target", hostile, "--out", work + "/out", "--artifacts", hostile}
			if got := s.arguments(); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if env := s.environment(); env["LAYERBOT_CONFIG"] != hostile || env["LAYERBOT_ENV"] != hostile {
				t.Errorf("the environment has %q and %q", env["LAYERBOT_CONFIG"], env["LAYERBOT_ENV"])
			}
			if s.input() != hostile {
				t.Error("the ticket is another")
			}
			if left, err := os.ReadDir(s.workDir); err != nil || len(left) > 0 {
				t.Errorf("left in the checkout: %v, %v", left, err)
			}
		})
	}
}

func TestPlanOfWordsStandsInTheSummary(t *testing.T) {
	s := released(t)
	s.put(s.summary, "before\n", 0o644)
	s.run("run.sh", map[string]string{"INPUT_COMMAND": "plan", "INPUT_TARGET": "dev"})
	if got := read(t, s.summary); got != "before\nsaid by the bot\n" {
		t.Errorf("the summary is %q", got)
	}
}

func TestStepEndsAsTheBotEnds(t *testing.T) {
	s := released(t)
	s.env["RECORD_EXIT"] = "3"
	if got := s.run("run.sh", map[string]string{"INPUT_COMMAND": "gate"}); got.code != 3 || got.stdout != "said by the bot\n" {
		t.Errorf("exit %d, said %q", got.code, got.stdout)
	}
}

func TestTicketThatCannotBeWrittenIsNotLeftOut(t *testing.T) {
	s := released(t)
	if err := os.MkdirAll(filepath.Join(s.temp, "layerbot", "ticket"), 0o755); err != nil {
		t.Fatal(err)
	}
	got := s.run("run.sh", map[string]string{"INPUT_COMMAND": "report", "INPUT_TICKET": "{}"})
	if got.code == 0 || s.arguments() != nil {
		t.Errorf("exit %d, ran %q", got.code, s.arguments())
	}
}
