// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"net/http"
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

// quick has a Runner wait for no lock.
func quick(o *Options) { o.LockTimeout = time.Millisecond }

func TestS3AHeldLockIsReportedWithWhoHoldsIt(t *testing.T) {
	t.Parallel()
	want := &report.Lock{
		ID: heldLock, Who: "runner@gone", Operation: "OperationTypeApply", Created: "2026-11-22 13:44:52.25 +0000 UTC", Path: s3Bucket + "/" + s3State,
	}
	for verb, run := range map[string]func(*s3Bench, Job) *report.Report{
		"plan": (*s3Bench).plans, "apply": (*s3Bench).applies, "unlock": (*s3Bench).unlocks,
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			b := newS3(t, two, quick)
			j := b.reviewed()
			b.seize(heldLock)
			written := b.writes()
			f := run(b, j).Failure
			if f == nil || f.Kind != report.Locked || !strings.Contains(f.Hint, "`/unlock app prod --lock-id "+heldLock+"`") ||
				!strings.HasPrefix(f.Message, "the state is locked by runner@gone since 2026-11-22 13:44:52.25 +0000 UTC (OperationTypeApply)") {
				t.Fatalf("%+v", f)
			}
			if diff := cmp.Diff(want, f.Lock); diff != "" {
				t.Error(diff)
			}
			if b.held() != heldLock || slices.ContainsFunc(written(), func(w string) bool { return w != "PUT "+s3Lock }) {
				t.Errorf("held by %q after %q", b.held(), written())
			}
		})
	}
}

func TestS3Unlock(t *testing.T) {
	t.Parallel()
	const other = "11111111-2222-3333-4444-555555555555"
	for name, tt := range map[string]struct {
		held, asked string
		want        string // status, or kind of failure
		after       string // held afterwards
	}{
		"nobody holds it":            {"", "", "unchanged", ""},
		"it is released":             {heldLock, heldLock, "unchanged", ""},
		"it was released before":     {"", heldLock, "unchanged", ""},
		"another lock is left alone": {other, heldLock, "locked", other},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newS3(t, trivial+`variable "needed" {}`, nil)
			if tt.held != "" {
				b.seize(tt.held)
			}
			j := b.job()
			j.LockID = tt.asked
			rep := b.unlocks(j)
			got := string(rep.Status)
			if rep.Failure != nil {
				got = string(rep.Failure.Kind)
			}
			if got != tt.want || b.held() != tt.after {
				t.Errorf("%s, held by %q\n%+v", got, b.held(), rep.Failure)
			}
			if _, ok, _ := b.s3.Get(s3Bucket, s3State); ok {
				t.Error("a state was written")
			}
		})
	}
}

func TestS3AKilledApplyKeepsTheLockUntilSomebodyReleasesIt(t *testing.T) {
	t.Parallel()
	option, log := spied(t, quick)
	b := newS3(t, stuck, option)
	j := b.reviewed()
	go func() { await(t, filepath.Join(b.root, "stuck")); kill(t, log) }()
	killed := b.applies(j)
	b.rewrite(map[string]string{"go": ""}) // for what Terraform had started
	if f := killed.Failure; f == nil || f.Kind != report.Interrupted {
		t.Errorf("%s", outcome(killed))
	}
	held := b.held()
	if held == "" {
		t.Fatal("the lock was released")
	}
	locked := b.applies(j)
	if f := locked.Failure; f == nil || f.Kind != report.Locked || f.Lock.ID != held || f.Lock.Operation != "OperationTypeApply" || b.held() != held {
		t.Fatalf("held by %q: %+v", b.held(), locked.Failure)
	}
	j.LockID = held
	if rep := b.unlocks(j); rep.Status != report.Unchanged || b.held() != "" {
		t.Errorf("%+v", rep.Failure)
	}
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b terraform_data.c" {
		t.Error(got)
	}
}

func TestS3AnInterruptedApplySavesItsStateAndReleasesTheLock(t *testing.T) {
	t.Parallel()
	b := newS3(t, stuck, nil)
	j := b.reviewed()
	ctx, cancel := context.WithCancel(context.Background())
	go func() { await(t, filepath.Join(b.root, "stuck")); cancel() }()
	rep, err := b.Apply(ctx, aws.AmbientReadWrite(b.creds), j)
	if !errors.Is(err, context.Canceled) || rep.Failure == nil || rep.Failure.Kind != report.Interrupted {
		t.Errorf("%v %s", err, outcome(rep))
	}
	if diff := cmp.Diff(map[string]bool{"terraform_data.a": false, "terraform_data.b": true}, b.stored()); diff != "" {
		t.Error(diff)
	}
	if b.held() != "" {
		t.Error("the lock is held")
	}
}

