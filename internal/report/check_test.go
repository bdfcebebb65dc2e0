// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stopped, applied and halfway are reports of the apply phase that use every field.
func stopped() *Report {
	r := full()
	r.Status, r.Verdict = Stopped, Different
	r.Failure = &Failure{Kind: Stale, Message: "m", Hint: "h"}
	r.Differences = []Difference{{Why: "terraform 1.11.4 → 1.12.0"}, {Address: "a.b[0]", Was: Update, Now: Replace, Why: "w"}}
	return r
}

func applied() *Report {
	r := full()
	r.Status, r.Verdict = Applied, Refined
	r.Apply = &Apply{Done: []string{"a.b[0]", "a.c"}, Outputs: []Output{
		{Name: "o", Value: json.RawMessage(`{"a":[1,"é<"]}`)}, {Name: "secret", Sensitive: true}, {Name: "large"},
	}}
	return r
}

func halfway() *Report {
	r := full()
	r.Status, r.Verdict, r.Failure = Failed, Same, &Failure{Kind: Broken, Message: "m"}
	r.Apply = &Apply{Done: []string{}, State: StateFileName(r.Target)}
	return r
}

func TestReportsOfAnApplyAreRead(t *testing.T) {
	plain := full()
	plain.Status, plain.Changes, plain.Outputs, plain.Fingerprint = Unchanged, nil, nil, nil
	unlisted := halfway()
	unlisted.Changes = nil
	for name, r := range map[string]*Report{"failed before it was listed": unlisted, "stopped": stopped(), "applied": applied(), "failed half way": halfway(), "a lock was released": plain} {
		data, err := encode(r, MaxBytes)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(data, r.Target)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReportsOfAnApplyAreRefused(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for name, tt := range map[string]struct {
		report  func() *Report
		change  func(*Report)
		message string
	}{
		"stopped without a reason":       {stopped, func(r *Report) { r.Failure = nil }, "status and failure"},
		"stopped without a fingerprint":  {stopped, func(r *Report) { r.Fingerprint = nil }, "status and fingerprint"},
		"stopped, yet applied":           {stopped, func(r *Report) { r.Apply = &Apply{} }, "status and apply"},
		"applied with a failure":         {applied, func(r *Report) { r.Failure = &Failure{} }, "status and failure"},
		"applied without a fingerprint":  {applied, func(r *Report) { r.Fingerprint = nil }, "status and fingerprint"},
		"applied, yet nothing":           {applied, func(r *Report) { r.Apply = nil }, "status and apply"},
		"changed, yet applied":           {full, func(r *Report) { r.Apply = &Apply{} }, "status and apply"},
		"changed with a failure":         {full, func(r *Report) { r.Failure = &Failure{} }, "status and failure"},
		"unchanged, yet applied":         {full, func(r *Report) { r.Status, r.Changes, r.Outputs, r.Apply = Unchanged, nil, nil, &Apply{} }, "status and apply"},
		"failed without a reason":        {halfway, func(r *Report) { r.Failure = nil }, "status and failure"},
		"the state of another":           {halfway, func(r *Report) { r.Apply.State = StateFileName(target("dev")) }, "another file"},
		"a state elsewhere":              {halfway, func(r *Report) { r.Apply.State = "../" + r.Apply.State }, "another file"},
		"a long address":                 {halfway, func(r *Report) { r.Apply.Done = []string{long} }, "too long"},
		"a secret output":                {applied, func(r *Report) { r.Apply.Outputs[0].Sensitive = true }, "sensitive value is shown at output o"},
		"a large output":                 {applied, func(r *Report) { r.Apply.Outputs[0].Value = json.RawMessage(`"` + strings.Repeat("x", 16<<10) + `"`) }, "too long"},
		"a long name of an output":       {applied, func(r *Report) { r.Apply.Outputs[0].Name = long }, "too long"},
		"another verdict":                {applied, func(r *Report) { r.Verdict = "fine" }, `unknown verdict "fine"`},
		"differences of the same":        {stopped, func(r *Report) { r.Verdict = Same }, "verdict and differences"},
		"differences of no comparison":   {stopped, func(r *Report) { r.Verdict = "" }, "verdict and differences"},
		"a difference by another action": {stopped, func(r *Report) { r.Differences[1].Was = "nuke" }, `unknown action "nuke"`},
		"a difference to another action": {stopped, func(r *Report) { r.Differences[1].Now = "nuke" }, `unknown action`},
		"a long address of a difference": {stopped, func(r *Report) { r.Differences[1].Address = long }, "too long"},
		"a long story of a difference":   {stopped, func(r *Report) { r.Differences[1].Why = long }, "too long"},
		"a grant that is not shown":      {full, func(r *Report) { r.Fingerprint.Resources["a.x"] = Print{Action: Delete} }, "not shown at a.x"},
		"a grant of an output not shown": {full, func(r *Report) { r.Fingerprint.Resources["output.x"] = Print{Action: Create} }, "not shown at output.x"},
		"a grant of another action":      {stopped, func(r *Report) { r.Fingerprint.Resources["a.c"] = Print{Action: Delete} }, "not shown at a.c"},
		"a grant of a value shown known": {full, func(r *Report) { r.Fingerprint.Resources["a.b[0]"] = Print{Action: Replace, Unknown: []string{"a"}} }, "not shown at a.b[0]"},
		"a grant of any value":           {full, func(r *Report) { r.Fingerprint.Resources["a.b[0]"] = Print{Action: Replace, Unknown: []string{""}} }, "not shown at a.b[0]"},
		"a grant of any output": {full, func(r *Report) {
			r.Fingerprint.Resources["output.o"] = Print{Action: Create, Unknown: []string{"value"}}
		}, "not shown at output.o"},
		"a decision of another kind":      {full, func(r *Report) { r.Policy.Decisions[0].Kind = "allow" }, `unknown kind of decision "allow"`},
		"a decision of another severity":  {full, func(r *Report) { r.Policy.Decisions[0].Severity = "dire" }, `unknown severity "dire"`},
		"a decision on a file elsewhere":  {full, func(r *Report) { r.Policy.Decisions[0].File = "../f.tf" }, "about no place"},
		"a decision on no line":           {full, func(r *Report) { r.Policy.Decisions[0].Line = -1 }, "about no place"},
		"a long decision":                 {full, func(r *Report) { r.Policy.Decisions[0].Message = long }, "a decision is too long"},
		"a heap of decisions":             {full, func(r *Report) { r.Policy.Decisions = make([]Decision, 1001) }, "too many decisions"},
		"decisions of nobody":             {full, func(r *Report) { r.Policy.Failure = "x" }, "yet they decided"},
		"a decision on all the world":     {full, func(r *Report) { r.Policy.Decisions[0].Targets = []string{long} }, "too many targets"},
		"fewer decisions than none":       {full, func(r *Report) { r.Policy.Omitted = -1 }, "is negative"},
		"a grant by a digest that is not": {full, func(r *Report) { r.Fingerprint.Resources["a.c"] = Print{Action: NoOp, Digest: long} }, "no digest"},
	} {
		r := tt.report()
		tt.change(r)
		if r.Fingerprint != nil {
			r.Fingerprint.Digest = r.Fingerprint.digest()
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data, r.Target); err == nil || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What Add makes of a plan is shown by the changes that go with it: outputs have shorter paths, two addresses that
// redaction made one are told apart, what is too large is left out.
func TestAGrantIsShown(t *testing.T) {
	r := full()
	r.Outputs = append(r.Outputs,
		Change{Address: "whole", Action: Update, Attrs: []Attr{{Path: "", Unknown: true}}},
		Change{Address: "parts", Action: Update, Attrs: []Attr{{Path: "[0]", Unknown: true}, {Path: "a.b", Unknown: true}}})
	r.Changes = append(r.Changes,
		Change{Address: `x["***"]`, Action: Create, Attrs: []Attr{{Path: `t["***"]`, Unknown: true}, {Path: `t["***"]`}}},
		Change{Address: `x["***"]`, Action: Delete},
		Change{Address: "large", Action: Create})
	for address, p := range map[string]Print{
		"output.whole": {Action: Update, Unknown: []string{"value"}}, "output.parts": {Action: Update, Unknown: []string{"value.a.b", "value[0]"}},
		`x["***"]`: {Action: Create, Unknown: []string{`t["***"]`}}, `x["***"]'`: {Action: Delete}, "large": {Action: Create, Unknown: []string{"arn"}},
	} {
		r.Fingerprint.Resources[address] = p
	}
	r.Omitted, r.Fingerprint.Digest = 1, r.Fingerprint.digest()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(data, r.Target); err != nil {
		t.Error(err)
	}
}

func TestALargeReportLosesItsLargestOutputs(t *testing.T) {
	r := applied()
	large, _ := json.Marshal(strings.Repeat("v", 10_000))
	for range 10 {
		r.Apply.Outputs = append(r.Apply.Outputs, Output{Name: "x", Value: large})
	}
	data, err := encode(r, 50_000)
	if err != nil || len(data) > 50_000 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	got, err := Parse(data, r.Target)
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for i, o := range got.Apply.Outputs {
		if o.Value != nil {
			left++
		}
		if r.Apply.Outputs[i].Name != o.Name {
			t.Errorf("%d: %s", i, o.Name)
		}
	}
	if left != 5 || got.Apply.Outputs[0].Value == nil || r.Apply.Outputs[12].Value == nil {
		t.Errorf("%d outputs are left", left)
	}
}

func FuzzParse(f *testing.F) {
	sound, err := json.Marshal(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound)
	for _, r := range []*Report{stopped(), applied(), halfway()} {
		seed, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte(`{"version":1,"target":{"layer":"05-compute","env":"prod","dir":"infra/05-compute"},"status":"failed","failure":{"kind":"error","message":""}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data, target("prod"))
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if _, err := Parse(again, target("prod")); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, again)
		}
	})
}
