// SPDX-License-Identifier: Apache-2.0

package secret_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/secret"
)

// canary stands in values; no error, argument or environment may hold it.
const canary = "hunter2-canary"

// A learner records what it is told.
type learner struct{ values []string }

func (l *learner) learn(value string) { l.values = append(l.values, value) }

func TestValuesComeFromEverySource(t *testing.T) {
	checkout, elsewhere := t.TempDir(), t.TempDir()
	file := filepath.Join(elsewhere, "license")
	write(t, file, "from a file\nof two lines\r\n")
	o := newOp(t, act{Stdout: "from op\n"})
	var told learner
	k := secret.Keeper{
		Environ: map[string]string{"ACR_USERNAME": "ci", "PIN": "12", "PATH": o.dir + ":" + os.Getenv("PATH")},
		Dir:     checkout,
		AWS: func(_ context.Context, id string) (string, error) {
			if id != "prod/db#password" {
				t.Errorf("AWS is asked for %q", id)
			}
			return "from aws", nil
		},
		Learn: told.learn,
	}
	got, err := k.Values(t.Context(), secret.Supply{
		Secrets: []secret.Source{
			{Name: "acr_username", Env: "ACR_USERNAME"}, {Name: "pin", Env: "PIN"}, {Name: "license", File: file},
			{Name: "acr_password", OnePassword: "op://infra/azurecr/password"}, {Name: "db", AWS: "prod/db#password"},
		},
		Variables: []secret.Variable{{Name: "words", Command: `printf '%s,' a "b c" d\ e`}, {Name: "fallback", Command: "false", Default: "0.0.0"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"acr_username": "ci", "pin": "12", "license": "from a file\nof two lines", "acr_password": "from op\n", "db": "from aws",
		"words": "a,b c,d e,", "fallback": "0.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	slices.Sort(told.values)
	if want := []string{"12", "ci", "from a file\nof two lines", "from aws", "from op\n"}; !slices.Equal(told.values, want) {
		t.Errorf("learnt %q, want %q", told.values, want)
	}
}

func TestNothingIsSupplied(t *testing.T) {
	got, err := secret.Keeper{}.Values(t.Context(), secret.Supply{})
	if err != nil || got == nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if !(secret.Supply{}).Zero() || (secret.Supply{Variables: []secret.Variable{{}}}).Zero() {
		t.Error("Zero")
	}
}

func TestEachSourceIsReadOnce(t *testing.T) {
	o := newOp(t, act{Stdout: "value"})
	checkout := t.TempDir()
	var asked atomic.Int32
	k := secret.Keeper{
		Environ: map[string]string{"PATH": o.dir + ":" + os.Getenv("PATH")}, Dir: checkout,
		AWS: func(context.Context, string) (string, error) { asked.Add(1); return "value", nil },
	}
	var s secret.Supply
	for i := range 20 {
		s.Secrets = append(s.Secrets,
			secret.Source{Name: fmt.Sprint("op", i), OnePassword: "op://a/b/c"},
			secret.Source{Name: fmt.Sprint("aws", i), AWS: "x"})
		s.Variables = append(s.Variables, secret.Variable{Name: fmt.Sprint("cmd", i), Command: "sh -c 'echo line >>calls; echo value'"})
	}
	got, err := k.Values(t.Context(), s)
	if err != nil || len(got) != 60 {
		t.Fatalf("%d values, %v", len(got), err)
	}
	for name, value := range got {
		if value != "value" {
			t.Errorf("%s = %q", name, value)
		}
	}
	lines, _ := os.ReadFile(filepath.Join(checkout, "calls"))
	if len(o.calls(t)) != 1 || asked.Load() != 1 || string(lines) != "line\n" {
		t.Errorf("op %d, AWS %d, command %q", len(o.calls(t)), asked.Load(), lines)
	}
}

func TestIndependentSourcesAreReadTogether(t *testing.T) {
	var together sync.WaitGroup
	together.Add(4)
	k := secret.Keeper{AWS: func(context.Context, string) (string, error) {
		together.Done()
		together.Wait() // for ever, one after the other
		return "value", nil
	}}
	var s secret.Supply
	for i := range 4 {
		s.Secrets = append(s.Secrets, secret.Source{Name: fmt.Sprint(i), AWS: fmt.Sprint(i)})
	}
	if _, err := k.Values(t.Context(), s); err != nil {
		t.Error(err)
	}
}

func TestAllProblemsAreToldInTheOrderOfTheNames(t *testing.T) {
	var told learner
	k := secret.Keeper{Environ: map[string]string{"GOOD": canary}, Dir: t.TempDir(), Learn: told.learn}
	s := secret.Supply{Secrets: []secret.Source{{Name: "z", Env: "NO_Z"}, {Name: "m", Env: "GOOD"}, {Name: "a", Env: "NO_A"}, {Name: "k", Env: "NO_A"}}}
	for range 20 {
		_, err := k.Values(t.Context(), s)
		const want = `no value for the variable "a" from the environment variable NO_A: it is not set
no value for the variable "k" from the environment variable NO_A: it is not set
no value for the variable "z" from the environment variable NO_Z: it is not set`
		if err == nil || err.Error() != want {
			t.Fatalf("%v", err)
		}
		var first *secret.Error
		if !errors.As(err, &first) || first.Variable != "a" || !strings.Contains(first.Hint(), "`NO_A=…`") {
			t.Fatalf("first: %+v", first)
		}
	}
	if told.values[0] != canary {
		t.Error("what could be read was not learnt")
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	checkout := filepath.Join(dir, "repo")
	write(t, filepath.Join(checkout, "inside"), canary)
	write(t, filepath.Join(dir, "repository"), "a neighbour whose name begins alike")
	write(t, filepath.Join(dir, "large"), strings.Repeat(canary, 10000))
	write(t, filepath.Join(dir, "just"), strings.Repeat("x", 64<<10)+"\r\n")
	write(t, filepath.Join(dir, "over"), strings.Repeat("x", 64<<10+1)+"\r\n")
	write(t, filepath.Join(dir, "after"), strings.Repeat("x", 64<<10)+"\r\nx")
	write(t, filepath.Join(dir, "empty"), "\n")
	write(t, filepath.Join(dir, "binary"), canary+"\xff")
	write(t, filepath.Join(dir, "nul"), canary+"\x00")
	for from, to := range map[string]string{"in": "repo/inside", "out": "repository", "into": "repo", "nowhere": "x"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "repository"), filepath.Join(checkout, "link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(name string) secret.Source { return secret.Source{File: dir + "/" + name} }
	k := secret.Keeper{
		Environ: map[string]string{"EMPTY": "", "BINARY": canary + "\xff"}, Dir: filepath.Join(dir, "into"),
		AWS: func(_ context.Context, id string) (string, error) {
			if id == "nothing" {
				return "", nil
			}
			return canary, refusedError{}
		},
	}
	for name, c := range map[string]struct {
		from         secret.Source
		want, advice string
	}{
		"unset variable":       {secret.Source{Env: "NONE"}, "the environment variable NONE: it is not set", "TERRAFORM_ENV of both GitHub environments"},
		"empty variable":       {secret.Source{Env: "EMPTY"}, "it is empty", "secrets.EMPTY"},
		"binary variable":      {secret.Source{Env: "BINARY"}, "it is not text", "base64"},
		"no such file":         {file("none"), "the file " + dir + "/none: it cannot be read: no such file", "RUNNER_TEMP"},
		"a broken link":        {file("nowhere"), "no such file", "RUNNER_TEMP"},
		"a folder":             {secret.Source{File: "/usr"}, "no regular file", "RUNNER_TEMP"},
		"a device":             {secret.Source{File: "/dev/zero"}, "no regular file", "RUNNER_TEMP"},
		"a pipe":               {file("pipe"), "no regular file", "RUNNER_TEMP"},
		"a descriptor":         {secret.Source{File: "/dev/stdin/x"}, "cannot be read", "RUNNER_TEMP"},
		"a file of a file":     {file("empty/x"), "not a directory", "RUNNER_TEMP"},
		"a relative path":      {secret.Source{File: "inside"}, "no absolute path", "RUNNER_TEMP"},
		"a path with dots":     {file("repo/../repository"), "no absolute path", "RUNNER_TEMP"},
		"in the checkout":      {file("repo/inside"), "a pull request could replace it", "RUNNER_TEMP"},
		"link into it":         {file("in"), "a pull request could replace it", "RUNNER_TEMP"},
		"link to the whole":    {file("into/inside"), "a pull request could replace it", "RUNNER_TEMP"},
		"link out of it":       {file("repo/link"), "a pull request could replace it", "RUNNER_TEMP"},
		"the checkout":         {file("repo"), "a pull request could replace it", "RUNNER_TEMP"},
		"an empty file":        {file("empty"), "it is empty", "give it a value"},
		"a large file":         {file("large"), "larger than 64 KiB", "read large ones itself"},
		"a byte too many":      {file("over"), "larger than 64 KiB", "read large ones itself"},
		"as large as may be":   {file("just"), "", ""},
		"a byte after the end": {file("after"), "larger than 64 KiB", "read large ones itself"},
		"a file that is none":  {file("binary"), "it is not text", "base64"},
		"a NUL":                {file("nul"), "it is not text", "base64"},
		"a neighbour":          {file("repository"), "", ""},
		"a link to it":         {file("out"), "", ""},
		"refused by AWS":       {secret.Source{AWS: "x"}, "the AWS secret x: denied", "ask for it"},
		"nothing from AWS":     {secret.Source{AWS: "nothing"}, "it is empty", "give it a value"},
		"no source":            {secret.Source{}, "names no source", "onepassword"},
		"no reference":         {secret.Source{OnePassword: "--help"}, "no secret reference", "op://"},
		"no 1Password on PATH": {secret.Source{OnePassword: "op://a/b/c"}, "no program op", "install"},
	} {
		t.Run(name, func(t *testing.T) {
			c.from.Name = "x"
			got, err := k.Values(t.Context(), secret.Supply{Secrets: []secret.Source{c.from}})
			if c.want == "" {
				if err != nil || got["x"] == "" {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			refusal(t, got, err, c.want, c.advice)
		})
	}
	t.Run("AWS without credentials", func(t *testing.T) {
		got, err := secret.Keeper{}.Values(t.Context(), secret.Supply{Secrets: []secret.Source{{Name: "x", AWS: "y"}}})
		refusal(t, got, err, "no AWS credentials", "`aws` block")
	})
	t.Run("a value twice", func(t *testing.T) {
		s := secret.Supply{Secrets: []secret.Source{{Name: "x", Env: "HOME"}}, Variables: []secret.Variable{{Name: "x", Command: "false"}}}
		got, err := k.Values(t.Context(), s)
		refusal(t, got, err, "a value from elsewhere already", "one")
	})
	t.Run("in the working directory, without a checkout", func(t *testing.T) {
		t.Chdir(checkout)
		got, err := secret.Keeper{}.Values(t.Context(), secret.Supply{Secrets: []secret.Source{{Name: "x", File: "/proc/self/cwd/inside"}}})
		refusal(t, got, err, "a pull request could replace it", "RUNNER_TEMP")
	})
	t.Run("checkout that is gone", func(t *testing.T) {
		gone := secret.Keeper{Dir: filepath.Join(dir, "gone")}
		got, err := gone.Values(t.Context(), secret.Supply{Secrets: []secret.Source{{Name: "x", File: dir + "/repository"}}})
		refusal(t, got, err, "cannot be read", "")
	})
}

type refusedError struct{}

func (refusedError) Error() string { return "denied" }
func (refusedError) Hint() string  { return "ask for it" }

// refusal checks that err is one *Error about the variable x, and gives nothing away.
func refusal(t *testing.T, got map[string]string, err error, want, advice string) {
	t.Helper()
	refused, ok := err.(*secret.Error) //nolint:errorlint // no wrapping is promised
	if !ok || got != nil {
		t.Fatalf("%v, %v; want an *Error", got, err)
	}
	if refused.Variable != "x" || !strings.Contains(err.Error(), want) || !strings.Contains(refused.Hint(), advice) || refused.Hint() == "" {
		t.Errorf("%v\nhint: %s", err, refused.Hint())
	}
	if all := fmt.Sprintf("%v %+v %#v %s", err, err, err, refused.Hint()); strings.Contains(all, canary) {
		t.Errorf("tells too much: %s", all)
	}
}

func TestValuesEndsWithItsContext(t *testing.T) {
	o := newOp(t, act{Sleep: true})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	k := secret.Keeper{Environ: map[string]string{"PATH": o.dir + ":" + os.Getenv("PATH")}, Dir: t.TempDir()}
	_, err := k.Values(ctx, secret.Supply{
		Secrets:   []secret.Source{{Name: "x", OnePassword: "op://a/b/c"}},
		Variables: []secret.Variable{{Name: "y", Command: "sleep 300"}},
	})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestTheSupplyIsOnlyRead(t *testing.T) {
	s := secret.Supply{Secrets: []secret.Source{{Name: "x", Env: "X"}}, Variables: []secret.Variable{{Name: "y", Command: "false", Default: "1"}}}
	env := map[string]string{"X": "value", "PATH": "/usr/bin:/bin"}
	before := maps.Clone(env)
	if _, err := (secret.Keeper{Environ: env, Dir: t.TempDir()}).Values(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if s.Secrets[0].Name != "x" || s.Variables[0].Name != "y" || !maps.Equal(env, before) {
		t.Errorf("%+v %v", s, env)
	}
}
