// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// A key that opens what was encrypted to a recipient.
type key struct {
	recipient string
	identity  age.Identity
}

func keys(t *testing.T) map[string]key {
	t.Helper()
	native, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	// As https://www.rfc-editor.org/rfc/rfc8709#section-4 has it: the name and the key, each after its length.
	wire := append([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"), public...)
	identity, err := agessh.NewEd25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]key{
		"age": {native.Recipient().String(), native},
		"ssh": {"ssh-ed25519 " + base64.StdEncoding.EncodeToString(wire), identity},
	}
}

const two = `resource "terraform_data" "a" {}
resource "terraform_data" "b" {}
`

func TestAStateThatCannotBeStored(t *testing.T) {
	t.Parallel()
	keys := keys(t)
	const done = ": terraform_data.a terraform_data.b"
	tests := map[string]struct {
		files      string // beside a and b
		refuse     int    // so many writes fail
		recipients []string
		want       string
		hint       string
		kept       bool
	}{
		"is stored at the second try": {
			refuse: 1, recipients: []string{keys["age"].recipient},
			want: "applied same" + done,
		},
		"is stored, and what else failed stays": {
			files: `resource "terraform_data" "c" {
  depends_on = [terraform_data.a, terraform_data.b]
  provisioner "local-exec" { command = "exit 3" }
}
`,
			refuse: 1,
			want:   "failed same (error: 2 of 3 changes were carried out, then: local-exec provisioner error)" + done,
			hint:   "mend what the error names",
		},
		"is kept encrypted": {
			refuse: 100, recipients: []string{keys["age"].recipient, keys["ssh"].recipient}, kept: true,
			want: "failed same (error: 2 of 2 changes were carried out, then: the state could not be stored; it is kept, encrypted)" + done,
			hint: "age -d -i KEY",
		},
		"is lost when nobody may read it": {
			refuse: 100,
			want:   "failed same (error: 2 of 2 changes were carried out, then: the state could not be stored and is lost)" + done,
			hint:   "terraform_data.a, terraform_data.b: import these objects",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBackend(t)
			b := newBench(t, map[string]string{"app/main.tf": remote + two + tt.files}, nil)
			b.pauses = []time.Duration{time.Millisecond, time.Millisecond}
			j := b.reviewed(job(s.target()))
			j.Recipients, j.Keep = tt.recipients, filepath.Join(t.TempDir(), "reports")
			s.refuse = tt.refuse
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if f := rep.Failure; f != nil && !strings.Contains(f.Hint, tt.hint) {
				t.Errorf("hint %s", f.Hint)
			}
			entries, _ := os.ReadDir(j.Keep)
			if !tt.kept {
				if len(entries) != 0 || rep.Apply.State != "" {
					t.Errorf("kept %v", entries)
				}
				return
			}
			for name, key := range keys {
				s.refuse = 0
				state := decrypt(t, filepath.Join(j.Keep, rep.Apply.State), key)
				if got := resources(t, []byte(state)); len(got) != 2 {
					t.Errorf("%s opens %v", name, got)
				}
			}
		})
	}
}

func decrypt(t *testing.T, path string, key key) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := age.Decrypt(file, key.identity)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What the hint says works: the state that was kept, stored by hand, leaves nothing to do.
func TestAKeptStateCanBeStoredByHand(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + two}, nil)
	b.pauses = nil
	key := keys(t)["age"]
	j := b.reviewed(job(s.target()))
	j.Recipients, j.Keep = []string{key.recipient}, t.TempDir()
	s.refuse = 1
	rep := b.applies(j)
	if rep.Apply == nil || rep.Apply.State == "" {
		t.Fatal(outcome(rep))
	}
	b.rewrite(map[string]string{"app/errored.tfstate": decrypt(t, filepath.Join(j.Keep, rep.Apply.State), key)})
	if f := b.unpushed(j); !strings.Contains(f.Message, "an earlier apply left a state") {
		t.Errorf("%+v", f)
	}
	b.terraform("init", "-backend-config=address="+s.url)
	b.terraform("state", "push", "errored.tfstate")
	if err := os.Remove(filepath.Join(b.root, "app", "errored.tfstate")); err != nil {
		t.Fatal(err)
	}
	if got := outcome(b.applies(j)); got != "unchanged nothing" {
		t.Error(got)
	}
}

