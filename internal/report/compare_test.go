// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// known and unknown are leaves of a change; "" is absent.
func known(path, before, after string) Leaf {
	l := Leaf{Path: path}
	if before != "" {
		l.Before = []byte(before)
	}
	if after != "" {
		l.After = []byte(after)
	}
	return l
}

func unknown(path, before string) Leaf {
	l := known(path, before, "")
	l.Unknown = true
	return l
}

// reviewed is what reviewers saw in the tables below.
func reviewed() []entry {
	secret := unknown("password", `"old-secret"`)
	secret.Sensitive = true
	return []entry{
		{"aws_vpc.a", Change{Action: Create}, []Leaf{unknown("arn", ""), known("cidr", "", `"10.0.0.0/8"`), unknown("id", "")}},
		{"aws_subnet.a", Change{Action: Create}, []Leaf{known("cidr", "", `"10.0.0.0/9"`), unknown("tags", ""), unknown("vpc_id", ""), unknown("rule[1].ids", "")}},
		{"aws_group.a", Change{Action: Update}, []Leaf{known("id", `"sg-1"`, `"sg-1"`), unknown("ids", `[]`), known("size", "1", "2"), known("title", `"t"`, ""), unknown("version", "3"), secret}},
		{"aws_db.a", Change{Action: Replace}, []Leaf{unknown("id", `"db-1"`), known("name", `"a"`, `"b"`)}},
		{"aws_log.old", Change{Action: Delete}, []Leaf{known("id", `"log-1"`, "")}},
		{"data.aws_ami.a", Change{Action: Read}, []Leaf{unknown("id", ""), known("owner", "", `"self"`)}},
		{"output.known", Change{Action: Update}, []Leaf{known("value", `"a"`, `"b"`)}},
		{"output.vpc", Change{Action: Create}, []Leaf{unknown("value", "")}},
	}
}

// at returns the entry of an address.
func at(entries []entry, address string) *entry {
	return &entries[slices.IndexFunc(entries, func(e entry) bool { return e.address == address })]
}

// become replaces the leaf of a path by others.
func (e *entry) become(path string, leaves ...Leaf) {
	e.leaves = append(slices.DeleteFunc(e.leaves, func(l Leaf) bool { return l.Path == path }), leaves...)
}

func without(entries []entry, addresses ...string) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return slices.Contains(addresses, e.address) })
}

func compare(r *Review, tool Tool, entries []entry) (Verdict, []Difference) {
	f := NewFingerprinter([]byte("key"), tool)
	f.Against(r)
	for _, e := range entries {
		f.Add(e.address, e.change, e.leaves)
	}
	f.Sum("")
	return f.Compare()
}

// A case of the tables: what is planned now, derived from what was reviewed.
type standing struct {
	now     func([]entry) []entry
	verdict Verdict
	why     string // of the first difference, after its address
}

func (s standing) check(t *testing.T, applied ...string) {
	t.Helper()
	review := &Review{Fingerprint: fingerprint("key", tool(), reviewed(), ""), Applied: applied}
	travelled(t, review)
	verdict, differences := compare(review, tool(), s.now(reviewed()))
	if verdict != s.verdict || (verdict == Different) != (len(differences) > 0) {
		t.Fatalf("%s %+v, want %s", verdict, differences, s.verdict)
	}
	if s.why != "" && strings.TrimSpace(differences[0].Address+" "+differences[0].Why) != s.why {
		t.Errorf("%+v, want %s", differences, s.why)
	}
}

// travelled makes r what it is after it was kept in a check run.
func travelled(t *testing.T, r *Review) {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	*r = Review{}
	if err := json.Unmarshal(data, r); err != nil {
		t.Fatal(err)
	}
}

// one changes one entry.
func one(address string, change func(*entry)) func([]entry) []entry {
	return func(e []entry) []entry {
		change(at(e, address))
		return e
	}
}

