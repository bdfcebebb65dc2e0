// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary stands in for the bot when it is called by one of these names.
const (
	teller  = "bot-that-tells" // prints what it was given and hands on a ticket: of a push, for two waves of applies
	sleeper = "bot-that-hangs" // starts a child and waits forever
)

func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case teller:
		tellAll()
	case sleeper:
		_, err := os.StartProcess("/bin/sleep", []string{"sleep", "600"}, &os.ProcAttr{Env: []string{}})
		fmt.Println(err)
		select {}
	default:
		os.Exit(m.Run())
	}
}

func tellAll() {
	for _, kv := range os.Environ() {
		fmt.Println("env", strings.SplitN(kv, "=", 2)[0])
	}
	fmt.Println("args", os.Args[1:])
	if os.Args[1] == "apply" {
		flag := func(name string) string { return os.Args[slices.Index(os.Args, name)+1] }
		report := filepath.Join(flag("--out"), flat(flag("--target")))
		if err := errors.Join(os.MkdirAll(filepath.Dir(report), 0o700), os.WriteFile(report, nil, 0o600)); err != nil {
			panic(err)
		}
		before, _ := filepath.Glob(filepath.Join(flag("--artifacts"), "*", "*"))
		fmt.Println("before", len(before))
	}
	config, err := os.ReadFile(".git/config")
	fmt.Printf("config %v %s\n", err, config)
	if os.Args[1] == "gate" {
		head, _ := os.ReadFile(".git/HEAD")
		outputs := fmt.Sprintf("ticket<<END\n{\"head\": %q}\nEND\n", strings.TrimSpace(string(head)))
		targets := `{"include": [{"target": "a/dev", "artifact": "a"}, {"target": "b/dev", "artifact": "b"}]}`
		if os.Getenv("GITHUB_EVENT_NAME") == "push" {
			outputs += "work=apply\nwaves=2\nwave-1=" + targets + "\nwave-2={\"include\": [{\"target\": \"c/dev\", \"artifact\": \"c\"}]}\n"
		} else {
			outputs += "work=plan\nmatrix=" + targets + "\n"
		}
		if err := os.WriteFile(os.Getenv("GITHUB_OUTPUT"), []byte(outputs), 0o600); err != nil {
			panic(err)
		}
	}
}

