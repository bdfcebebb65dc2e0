// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

const heldLock = "5aeaef6c-8705-4a27-3e71-9147b6a4aa84"

// unlocks runs Unlock and returns its sound report.
func (b *bench) unlocks(job Job) *report.Report {
	b.t.Helper()
	return b.sound(b.Unlock(context.Background(), aws.ReadWrite{}, job))
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	const other = "11111111-2222-3333-4444-555555555555"
	tests := map[string]struct {
		held, asked string
		want        string // status, or kind of failure
		lock        string // id that is reported
		after       string // held afterwards
		hint        string // part of it
	}{
		"nobody holds it":                   {"", "", "unchanged", "", "", ""},
		"somebody holds it":                 {heldLock, "", "locked", heldLock, heldLock, "`/unlock app prod --lock-id " + heldLock + "`"},
		"it is released":                    {heldLock, heldLock, "unchanged", "", "", ""},
		"it was released before":            {"", heldLock, "unchanged", "", "", ""},
		"another lock is left alone":        {other, heldLock, "locked", other, other, "`/unlock app prod --lock-id " + other + "`"},
		"a flag is no id":                   {heldLock, "-force", "error", "", heldLock, "letters, digits and hyphens"},
		"a command is no id":                {heldLock, "$(id)", "error", "", heldLock, "letters"},
		"an endless id is no id":            {heldLock, strings.Repeat("a", 129), "error", "", heldLock, "letters"},
		"a held id that is none is not run": {"-force", "", "locked", "-force", "-force", "force-unlock"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBackend(t)
			if tt.held != "" {
				s.seize(tt.held)
			}
			b := newBench(t, map[string]string{"app/main.tf": remote + trivial + `variable "needed" {}`}, nil)
			j := job(s.target())
			j.Head, j.LockID = "c0ffee", tt.asked
			rep := b.unlocks(j)
			got := string(rep.Status)
			if f := rep.Failure; f != nil {
				got = string(f.Kind)
				if !strings.Contains(f.Hint, tt.hint) {
					t.Errorf("hint %s", f.Hint)
				}
				if f.Lock != nil && f.Lock.ID != tt.lock {
					t.Errorf("lock %+v", f.Lock)
				}
			}
			if got != tt.want || s.held() != tt.after {
				t.Errorf("%s, held by %q\n%+v", got, s.held(), rep.Failure)
			}
			if s.writes > 0 {
				t.Error("the state was written")
			}
		})
	}
}

func TestUnlockSaysWhoHoldsALocalState(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, nil)
	hold(t, b)
	rep := b.unlocks(job(target()))
	if f := rep.Failure; f == nil || f.Kind != report.Locked || len(f.Lock.ID) != 36 || f.Lock.Operation != "OperationTypeApply" || f.Lock.Who == "" {
		t.Errorf("%+v", rep.Failure)
	}
}

func TestHeldLocksAsBackendsTellThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		detail string
		want   report.Lock
	}{
		"S3, DynamoDB, GCS, local": {
			"Error message: operation error S3: PutObject, 412\nLock Info:\n  ID:        a1\n  Path:      b/k\n  Operation: OperationTypeApply\n  Who:       me@here\n  Version:   1.11.4\n  Created:   2026-11-22 13:44:52.25 +0000 UTC\n  Info:      \n",
			report.Lock{ID: "a1", Who: "me@here", Operation: "OperationTypeApply", Created: "2026-11-22 13:44:52.25 +0000 UTC", Path: "b/k"},
		},
		"http describes the lock that it did not get": {
			"Error message: HTTP remote state already locked: ID=a1\nLock Info:\n  ID:        b2\n  Who:       us@here\n",
			report.Lock{ID: "a1"},
		},
		"http without a description": {
			"Error message: HTTP remote state already locked, failed to unmarshal body\nLock Info:\n  ID:        b2\n",
			report.Lock{},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, *readLockInfo(tt.detail)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A backend that admits nobody is not locked.
func TestALockThatMayNotBeTakenIsNotHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, `[ "$1" = init ] && exit
echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":"operation error S3: PutObject, StatusCode: 403, AccessDenied Lock Info: ID: a1"}}'; exit 1`))
	if f := b.bad(job(target())); f.Kind != report.Broken || f.Lock != nil || !strings.Contains(f.Hint, "tflock") {
		t.Errorf("%+v", f)
	}
}

