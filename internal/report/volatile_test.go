// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestGlobs(t *testing.T) {
	const version = `aws_vpc.a.tags_all["governance:SemanticVersion"]`
	for _, tt := range []struct {
		glob, name string
		want       bool
	}{
		{`**.tags_all["governance:SemanticVersion"]`, version, true},
		{`**.tags_all["governance:SemanticVersion"]`, "module.m[0]." + version, true},
		{`*.tags_all["governance:SemanticVersion"]`, version, false},
		{`*.*.tags_all["governance:SemanticVersion"]`, version, true},
		{`aws_vpc.*.tags_all["*"]`, version, true},
		{`**.tags_all["governance:*"]`, `a.b.tags_all["governance:a.b"]`, false},
		{`**.tags_all["governance:**"]`, `a.b.tags_all["governance:a.b"]`, true},
		{`**.tags_all[x]`, `a.b.tags_all["x"]`, false},
		{`**.tags_all`, version, false},
		{`aws_vpc.a.tags_all`, version, false},
		{version, version, true},
		{`a.b`, `axb`, false},
		{`a.b+`, `a.bb`, false},
		{`a.b`, `a.b.c`, false},
		{`b.c`, `a.b.c`, false},
		{`**`, version, true},
		{`*`, `a.b`, false},
		{`*`, ``, true},
		{`a*b`, `ab`, true},
		{`a*b`, `ab\nb`, true},
		{`a*b`, "a\nb", true},
		{`a**b`, "a\n.b", true},
		{`a***b`, `a.x.b`, true},
		{`*ab`, `xaab`, true},
		{``, ``, true},
		{``, `a`, false},
	} {
		if got := NewGlob(tt.glob).Match(tt.name); got != tt.want {
			t.Errorf("%s on %q: %v", tt.glob, tt.name, got)
		}
	}
}

func FuzzGlob(f *testing.F) {
	f.Add(`**.tags_all["a"]`, `x.y.tags_all["a"]`)
	f.Add(`\Qa*\E[^.]`, "a\xff")
	f.Fuzz(func(t *testing.T, glob, name string) {
		g := NewGlob(glob) // must not panic
		if strings.IndexByte(glob, '*') < 0 && utf8.ValidString(glob) && g.Match(name) != (glob == name) {
			t.Errorf("%q on %q: %v", glob, name, !g.all.MatchString(name))
		}
	})
}

func ignoring(globs []string, review *Review, entries []entry) (*Fingerprint, Verdict) {
	f := NewFingerprinter([]byte("key"), tool())
	f.Ignore(globs)
	f.Against(review)
	for _, e := range entries {
		f.Add(e.address, e.change, e.leaves)
	}
	fp := f.Sum("")
	verdict, _ := f.Compare()
	return fp, verdict
}

const semver = `tags_all["governance:SemanticVersion"]`

// release is a plan in which a version tag changes wherever something changes anyway, and on one resource more.
func release(version string, more bool) []entry {
	tag := known(semver, `"0.9.0"`, version)
	out := []entry{
		{"aws_vpc.a", Change{Action: Update}, []Leaf{known("cidr", "1", "2"), tag}},
		{"aws_db.a", Change{Action: Create}, []Leaf{known("name", "", `"n"`), known(semver, "", version), unknown("id", "")}},
		{"aws_x.new", Change{Action: Update, MovedFrom: "aws_x.old"}, []Leaf{tag}},
		{"aws_x.in", Change{Action: Update, Imported: true}, []Leaf{tag}},
		{"aws_x.later", Change{Action: Update, Deferred: "x"}, []Leaf{tag}},
		{"aws_x.again", Change{Action: Replace}, []Leaf{tag}},
	}
	if more {
		out = append(out,
			entry{"aws_y.a", Change{Action: Update}, []Leaf{known("id", `"y"`, `"y"`), tag}},
			entry{"aws_y.b", Change{Action: Update}, []Leaf{unknown(semver, `"0.9.0"`)}},
			entry{"output.o", Change{Action: Update}, []Leaf{known("value."+semver, `"0.9.0"`, version)}})
	}
	return out
}

