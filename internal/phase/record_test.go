// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

func fingerprint(resources int) *report.Fingerprint {
	f := &report.Fingerprint{Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte{byte(resources)})), Resources: map[string]report.Print{}}
	for i := range resources {
		address := fmt.Sprintf("module.box[%d].terraform_data.this", i)
		f.Resources[address] = report.Print{Digest: fmt.Sprintf("%x", sha256.Sum256([]byte(address)))}
	}
	return f
}

func TestRecordSurvivesTheCheckText(t *testing.T) {
	want := &record{Head: "abc", Targets: map[string]entry{
		"05-compute/prod": {Status: report.Changed, Counts: report.Counts{Add: 2}, Fingerprint: fingerprint(3), Run: "https://github.example/runs/1"},
		"01-network/prod": {Status: report.Failed},
	}}
	text, err := want.attach("What the plan does.")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "What the plan does.") {
		t.Errorf("the text for people is gone: %.60q", text)
	}
	if diff := cmp.Diff(want, readRecord(text)); diff != "" {
		t.Error(diff)
	}
}

func TestRecordTooLargeKeepsTheDigests(t *testing.T) {
	want := fingerprint(20_000)
	r := &record{Head: "abc", Targets: map[string]entry{"a/b": {Status: report.Changed, Fingerprint: want}}}
	text, err := r.attach(strings.Repeat("x", maxCheckText))
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 65_535 {
		t.Errorf("text has %d bytes, GitHub takes 65,535", len(text))
	}
	got := readRecord(text)
	if got == nil {
		t.Fatal("the record is gone")
	}
	e := got.Targets["a/b"]
	if !e.Partial || e.Fingerprint.Digest != want.Digest || len(e.Fingerprint.Resources) != 0 {
		t.Errorf("partial %v, digest %s, %d resources", e.Partial, e.Fingerprint.Digest, len(e.Fingerprint.Resources))
	}
	if r.Targets["a/b"].Partial {
		t.Error("the original was changed")
	}
}

func TestRecordBrokenIsNone(t *testing.T) {
	good, err := (&record{Head: "abc"}).attach("")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no record":   "just text",
		"unfinished":  strings.TrimSuffix(good, recordClose),
		"not base64":  recordOpen + "%%%" + recordClose,
		"not gzip":    recordOpen + "aGVsbG8=" + recordClose,
		"cut in half": good[:len(good)/2] + recordClose,
	} {
		if r := readRecord(text); r != nil {
			t.Errorf("%s: read %+v", name, r)
		}
	}
}

func TestPullOf(t *testing.T) {
	for text, want := range map[string]int{externalID(12): 12, "": 0, "pull/": 0, "pull/-3": 0, "pull/x": 0, "12": 0, branchID("dev", 7): 7, branchID("pull", 7): 7, branchID("a/pull/3", 7): 7} {
		if got := pullOf(text); got != want {
			t.Errorf("pullOf(%q) = %d, want %d", text, got, want)
		}
	}
}

// A report is what a plan job left: no text of it may be so long that the check, and with it all that other targets
// left, cannot be written.
func TestRecordOfAHostileReportFits(t *testing.T) {
	noise := make([]byte, 1<<15)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise) // never fails
	long := hex.EncodeToString(noise)
	r := report.Report{Status: report.Changed, Fingerprint: &report.Fingerprint{
		Digest: "sha256:00", Resources: map[string]report.Print{long: {Digest: long, Unknown: []string{long}}}, Volatile: []string{long},
	}}
	for range 20 {
		r.Changes = append(r.Changes, report.Change{Address: long, Action: report.Delete})
	}
	rec := record{Head: "abc", Targets: map[string]entry{"01-network/dev": {Status: report.Unchanged}, "02-compute/dev": enter(&r, "")}}
	text, err := rec.attach("text")
	if err != nil {
		t.Fatal(err)
	}
	if got := readRecord(text); got.Targets["01-network/dev"].Status != report.Unchanged || got.Targets["02-compute/dev"].Fingerprint.Digest != "sha256:00" {
		t.Errorf("%+v", got)
	}
}

// What a plan job says ends in the same text as the record. It cannot stand for one, whether there is one or not.
func TestWhatAPlanSaysIsNoRecord(t *testing.T) {
	forged := record{Head: "abc", Targets: map[string]entry{"02-compute/prod": {Status: report.Changed, Fingerprint: &report.Fingerprint{Digest: "sha256:forged"}}}}
	said, err := forged.attach("Error: no")
	if err != nil {
		t.Fatal(err)
	}
	for name, own := range map[string]*record{"beside a record": {Head: "abc", Targets: map[string]entry{}}, "without one": nil} {
		text, err := own.attach(said)
		if err != nil {
			t.Fatal(err)
		}
		if r := readRecord(text); r != nil && len(r.Targets) > 0 {
			t.Errorf("%s: read %+v", name, r)
		}
	}
}