func TestS3OfTwoAppliesAtOnceOneApplies(t *testing.T) {
	t.Parallel()
	b := newS3(t, once, nil)
	j := b.reviewed()
	b.rewrite(map[string]string{"go": ""})
	outcomes := make([]string, 2)
	var group sync.WaitGroup
	for i := range outcomes {
		group.Go(func() { outcomes[i] = outcome(b.another(t, time.Minute).applies(j)) })
	}
	group.Wait()
	slices.Sort(outcomes)
	if diff := cmp.Diff([]string{"applied same: terraform_data.a", "unchanged nothing"}, outcomes); diff != "" {
		t.Error(diff)
	}
	if ran := read(t, filepath.Join(b.root, "ran")); ran != ".\n" {
		t.Errorf("it ran %q", ran)
	}
}

func TestS3TheSecondOfTwoAppliesSaysWhoIsAtIt(t *testing.T) {
	t.Parallel()
	b := newS3(t, once, nil)
	j := b.reviewed()
	var first *report.Report
	var group sync.WaitGroup
	group.Go(func() { first = b.another(t, time.Second).applies(j) })
	await(t, filepath.Join(b.root, "ran"))
	second := b.another(t, time.Millisecond).applies(j)
	held := b.held()
	b.rewrite(map[string]string{"go": ""})
	group.Wait()
	if f := second.Failure; f == nil || f.Kind != report.Locked || held == "" || f.Lock.ID != held || f.Lock.Operation != "OperationTypeApply" {
		t.Errorf("held by %q: %+v", held, f)
	}
	if outcome(first) != "applied same: terraform_data.a" || b.held() != "" {
		t.Errorf("%s, then held by %q", outcome(first), b.held())
	}
}

// Somebody holds the lock when it is asked for, and lets go of it a moment later.
func TestS3ALockThatIsReleasedMeanwhileIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, nil)
	j := b.reviewed()
	b.seize(heldLock)
	b.s3.Refuse(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && b.held() == heldLock {
			time.AfterFunc(50*time.Millisecond, func() {
				if err := b.s3.Delete(s3Bucket, s3Lock); err != nil {
					t.Error(err)
				}
			})
		}
		return false
	})
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b" {
		t.Error(got)
	}
}

// The lock is gone when Terraform looks who holds it, and gives up at once: the apply waits all the same.
func TestS3ALockThatNobodyHoldsAnyMoreIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, nil)
	j := b.reviewed()
	b.s3.Refuse(deny(http.MethodPut, s3Lock, 3, http.StatusPreconditionFailed, "PreconditionFailed"))
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b" {
		t.Error(got)
	}
}

// For so long as it may, that is; then there is nobody to name.
func TestS3ALockThatNobodyEverHoldsStopsTheApply(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, quick)
	j := b.reviewed()
	b.s3.Refuse(deny(http.MethodPut, s3Lock, 1, http.StatusPreconditionFailed, "PreconditionFailed"))
	f := b.applies(j).Failure
	if f == nil || f.Kind != report.Locked || f.Lock.ID != "" || !strings.Contains(f.Hint, "apply again with `/apply app prod`") {
		t.Errorf("%+v", f)
	}
	if len(b.stored()) != 0 {
		t.Error("it was applied")
	}
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b" {
		t.Error(got)
	}
}

// Between plan and apply somebody else takes the lock: what was planned is not applied over it.
func TestS3ALockTakenBetweenPlanAndApplyStopsTheApply(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, quick)
	j := b.reviewed()
	b.s3.Refuse(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete {
			return false
		}
		b.seize(heldLock) // in place of the plan's own
		w.WriteHeader(http.StatusNoContent)
		return true
	})
	rep := b.applies(j)
	if f := rep.Failure; f == nil || f.Kind != report.Locked || f.Lock.ID != heldLock || rep.Apply != nil {
		t.Errorf("%s\n%+v", outcome(rep), f)
	}
	if len(b.stored()) != 0 || b.held() != heldLock {
		t.Errorf("stored %v, held by %q", b.stored(), b.held())
	}
}