func TestARefinementMakesKnownOnlyWhatWasUnknown(t *testing.T) {
	become := func(address, path string, leaves ...Leaf) func([]entry) []entry {
		return one(address, func(e *entry) { e.become(path, leaves...) })
	}
	sensitive := known("password", `"old-secret"`, `"new-secret"`)
	sensitive.Sensitive = true
	for name, tt := range map[string]standing{
		"the same":                               {func(e []entry) []entry { return e }, Same, ""},
		"an id became known":                     {become("aws_subnet.a", "vpc_id", known("vpc_id", "", `"vpc-1"`)), Refined, ""},
		"it turned out to be absent":             {become("aws_subnet.a", "vpc_id"), Refined, ""},
		"a map became known":                     {become("aws_subnet.a", "tags", known(`tags["a.b"]`, "", `"1"`), known(`tags["c"]`, "", `"2"`)), Refined, ""},
		"a map became partly known":              {become("aws_subnet.a", "tags", known(`tags["a"]`, "", `"1"`), unknown(`tags["c"]`, "")), Refined, ""},
		"a list in an element became known":      {become("aws_subnet.a", "rule[1].ids", known("rule[1].ids[0]", "", `"x"`), known("rule[1].ids[1]", "", `"y"`)), Refined, ""},
		"an empty list became one with elements": {become("aws_group.a", "ids", known("ids[0]", "", `"x"`)), Refined, ""},
		"an empty list stayed so":                {become("aws_group.a", "ids"), Refined, ""},
		"a number became known":                  {become("aws_group.a", "version", known("version", "3", "4")), Refined, ""},
		"a number became a list":                 {become("aws_group.a", "version", known("version", "3", ""), known("version[0]", "", "4")), Refined, ""},
		"a secret became known":                  {become("aws_group.a", "password", sensitive), Refined, ""},
		"a secret is no longer one":              {become("aws_group.a", "password", known("password", `"old-secret"`, `"new"`)), Refined, ""},
		"the id of what is replaced":             {become("aws_db.a", "id", known("id", `"db-1"`, `"db-2"`)), Refined, ""},
		"it keeps its id":                        {become("aws_db.a", "id", known("id", `"db-1"`, `"db-1"`)), Refined, ""},
		"an output became known":                 {become("output.vpc", "value", known("value.id", "", `"vpc-1"`), known("value.list[0]", "", "1")), Refined, ""},
		"a data source could be read":            {func(e []entry) []entry { return without(e, "data.aws_ami.a") }, Refined, ""},

		"what was unknown is not what it was":  {become("aws_group.a", "version", known("version", "7", "8")), Different, "aws_group.a its values differ"},
		"nor what is still unknown":            {become("aws_group.a", "version", unknown("version", "7")), Different, "aws_group.a its values differ"},
		"nor a secret":                         {become("aws_group.a", "password", known("password", `"other"`, `"new"`)), Different, "aws_group.a its values differ"},
		"an unknown number turned out the old": {become("aws_group.a", "version"), Different, "aws_group.a its values differ"},
		"another object is replaced":           {become("aws_db.a", "id", unknown("id", `"db-2"`)), Different, "aws_db.a its values differ"},
		"another object, known":                {become("aws_db.a", "id", known("id", `"db-2"`, `"db-3"`)), Different, "aws_db.a its values differ"},
		"a name that begins alike":             {become("aws_subnet.a", "tags", known("tags", "", "{}"), known("tags_all", "", "{}")), Different, "aws_subnet.a its values differ"},
		"an element beside the unknown one":    {become("aws_subnet.a", "rule[1].ids", known("rule[1].ids", "", "[]"), known("rule[10].ids[0]", "", "1")), Different, "aws_subnet.a its values differ"},
		"the whole element, not only its ids":  {become("aws_subnet.a", "rule[1].ids", known("rule[1]", "", `"x"`)), Different, "aws_subnet.a its values differ"},
		"a known value goes with it":           {one("aws_subnet.a", func(e *entry) { e.become("vpc_id"); e.become("cidr") }), Different, "aws_subnet.a its values differ"},
		"a known value hides below it":         {one("aws_subnet.a", func(e *entry) { e.become("cidr", known("tags.cidr", "", `"0.0.0.0/0"`)) }), Different, "aws_subnet.a its values differ"},
		"a known value differs beside it": {one("aws_subnet.a", func(e *entry) {
			e.become("vpc_id", known("vpc_id", "", `"vpc-1"`))
			e.become("cidr", known("cidr", "", `"0.0.0.0/0"`))
		}), Different, "aws_subnet.a its values differ"},
		"a known value became unknown":         {become("aws_subnet.a", "cidr", unknown("cidr", "")), Different, "aws_subnet.a a value that reviewers saw is known only after apply"},
		"a value to be removed became unknown": {become("aws_group.a", "title", unknown("title", `"t"`)), Different, "aws_group.a a value that reviewers saw is known only after apply"},
		"a new value is unknown":               {become("aws_subnet.a", "vpc_id", unknown("role", "")), Different, "aws_subnet.a a value that reviewers saw is known only after apply"},
		"all of it is unknown":                 {become("aws_subnet.a", "vpc_id", unknown("", "")), Different, "aws_subnet.a a value that reviewers saw is known only after apply"},
		"it now forces a replacement": {one("aws_group.a", func(e *entry) {
			e.become("version", known("version", "3", "4"))
			e.change.Action = Replace
		}), Different, "aws_group.a was update, now replace"},
		"the other order of a replacement": {one("aws_db.a", func(e *entry) { e.become("id", known("id", `"db-1"`, `"x"`)); e.change.CreateFirst = true }), Different, "aws_db.a its values differ"},
		"moved as well":                    {one("aws_group.a", func(e *entry) { e.become("ids"); e.change.MovedFrom = "aws_group.b" }), Different, "aws_group.a its values differ"},
		"deferred as well":                 {one("aws_subnet.a", func(e *entry) { e.become("vpc_id"); e.change.Deferred = "x" }), Different, "aws_subnet.a its values differ"},
		"a change less":                    {func(e []entry) []entry { return without(e, "aws_group.a") }, Different, "aws_group.a is no longer planned; what was unknown may have turned out to be what it was"},
		"an output less":                   {func(e []entry) []entry { return without(e, "output.known") }, Different, "output.known is no longer planned"},
		"a change more":                    {func(e []entry) []entry { return append(e, entry{"x.y", Change{Action: Create}, nil}) }, Different, "x.y was not in the reviewed plan"},
		"a data source more":               {func(e []entry) []entry { return append(e, entry{"data.x.y", Change{Action: Read}, nil}) }, Different, "data.x.y was not in the reviewed plan"},
		"nothing left":                     {func([]entry) []entry { return nil }, Nothing, ""},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t) })
	}
}