// once writes down that it ran, and ends when a file called go appears.
const once = `resource "terraform_data" "a" {
  provisioner "local-exec" { command = "echo . >> ../ran; while [ ! -e ../go ]; do sleep 0.1; done" }
}
`

// contended returns, by the kind of backend, a checkout with one target whose plan is reviewed. The local one has a state
// already: Terraform makes the file to lock it and removes it when it is still empty, and whoever waits for that very
// file holds a lock on nothing.
// https://github.com/hashicorp/terraform/blob/v1.11.4/internal/states/statemgr/filesystem.go (Lock, Unlock)
func contended() map[string]func(*testing.T) (*bench, Job) {
	on := func(files map[string]string, tg func(*testing.T) layer.Target) func(*testing.T) (*bench, Job) {
		return func(t *testing.T) (*bench, Job) {
			b := newBench(t, files, nil)
			return b, b.reviewed(job(tg(t)))
		}
	}
	const empty = `{"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "6a2f0c3e-0000-4000-8000-000000000001", "outputs": {}, "resources": []}`
	return map[string]func(*testing.T) (*bench, Job){
		"local": on(map[string]string{"app/main.tf": local + once, "app/terraform.tfstate": empty}, func(*testing.T) layer.Target { return target() }),
		"http":  on(map[string]string{"app/main.tf": remote + once}, func(t *testing.T) layer.Target { return newBackend(t).target() }),
	}
}

// applyOn applies j in the checkout of b by a Runner of its own, as another job would.
func (b *bench) applyOn(t *testing.T, wait time.Duration, j Job) *report.Report {
	other := newBench(t, nil, func(o *Options) { o.Root, o.LockTimeout = b.root, wait })
	return other.applies(j)
}

func TestOfTwoAppliesAtOnceOneApplies(t *testing.T) {
	t.Parallel()
	for kind, prepare := range contended() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b, j := prepare(t)
			b.rewrite(map[string]string{"go": ""})
			reports := [2]*report.Report{}
			var group sync.WaitGroup
			for i := range reports {
				group.Go(func() { reports[i] = b.applyOn(t, time.Minute, j) })
			}
			group.Wait()
			outcomes := []string{outcome(reports[0]), outcome(reports[1])}
			slices.Sort(outcomes)
			if ran := read(t, filepath.Join(b.root, "ran")); outcomes[0] != "applied same: terraform_data.a" || ran != ".\n" {
				t.Errorf("%q, %q", outcomes, ran)
			}
			// Terraform does not wait for a local state that is locked and not yet described.
			if other := outcomes[1]; other != "unchanged nothing" && (kind != "local" || !strings.HasPrefix(other, "failed (locked")) {
				t.Error(other)
			}
		})
	}
}

func TestTheSecondOfTwoAppliesSaysWhoIsAtIt(t *testing.T) {
	t.Parallel()
	for kind, prepare := range contended() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b, j := prepare(t)
			var first *report.Report
			var group sync.WaitGroup
			group.Go(func() { first = b.applyOn(t, time.Second, j) })
			await(t, filepath.Join(b.root, "ran"))
			second := b.applyOn(t, time.Millisecond, j)
			b.rewrite(map[string]string{"go": ""})
			group.Wait()
			if f := second.Failure; f == nil || f.Kind != report.Locked || len(f.Lock.ID) != 36 || kind == "local" && f.Lock.Who == "" {
				t.Errorf("%+v", f)
			}
			if ran := read(t, filepath.Join(b.root, "ran")); outcome(first) != "applied same: terraform_data.a" || ran != ".\n" {
				t.Errorf("%s, %q", outcome(first), ran)
			}
		})
	}
}
