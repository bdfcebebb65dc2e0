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

// Two applies of one target at once, each by a Runner of its own, as two jobs would.
func TestOfTwoAppliesAtOnceOneApplies(t *testing.T) {
	t.Parallel()
	slow := `resource "terraform_data" "a" {
  provisioner "local-exec" { command = "echo . >> ../ran; sleep 2" }
}
`
	tests := map[string]struct {
		wait time.Duration
		want []string // the other's outcome is one of these
	}{
		// Terraform does not wait for a local state that is locked but not yet described.
		"the other waits":         {time.Minute, []string{"unchanged", "locked"}},
		"the other says who does": {time.Millisecond, []string{"locked"}},
	}
	for name, tt := range tests {
		for _, kind := range []string{"local", "http"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				tg, block := target(), local
				if kind == "http" {
					tg, block = newBackend(t).target(), remote
				}
				first := newBench(t, map[string]string{"app/main.tf": block + slow}, func(o *Options) { o.LockTimeout = tt.wait })
				j := first.reviewed(job(tg))
				reports := [2]*report.Report{}
				var group sync.WaitGroup
				for i := range reports {
					group.Go(func() { reports[i] = applyOn(t, first.root, tt.wait, j) })
				}
				group.Wait()
				want := tt.want[:1]
				if kind == "local" {
					want = tt.want
				}
				applied := 0
				for _, r := range reports {
					got := string(r.Status)
					if r.Failure != nil {
						got = string(r.Failure.Kind)
					}
					if r.Status == report.Applied {
						applied++
					} else if !slices.Contains(want, got) {
						t.Errorf("the other: %s", outcome(r))
					}
				}
				if ran := read(t, filepath.Join(first.root, "ran")); applied != 1 || ran != ".\n" {
					t.Errorf("%d applied; %q", applied, ran)
				}
			})
		}
	}
}

// applyOn applies j in the checkout root by a Runner of its own.
func applyOn(t *testing.T, root string, wait time.Duration, j Job) *report.Report {
	b := newBench(t, nil, func(o *Options) { o.Root, o.LockTimeout = root, wait })
	rep, err := b.Apply(context.Background(), aws.ReadWrite{}, j)
	if err != nil {
		t.Error(err)
	}
	return rep
}