func TestARemainderIsWhatAnApplyLeft(t *testing.T) {
	done := []string{"aws_vpc.a", "aws_log.old", "not.reviewed"}
	left := func(e []entry) []entry { return without(e, done...) }
	then := func(address string, change func(*entry)) func([]entry) []entry {
		return func(e []entry) []entry { return left(one(address, change)(e)) }
	}
	for name, tt := range map[string]standing{
		"the rest as it was":      {left, Remainder, ""},
		"all was done again":      {func(e []entry) []entry { return e }, Same, ""},
		"the rest, refined":       {then("aws_subnet.a", func(e *entry) { e.become("vpc_id", known("vpc_id", "", `"vpc-1"`)) }), Remainder, ""},
		"outputs were stored":     {func(e []entry) []entry { return without(left(e), "output.vpc", "output.known") }, Remainder, ""},
		"a data source was read":  {func(e []entry) []entry { return without(left(e), "data.aws_ami.a") }, Remainder, ""},
		"a part of it is planned": {func(e []entry) []entry { return without(e, "aws_vpc.a") }, Remainder, ""},

		"one more is missing":        {func(e []entry) []entry { return without(left(e), "aws_group.a") }, Different, "aws_group.a is no longer planned; what was unknown may have turned out to be what it was"},
		"something beside the rest":  {func(e []entry) []entry { return append(left(e), entry{"x.y", Change{Action: Delete}, nil}) }, Different, "x.y was not in the reviewed plan"},
		"an output beside the rest":  {func(e []entry) []entry { return append(left(e), entry{"output.y", Change{Action: Create}, nil}) }, Different, "output.y was not in the reviewed plan"},
		"other values in the rest":   {then("aws_subnet.a", func(e *entry) { e.become("cidr", known("cidr", "", `"0.0.0.0/0"`)) }), Different, "aws_subnet.a its values differ"},
		"another action in the rest": {then("aws_group.a", func(e *entry) { e.change.Action = Delete }), Different, "aws_group.a was update, now delete"},
		"created, then tainted":      {one("aws_vpc.a", func(e *entry) { e.change.Action, e.change.Reason = Replace, "replace_because_tainted" }), Different, "aws_vpc.a was create; an apply that failed left it tainted, so it is replaced"},
		"destroyed, not created":     {then("aws_db.a", func(e *entry) { e.change.Action = Create }), Different, "aws_db.a was replace, now create"},
		"created, not destroyed": {func(e []entry) []entry {
			return append(left(e), entry{"aws_db.a (deposed object 1)", Change{Action: Delete}, nil})
		}, Different, "aws_db.a (deposed object 1) was not in the reviewed plan"},
		"what was applied, in another way": {one("aws_vpc.a", func(e *entry) { e.become("cidr", known("cidr", "", `"0.0.0.0/0"`)) }), Different, "aws_vpc.a its values differ"},
		"what was applied, undone":         {one("aws_vpc.a", func(e *entry) { e.change.Action = Delete }), Different, "aws_vpc.a was create, now delete"},
		"what nobody reviewed was applied": {func(e []entry) []entry { return append(left(e), entry{"not.reviewed", Change{Action: Create}, nil}) }, Different, "not.reviewed was not in the reviewed plan"},
		"nothing is left":                  {func([]entry) []entry { return nil }, Nothing, ""},
	} {
		t.Run(name, func(t *testing.T) { tt.check(t, done...) })
	}
	t.Run("without an apply there is none", func(t *testing.T) { standing{left, Different, "aws_log.old is no longer planned"}.check(t) })
}