// unpushed applies beside a state that was left by an earlier apply, which is neither overwritten nor removed.
func (b *bench) unpushed(j Job) *report.Failure {
	b.t.Helper()
	before := read(b.t, filepath.Join(b.root, "app", "errored.tfstate"))
	rep, err := b.Apply(context.Background(), aws.ReadWrite{}, j)
	if err != nil || rep.Failure == nil || rep.Apply != nil {
		b.t.Fatalf("%v %+v", err, rep)
	}
	if read(b.t, filepath.Join(b.root, "app", "errored.tfstate")) != before {
		b.t.Error("it was overwritten")
	}
	return rep.Failure
}

func TestOnAPersonsOwnMachineTheStateStaysWhereTerraformPutIt(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + two}, func(o *Options) { o.Local = true })
	b.pauses = nil
	j := b.reviewed(job(s.target()))
	s.refuse = 1
	rep := b.applies(j)
	if f := rep.Failure; f == nil || !strings.Contains(f.Hint, "terraform state push errored.tfstate") {
		t.Fatal(outcome(rep))
	}
	if got := resources(t, []byte(read(t, filepath.Join(b.root, "app", "errored.tfstate")))); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestACancelledApplyThatCannotStoreItsStateKeepsIt(t *testing.T) {
	t.Parallel()
	s := newBackend(t)
	b := newBench(t, map[string]string{"app/main.tf": remote + stuck}, nil)
	key := keys(t)["age"]
	j := b.reviewed(job(s.target()))
	j.Recipients, j.Keep = []string{key.recipient}, t.TempDir()
	s.refuse = 100
	ctx, cancel := context.WithCancel(context.Background())
	go func() { await(t, filepath.Join(b.root, "stuck")); cancel() }()
	start := time.Now()
	rep, err := b.Apply(ctx, aws.ReadWrite{}, j)
	if !errors.Is(err, context.Canceled) || time.Since(start) > 60*time.Second {
		t.Error(err)
	}
	if rep.Apply == nil || rep.Apply.State == "" || !strings.Contains(rep.Failure.Hint, "age -d") {
		t.Fatalf("%s\n%+v", outcome(rep), rep.Failure)
	}
	if got := resources(t, []byte(decrypt(t, filepath.Join(j.Keep, rep.Apply.State), key))); len(got) != 2 {
		t.Errorf("%v", got)
	}
	b.clean()
}

func TestBadRecipientsStopTheApplyBeforeItBegins(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + two}, nil)
	j := b.reviewed(job(target()))
	j.Keep = t.TempDir()
	for _, bad := range []string{"", "age1nonsense", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQQ", "ssh-dss AAAAB3NzaC1kc3M=", "a\nb"} {
		j.Recipients = []string{bad}
		rep := b.applies(j)
		if f := rep.Failure; f == nil || f.Kind != report.Broken || !strings.Contains(f.Message, "nothing was applied") || !strings.Contains(f.Hint, "recovery") {
			t.Errorf("%q: %s", bad, outcome(rep))
		}
	}
	if len(b.state()) != 0 {
		t.Error("it was applied")
	}
}

// Terraform leaves such a state in the folder of the layer, which several environments may share.
func TestStatesOfOneFolderAreKeptApart(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": remote + `
variable "env" {}
resource "terraform_data" "a" { input = var.env }
`}, nil)
	b.pauses = nil
	key := keys(t)["age"]
	dir := t.TempDir()
	var group sync.WaitGroup
	for _, env := range []string{"dev", "test", "prod"} {
		s := newBackend(t)
		s.refuse = 1
		j := job(s.target())
		j.Target.Env, j.Inputs, j.Accept = env, map[string]string{"env": "of-" + env}, true
		j.Recipients, j.Keep = []string{key.recipient}, dir
		group.Go(func() {
			rep, err := b.Apply(context.Background(), aws.ReadWrite{}, j)
			if err != nil || rep.Apply == nil || rep.Apply.State == "" {
				t.Errorf("%v %s", err, outcome(rep))
				return
			}
			if state := decrypt(t, filepath.Join(dir, rep.Apply.State), key); !strings.Contains(state, "of-"+env) {
				t.Errorf("%s has another's state", env)
			}
		})
	}
	group.Wait()
	b.clean()
}
