// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// entry is one call of Add.
type entry struct {
	address string
	change  Change
	leaves  []Leaf
}

func tool() Tool {
	return Tool{Name: "terraform", Version: "1.11.4", Providers: map[string]string{"r/h/aws": "5.100.0", "r/h/null": "3.2.4"}}
}

// sample is a plan with one of everything.
func sample() []entry {
	secret := known("password", `"old-secret"`, `"new-secret"`)
	secret.Sensitive = true
	forcing := known("name", `"a"`, `"b"`)
	forcing.Forces = true
	return []entry{
		{"aws_vpc.a", Change{Action: Create}, []Leaf{known("cidr", "", `"10.0.0.0/8"`), known("tags.x", "", `"1"`), {Path: "id", Unknown: true}, {Path: "arn", Unknown: true}}},
		{"aws_db.a", Change{Action: Update}, []Leaf{secret, known("id", `"db-1"`, `"db-1"`), known("port", "1", "2")}},
		{"aws_db.b", Change{Action: Replace, CreateFirst: true}, []Leaf{forcing, {Path: "id", Before: []byte(`"db-2"`), Unknown: true}}},
		{"aws_x.new", Change{Action: NoOp, MovedFrom: "aws_x.old"}, nil},
		{"aws_x.in", Change{Action: NoOp, Imported: true, ImportID: "i-1"}, nil},
		{"aws_x.gone", Change{Action: Forget}, []Leaf{known("id", `"x"`, "")}},
		{"aws_x.later", Change{Action: Create, Deferred: "provider_config_unknown"}, nil},
		{"output.o", Change{Action: Update}, []Leaf{known("value", `"a"`, `"b"`)}},
		{"aws_x.redacted", Change{Action: Update}, []Leaf{known(`tags["***"]`, "1", "2"), known(`tags["***"]`, "1", "3"), known(`tags["***"]`, "0", "9")}},
	}
}

func fingerprint(key string, tool Tool, entries []entry, time string) *Fingerprint {
	f := NewFingerprinter([]byte(key), tool)
	for _, e := range entries {
		f.Add(e.address, e.change, e.leaves)
	}
	return f.Sum(time)
}

func TestSamePlanSameFingerprint(t *testing.T) {
	want := fingerprint("key", tool(), sample(), "")
	for seed := range int64(50) {
		random := rand.New(rand.NewSource(seed))
		entries := sample()
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		for _, e := range entries {
			random.Shuffle(len(e.leaves), func(i, j int) { e.leaves[i], e.leaves[j] = e.leaves[j], e.leaves[i] })
		}
		got := fingerprint("key", tool(), entries, "")
		if got.Digest != want.Digest || !maps.EqualFunc(got.Resources, want.Resources, func(a, b Print) bool {
			return a.Digest == b.Digest && slices.Equal(a.Unknown, b.Unknown)
		}) {
			t.Fatalf("seed %d: %+v, want %+v", seed, got, want)
		}
	}
}