func TestWhatWasNotReviewedIsDifferentWithoutDifferences(t *testing.T) {
	for name, review := range map[string]*Review{"no review": nil, "an empty one": {}, "only applied": {Applied: []string{"aws_vpc.a"}}} {
		if verdict, differences := compare(review, tool(), reviewed()); verdict != Different || differences != nil {
			t.Errorf("%s: %s %+v", name, verdict, differences)
		}
		if verdict, differences := compare(review, tool(), nil); verdict != Nothing || differences != nil {
			t.Errorf("%s: %s %+v", name, verdict, differences)
		}
	}
}

func TestWithoutItsResourcesAReviewGrantsTheWholeOnly(t *testing.T) {
	whole := fingerprint("key", tool(), reviewed(), "")
	review := &Review{Partial: true, Fingerprint: &Fingerprint{Digest: whole.Digest}, Applied: []string{"aws_vpc.a"}}
	if verdict, _ := compare(review, tool(), reviewed()); verdict != Same {
		t.Error(verdict)
	}
	verdict, differences := compare(review, tool(), without(reviewed(), "aws_vpc.a"))
	if verdict != Different || len(differences) != 1 || differences[0].Address != "" {
		t.Errorf("%s %+v", verdict, differences)
	}
}

// What stands in a check run was left by a plan job: a fingerprint whose digest is not that of its parts grants nothing.
func TestAReviewThatContradictsItselfGrantsNothing(t *testing.T) {
	for name, forge := range map[string]func(*Fingerprint){
		"another digest": func(f *Fingerprint) { f.Digest = "sha256:00" },
		"no digest":      func(f *Fingerprint) { f.Digest = "" },
		"everything is unknown": func(f *Fingerprint) {
			for address, p := range f.Resources {
				p.Unknown = []string{""}
				f.Resources[address] = p
			}
			f.Digest = "sha256:00"
		},
		"no tool": func(f *Fingerprint) { f.Digest, f.Tool = "sha256:00", Tool{} },
	} {
		f := fingerprint("key", tool(), reviewed(), "")
		f.Resources = maps.Clone(f.Resources)
		forge(f)
		if verdict, differences := compare(&Review{Fingerprint: f}, tool(), reviewed()); verdict != Different || len(differences) == 0 {
			t.Errorf("%s: %s %+v", name, verdict, differences)
		}
	}
}