func TestWhatIsVolatileIsNotedAndNotCompared(t *testing.T) {
	globs := []string{"**." + semver, "nothing.like.it"}
	first, _ := ignoring(globs, nil, release(`"1.0.0"`, true))
	for _, more := range []bool{true, false} {
		now, verdict := ignoring(globs, &Review{Fingerprint: first}, release(`"1.0.1"`, more))
		if verdict != Same || now.Digest != first.Digest || len(now.Resources) != 6 {
			t.Errorf("%s, %d resources", verdict, len(now.Resources))
		}
	}
	want := []string{"aws_db.a." + semver, "aws_vpc.a." + semver, "aws_x.again." + semver, "aws_x.in." + semver, "aws_x.later." + semver,
		"aws_x.new." + semver, "aws_y.a." + semver, "aws_y.b." + semver, "output.o.value." + semver}
	if diff := cmp.Diff(want, first.Volatile); diff != "" {
		t.Error(diff)
	}
	other := release(`"1.0.1"`, true)
	other[0].leaves[0].After = []byte("3")
	if _, verdict := ignoring(globs, &Review{Fingerprint: first}, other); verdict != Different {
		t.Errorf("another value beside a volatile one: %s", verdict)
	}
	if _, verdict := ignoring(nil, &Review{Fingerprint: first}, release(`"1.0.0"`, true)); verdict != Different {
		t.Errorf("nothing is volatile: %s", verdict)
	}
}

func TestAPlanOfVolatileChangesIsNotNothing(t *testing.T) {
	volatile := release(`"1.0.0"`, true)[6:]
	globs := []string{"**." + semver}
	fp, verdict := ignoring(globs, nil, volatile)
	if verdict != Different || len(fp.Resources) != 0 {
		t.Errorf("nobody reviewed it: %s", verdict)
	}
	none, _ := ignoring(globs, nil, nil)
	if _, verdict := ignoring(globs, &Review{Fingerprint: none}, volatile); verdict != Same {
		t.Errorf("reviewers saw a plan without changes: %s", verdict)
	}
}

func TestAnUpdateOfNothingIsNotTakenForAVolatileOne(t *testing.T) {
	fp, _ := ignoring([]string{"**." + semver}, nil, []entry{{"a.a", Change{Action: Update}, []Leaf{known("id", `"a"`, `"a"`)}}, {"a.b", Change{Action: Update}, nil},
		{"a.c", Change{Action: Update}, []Leaf{known(semver, "1", "2"), unknown("x", "")}},
	})
	if len(fp.Resources) != 3 {
		t.Errorf("%+v", fp)
	}
}

func TestPlacesOfAMachineAreNotCompared(t *testing.T) {
	on := func(root, data string, values ...string) *Fingerprint {
		f := NewFingerprinter([]byte("key"), tool())
		f.Places(data, root, "")
		for i, v := range values {
			f.Add("a.a"+strings.Repeat("x", i), Change{Action: Create}, []Leaf{
				known("file", "", `"`+v+`"`), {Path: "hidden", After: []byte(`["` + v + `"]`), Sensitive: true},
			})
		}
		return f.Sum("")
	}
	const here, hereData = "/home/runner/work/infra", "/home/runner/work/infra/.data/tmp-1"
	const there, thereData = "/srv/a \\\"b\\\"", "/tmp/layerbot-2"
	first := on(here, hereData, here+"/a.zip", "x:"+hereData+"/modules/m:"+here, "plain")
	second := on(`/srv/a "b"`, thereData, there+"/a.zip", "x:"+thereData+"/modules/m:"+there, "plain")
	if first.Digest != second.Digest {
		t.Error("the same plan on another machine has another digest")
	}
	for name, other := range map[string]*Fingerprint{
		"another file":            on(here, hereData, here+"/b.zip", "x:"+hereData+"/modules/m:"+here, "plain"),
		"in the other folder":     on(here, hereData, hereData+"/a.zip", "x:"+hereData+"/modules/m:"+here, "plain"),
		"a place of elsewhere":    on(here, hereData, there+"/a.zip", "x:"+hereData+"/modules/m:"+here, "plain"),
		"what stands for a place": on(here, hereData, `\u0000place 1\u0000/a.zip`, "x:"+hereData+"/modules/m:"+here, "plain"),
	} {
		if other.Digest == first.Digest {
			t.Errorf("%s has the same digest", name)
		}
	}
	if len(first.Volatile) != 0 {
		t.Errorf("%v", first.Volatile)
	}
}

func TestInstants(t *testing.T) {
	for value, want := range map[string]bool{
		`"2026-11-22T13:44:52Z"`: true, `"at Z 2026-11-22T13:44:52Z."`: true, `"AZTZ-2026-11-22T13:44:52ZZ"`: true, `{"a":["2026-11-22T13:44:52Z"]}`: true,
		`"2026-11-22T13:44:52+01:00"`: false, `"2026-11-22 13:44:52Z"`: false, `"2026-13-22T13:44:52Z"`: false, `"Z"`: false, ``: false, `"T13:44:52Z"`: false,
	} {
		if got := holdsInstant([]byte(value)); got != want {
			t.Errorf("%s: %v", value, got)
		}
	}
}

// Whatever it is given, what plantimestamp() returns is found.
func FuzzInstant(f *testing.F) {
	f.Add([]byte("a"), []byte("Z"))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		if !holdsInstant(slices.Concat(before, []byte("2026-11-22T13:44:52Z"), after)) {
			t.Error("not found")
		}
	})
}