// Each mutation must change the digest, and no two may come to the same one.
func TestEveryMutationChangesTheFingerprint(t *testing.T) {
	mutations := map[string]func(*Tool, []entry) []entry{
		"a value after":  func(_ *Tool, e []entry) []entry { e[0].leaves[0].After = []byte(`"10.0.0.0/9"`); return e },
		"a value before": func(_ *Tool, e []entry) []entry { e[1].leaves[2].Before = []byte("3"); return e },
		"before and after swapped": func(_ *Tool, e []entry) []entry {
			l := &e[1].leaves[2]
			l.Before, l.After = l.After, l.Before
			return e
		},
		"a value removed":  func(_ *Tool, e []entry) []entry { e[0].leaves[1].After = nil; return e },
		"an empty value":   func(_ *Tool, e []entry) []entry { e[0].leaves[1].After = []byte(`""`); return e },
		"number to string": func(_ *Tool, e []entry) []entry { e[1].leaves[2].After = []byte(`"2"`); return e },
		"a path":           func(_ *Tool, e []entry) []entry { e[0].leaves[1].Path = "tags.y"; return e },
		"a leaf less":      func(_ *Tool, e []entry) []entry { e[0].leaves = e[0].leaves[1:]; return e },
		"a leaf more": func(_ *Tool, e []entry) []entry {
			e[2].leaves = append(e[2].leaves, Leaf{Path: "z", After: []byte("1")})
			return e
		},
		"unknown became known": func(_ *Tool, e []entry) []entry {
			e[0].leaves[2] = Leaf{Path: "id", After: []byte(`"vpc-1"`)}
			return e
		},
		"known became unknown":        func(_ *Tool, e []entry) []entry { e[0].leaves[0].Unknown = true; return e },
		"sensitive before":            func(_ *Tool, e []entry) []entry { e[1].leaves[0].Before = []byte(`"other"`); return e },
		"sensitive after":             func(_ *Tool, e []entry) []entry { e[1].leaves[0].After = []byte(`"other"`); return e },
		"what is unknown was another": func(_ *Tool, e []entry) []entry { e[2].leaves[1].Before = []byte(`"db-3"`); return e },
		"what is unknown was nothing": func(_ *Tool, e []entry) []entry { e[2].leaves[1].Before = nil; return e },
		"an unknown path":             func(_ *Tool, e []entry) []entry { e[0].leaves[2].Path = "ids"; return e },
		"an unknown path less":        func(_ *Tool, e []entry) []entry { e[0].leaves = e[0].leaves[:3]; return e },
		"no longer sensitive":         func(_ *Tool, e []entry) []entry { e[1].leaves[0].Sensitive = false; return e },
		"no longer forcing":           func(_ *Tool, e []entry) []entry { e[2].leaves[0].Forces = false; return e },
		"an action":                   func(_ *Tool, e []entry) []entry { e[1].change.Action = Replace; return e },
		"the order of a replace":      func(_ *Tool, e []entry) []entry { e[2].change.CreateFirst = false; return e },
		"another object":              func(_ *Tool, e []entry) []entry { e[1].leaves[1].Before = []byte(`"db-2"`); return e },
		"moved from elsewhere":        func(_ *Tool, e []entry) []entry { e[3].change.MovedFrom = "aws_x.other"; return e },
		"not moved":                   func(_ *Tool, e []entry) []entry { e[3].change.MovedFrom = ""; return e },
		"another import":              func(_ *Tool, e []entry) []entry { e[4].change.ImportID = "i-2"; return e },
		"not imported":                func(_ *Tool, e []entry) []entry { e[4].change.Imported = false; return e },
		"destroyed, not forgotten":    func(_ *Tool, e []entry) []entry { e[5].change.Action = Delete; return e },
		"no longer deferred":          func(_ *Tool, e []entry) []entry { e[6].change.Deferred = ""; return e },
		"an output":                   func(_ *Tool, e []entry) []entry { e[7].leaves[0].After = []byte(`"c"`); return e },
		"an address":                  func(_ *Tool, e []entry) []entry { e[0].address = "aws_vpc.b"; return e },
		"a resource less":             func(_ *Tool, e []entry) []entry { return e[1:] },
		"no resource at all":          func(*Tool, []entry) []entry { return nil },
		"version":                     func(t *Tool, e []entry) []entry { t.Version = "1.11.5"; return e },
		"program":                     func(t *Tool, e []entry) []entry { t.Name = "tofu"; return e },
		"provider version":            func(t *Tool, e []entry) []entry { t.Providers["r/h/aws"] = "5.100.1"; return e },
		"a provider less":             func(t *Tool, e []entry) []entry { delete(t.Providers, "r/h/null"); return e },
	}
	seen := map[string]string{fingerprint("key", tool(), sample(), "").Digest: "nothing"}
	for name, mutate := range mutations {
		tl := tool()
		got := fingerprint("key", tl, mutate(&tl, sample()), "")
		if name == "version" || name == "program" {
			got = fingerprint("key", tl, sample(), "")
		}
		if other, ok := seen[got.Digest]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[got.Digest] = name
	}
}

func TestSensitiveValuesAreComparedAndNowhereReadable(t *testing.T) {
	one := fingerprint("key", tool(), sample(), "")
	text, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") {
		t.Errorf("%s", text)
	}
	if other := fingerprint("another key", tool(), sample(), ""); other.Resources["aws_db.a"].Digest == one.Resources["aws_db.a"].Digest {
		t.Error("the digest of a sensitive value does not depend on the key: it could be guessed")
	} else if other.Resources["aws_vpc.a"].Digest != one.Resources["aws_vpc.a"].Digest {
		t.Error("the digest of an open value depends on the key")
	}
}

func TestUnknownPathsAreListedAndNotInTheDigest(t *testing.T) {
	all := fingerprint("key", tool(), sample(), "").Resources["aws_vpc.a"]
	if !slices.Equal(all.Unknown, []string{"arn", "id"}) {
		t.Errorf("unknown %v", all.Unknown)
	}
	fewer := sample()
	fewer[0].leaves = fewer[0].leaves[:3]
	if got := fingerprint("key", tool(), fewer, "").Resources["aws_vpc.a"]; got.Digest != all.Digest {
		t.Error("a refinement cannot be told: the known part of the print depends on what is unknown")
	}
}

func TestTheTimeOfThePlanIsNotedAndNotCompared(t *testing.T) {
	at := func(time, value string) *Fingerprint {
		return fingerprint("key", tool(), []entry{{"a.a", Change{Action: Create}, []Leaf{
			{Path: "input", After: []byte(`"made ` + value + `"`)}, {Path: "name", After: []byte(`"n"`)},
		}}}, time)
	}
	one := at("2026-11-22T13:44:52Z", "2026-11-22T13:44:52Z")
	two := at("2026-11-23T01:02:03Z", "2026-11-23T01:02:03Z")
	if one.Digest != two.Digest || !slices.Equal(one.Volatile, []string{"a.a.input"}) {
		t.Errorf("%+v %+v", one, two)
	}
	if fixed := at("2026-11-23T01:02:03Z", "2026-11-22T13:44:52Z"); fixed.Digest == one.Digest || len(fixed.Volatile) != 0 {
		t.Errorf("a fixed time is taken for the time of the plan: %+v", fixed)
	}
	if odd := at("", "2026-11-22T13:44:52Z"); odd.Digest == one.Digest {
		t.Error("an unknown time is compared with nothing")
	}
}

func TestFingerprintWithoutChanges(t *testing.T) {
	f := fingerprint("key", tool(), nil, "")
	if !strings.HasPrefix(f.Digest, "sha256:") || len(f.Digest) != 71 || f.Resources == nil {
		t.Errorf("%+v", f)
	}
}