func TestADifferenceOfToolsIsTold(t *testing.T) {
	review := &Review{Fingerprint: fingerprint("key", tool(), reviewed(), "")}
	for why, change := range map[string]func(*Tool){
		"terraform 1.11.4 → 1.12.0":       func(t *Tool) { t.Version = "1.12.0" },
		"terraform 1.11.4 → tofu 1.10.6":  func(t *Tool) { t.Name, t.Version = "tofu", "1.10.6" },
		"provider r/h/aws 5.100.0 → 6.0":  func(t *Tool) { t.Providers["r/h/aws"] = "6.0" },
		"provider r/h/null 3.2.4 is gone": func(t *Tool) { delete(t.Providers, "r/h/null") },
		"provider r/h/new 1.0 is new":     func(t *Tool) { t.Providers["r/h/new"] = "1.0" },
	} {
		now := tool()
		change(&now)
		verdict, differences := compare(review, now, reviewed())
		if diff := cmp.Diff([]Difference{{Why: why}}, differences); verdict != Different || diff != "" {
			t.Errorf("%s: %s", verdict, diff)
		}
	}
}

func TestDifferencesAreInTheOrderOfTheirAddresses(t *testing.T) {
	now := append(without(reviewed(), "output.vpc"), entry{"a.a", Change{Action: Create}, nil})
	at(now, "aws_vpc.a").change.Action = Delete
	newer := tool()
	newer.Version = "2.0.0"
	_, got := compare(&Review{Fingerprint: fingerprint("key", tool(), reviewed(), "")}, newer, now)
	want := []Difference{
		{Why: "terraform 1.11.4 → 2.0.0"},
		{Address: "a.a", Now: Create, Why: "was not in the reviewed plan"},
		{Address: "aws_vpc.a", Was: Create, Now: Delete, Why: "was create, now delete"},
		{Address: "output.vpc", Was: Create, Why: "is no longer planned"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAChangedSecretIsNoticedAndNowhereReadable(t *testing.T) {
	const old, other = "s3cr3t-of-old-times", "an0ther-s3cr3t-value"
	plan := func(before, after string) []entry {
		l := known("password", `"`+before+`"`, `"`+after+`"`)
		u := unknown("token", `"`+before+`"`)
		l.Sensitive, u.Sensitive = true, true
		return []entry{{"aws_db.a", Change{Action: Update}, []Leaf{l, u}}, {"output.o", Change{Action: Create}, []Leaf{l}}}
	}
	first := fingerprint("key", tool(), plan(old, other), "")
	for name, now := range map[string][]entry{"after": plan(old, other+"!"), "before": plan(old+"!", other)} {
		verdict, differences := compare(&Review{Fingerprint: first}, tool(), now)
		if verdict != Different || len(differences) != 2 {
			t.Errorf("%s: %s %+v", name, verdict, differences)
		}
		data, err := json.Marshal([]any{first, differences, fingerprint("key", tool(), now, "")})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{old, other} {
			for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret))} {
				if strings.Contains(string(data), form[:len(form)-4]) {
					t.Errorf("%q shows in %s", form, data)
				}
			}
		}
	}
}

func TestCovers(t *testing.T) {
	for path, want := range map[string]bool{
		"a": true, "a.b": true, "a[0]": true, `a["x.y"].z[1]`: true, `t["k"]`: true, `t["k"].x`: true,
		"": false, "ab": false, "b": false, "[0]": false, ".x": false, "t": false, `t["l"]`: false, `t["k"`: false, "b.a": false,
	} {
		if got := covers([]string{"", "a", `t["k"]`}, path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