// impostor returns the path of the test binary under another name.
func impostor(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// perform runs the workflow of one event with the bot that tells.
func perform(t *testing.T, event string) *run {
	t.Helper()
	s, err := setUp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.hub.Close()
	m, err := newMeter(t.Context(), s.hub.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	line := newTimeline(&bytes.Buffer{}, false)
	a := &actions{stage: s, bot: impostor(t, teller), line: line, meter: m}
	sha, err := s.tip(t.Context(), s.repo, "main")
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.workflow(t.Context(), webhook{Name: event, Payload: []byte("{}"), Checkout: sha}, line)
	if err != nil {
		t.Fatal(err)
	}
	if left := leftovers(s.dir); len(left) > 0 {
		t.Errorf("left running: %v", left)
	}
	return r
}

func TestEachJobHasItsOwnEnvironmentAndACloneWithoutCredentials(t *testing.T) {
	t.Parallel()
	all := []string{
		"GITHUB_ACTIONS", "GITHUB_API_URL", "GITHUB_OUTPUT", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SERVER_URL", "GITHUB_STEP_SUMMARY",
		"HOME", "PATH", "TMPDIR",
	}
	app := []string{"LAYERBOT_APP_ID", "LAYERBOT_APP_PRIVATE_KEY", "LAYERBOT_INSTALLATION_ID"}
	for _, event := range []string{"pull_request", "push"} {
		r := perform(t, event)
		for _, j := range r.jobs() {
			want := slices.Clone(all)
			switch j {
			case r.Gate:
				want = slices.Concat(all, app, []string{"GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"})
			case r.Report:
				want = slices.Concat(all, app)
			}
			var got []string
			for line := range strings.Lines(j.Output) {
				if name, ok := strings.CutPrefix(strings.TrimSpace(line), "env "); ok {
					got = append(got, name)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("on %s, %s has the environment\n%v, not\n%v", event, j.Name, got, want)
			}
			if !strings.Contains(j.Output, "config <nil>") || strings.Contains(strings.ToLower(j.Output), "authorization") {
				t.Errorf("on %s, %s has a git configuration with a credential, or none:\n%s", event, j.Name, j.Output)
			}
		}
	}
}

func TestTheWavesOfAnApplyAreRunInOrderAndSeeTheReportsOfEarlierOnes(t *testing.T) {
	t.Parallel()
	r := perform(t, "push")
	var names []string
	for _, j := range r.jobs() {
		names = append(names, j.Name)
	}
	if want := []string{"gate", "a/dev", "b/dev", "c/dev", "report"}; !slices.Equal(names, want) {
		t.Fatalf("run are %v, not %v", names, want)
	}
	last := r.Waves[1][0]
	for _, j := range r.Waves[0] {
		if !strings.Contains(j.Output, "args [apply --ticket") {
			t.Errorf("%s is not applied:\n%s", j.Name, j.Output)
		}
		if last.Began < j.Began+j.Took {
			t.Errorf("%s began before %s was over", last.Name, j.Name)
		}
	}
	if !strings.Contains(last.Output, "before 2\n") {
		t.Errorf("%s does not see two reports:\n%s", last.Name, last.Output)
	}
}

func TestAnInterruptedDemoLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	tmp := t.TempDir()
	var out lockedBuffer
	ended := make(chan error, 1)
	bot := impostor(t, sleeper)
	go func() {
		ended <- demo(ctx, options{Bot: bot, Once: true, Out: t.TempDir(), Addr: "127.0.0.1:0", Temp: tmp}, story(), &out)
	}()
	children := func() bool { return strings.Contains(strings.Join(leftovers(tmp), "\n"), "sleep 600") }
	for began := time.Now(); !children(); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("the bot was never started:\n%s", out.String())
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("an interrupted demo ended well")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the demo did not end")
	}
	if left := leftovers(tmp); len(left) > 0 {
		t.Errorf("left running: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "layerbot-demo-*")); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
}

func TestADemoWithAnotherOutcomeFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := demo(t.Context(), options{Bot: impostor(t, teller), Once: true, Out: t.TempDir(), Addr: "127.0.0.1:0"}, story()[:1], &out)
	if err == nil || !strings.Contains(out.String(), "✗ run are [[a/dev b/dev]], not [[02-data/dev 03-compute/dev]]") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestWithoutTerraformTheDemoSaysWhatToInstall(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(git, filepath.Join(bin, "git")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	var out bytes.Buffer
	err = demo(t.Context(), options{Bot: "bot", Once: true, Out: t.TempDir(), Addr: "127.0.0.1:0"}, story(), &out)
	if err == nil || !strings.Contains(err.Error(), "install it (https://developer.hashicorp.com/terraform/install)") {
		t.Errorf("%v", err)
	}
}

func TestReadOutputs(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want map[string]string // nil is an error
	}{
		"nothing":                         {"", map[string]string{}},
		"a line":                          {"a=b=c\n", map[string]string{"a": "b=c"}},
		"lines up to the delimiter":       {"a<<X\n1\n\n2\nX\nb=3\n", map[string]string{"a": "1\n\n2", "b": "3"}},
		"a value that looks like another": {"a<<X\nb=1\nX\n", map[string]string{"a": "b=1"}},
		"an arrow in a value":             {"a=1<<2\n", map[string]string{"a": "1<<2"}},
		"no delimiter":                    {"a<<X\n1\n", nil},
		"no name":                         {"hello\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readOutputs(c.file)
			if (err != nil) != (c.want == nil) {
				t.Fatalf("error %v", err)
			}
			if len(got) != len(c.want) {
				t.Errorf("%q, not %q", got, c.want)
			}
			for name, value := range c.want {
				if got[name] != value {
					t.Errorf("%s is %q, not %q", name, got[name], value)
				}
			}
		})
	}
}

// lockedBuffer is a buffer that two goroutines may use.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestMaskedValuesAreNotShown(t *testing.T) {
	got := masked("before s3cret%\n::add-mask::s3cret%25\nafter s3cret%!\n::warning::x\n::add-mask::\n")
	if want := "before ***\nafter ***!\n::warning::x\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
