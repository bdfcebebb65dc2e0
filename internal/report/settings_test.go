// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// settings are arguments of providers.
type settings map[string]map[string][][]byte

func parts(texts ...string) (out [][]byte) {
	for _, s := range texts {
		out = append(out, []byte(s))
	}
	return out
}

func configured() settings {
	return settings{
		"aws": {"region": parts(`{"references":["var.region"]}`, ":region", `"eu-west-1"`), "profile": parts(`{"constant_value":"a"}`)},
		"m:x": {"token": parts(`{"references":["var.token"]}`, ":token", `"s3cr3t-canary-41"`)},
	}
}

// configures takes in the settings of a plan, and compares it.
func configures(f *Fingerprinter, review *Review, plan []entry, s settings) (*Fingerprint, Verdict, []Difference) {
	f.Against(review)
	for _, e := range plan {
		f.Add(e.address, e.change, e.leaves)
	}
	for provider, arguments := range s {
		f.Configures(provider, arguments)
	}
	fp := f.Sum("")
	verdict, differences := f.Compare()
	return fp, verdict, differences
}

func keyed(globs ...string) *Fingerprinter {
	f := NewFingerprinter([]byte("key"), tool())
	f.Ignore(globs)
	return f
}

// Whatever differs in how a provider is configured, no plan under it is the reviewed one, a refinement or the rest of it.
func TestAnotherConfigurationOfAProviderIsDifferent(t *testing.T) {
	reviewedOne, _, _ := configures(keyed(), nil, reviewed(), configured())
	differs := func(provider string) []Difference {
		return []Difference{{Address: "provider." + provider, Why: "its configuration differs"}}
	}
	digests := map[string]string{reviewedOne.Digest: "as reviewed"}
	for name, tt := range map[string]struct {
		change func(settings)
		want   []Difference
	}{
		"another value":          {func(s settings) { s["aws"]["region"][2] = []byte(`"us-east-1"`) }, differs("aws")},
		"another expression":     {func(s settings) { s["aws"]["profile"] = parts(`{"constant_value":"b"}`) }, differs("aws")},
		"another name":           {func(s settings) { s["aws"]["profiles"] = s["aws"]["profile"]; delete(s["aws"], "profile") }, differs("aws")},
		"other parts":            {func(s settings) { s["aws"]["profile"] = parts(`{"constant_value":`, `"a"}`) }, differs("aws")},
		"an argument more":       {func(s settings) { s["aws"]["role"] = parts("{}") }, differs("aws")},
		"an argument less":       {func(s settings) { delete(s["aws"], "profile") }, differs("aws")},
		"another secret":         {func(s settings) { s["m:x"]["token"][2] = []byte(`"other"`) }, differs("m:x")},
		"a provider more":        {func(s settings) { s["aws.eu"] = s["aws"] }, []Difference{{Address: "provider.aws.eu", Why: "is new"}}},
		"a provider less":        {func(s settings) { delete(s, "m:x") }, []Difference{{Address: "provider.m:x", Why: "is gone"}}},
		"a provider without any": {func(s settings) { s["aws"] = nil }, []Difference{{Address: "provider.aws", Why: "is gone"}}},
		"two have swapped": {func(s settings) { s["aws"], s["m:x"] = s["m:x"], s["aws"] },
			slices.Concat(differs("aws"), differs("m:x"))},
	} {
		for standing, plan := range map[string][]entry{
			"as reviewed": reviewed(),
			"refined":     one("aws_subnet.a", func(e *entry) { e.become("vpc_id", known("vpc_id", "", `"vpc-1"`)) })(reviewed()),
			"remainder":   without(reviewed(), "aws_vpc.a"),
		} {
			review := &Review{Fingerprint: reviewedOne, Applied: []string{"aws_vpc.a"}}
			travelled(t, review)
			if _, verdict, _ := configures(keyed(), review, plan, configured()); verdict == Different {
				t.Errorf("%s, under the same configuration: %s", standing, verdict)
			}
			s := configured()
			tt.change(s)
			now, verdict, got := configures(keyed(), review, plan, s)
			if diff := cmp.Diff(tt.want, got); verdict != Different || diff != "" {
				t.Errorf("%s, %s: %s %s", name, standing, verdict, diff)
			}
			if standing == "as reviewed" {
				if other, ok := digests[now.Digest]; ok {
					t.Errorf("%s has the digest of %s", name, other)
				}
				digests[now.Digest] = name
			}
		}
	}
}

// What does nothing has no settings, for it may not have been read: that they were not seen is no difference.
func TestWithoutResourcesThereAreNoSettings(t *testing.T) {
	plan := append(reviewed(), entry{"aws_y.a", Change{Action: Update}, []Leaf{known(semver, "1", "2")}})
	volatile := plan[len(plan)-1:]
	ignoring := func() *Fingerprinter { return keyed("**." + semver) }
	nothing, _, _ := configures(ignoring(), nil, nil, nil)
	everything, _, _ := configures(ignoring(), nil, plan, configured())
	var all []string
	for _, e := range plan {
		all = append(all, e.address)
	}
	if now, verdict, d := configures(ignoring(), &Review{Fingerprint: nothing}, volatile, configured()); verdict != Same || now.Settings != nil {
		t.Errorf("reviewers saw no changes: %s %+v", verdict, d)
	}
	if _, verdict, d := configures(ignoring(), &Review{Fingerprint: everything, Applied: all}, volatile, configured()); verdict != Remainder {
		t.Errorf("all that is compared was applied: %s %+v", verdict, d)
	}
	if _, verdict, d := configures(ignoring(), &Review{Fingerprint: nothing}, plan, configured()); verdict != Different || len(d) != len(reviewed()) {
		t.Errorf("reviewers saw no changes, and there are: %s %+v", verdict, d)
	}
}

func TestSettingsAreShortAndTellNothing(t *testing.T) {
	fp, _, _ := configures(keyed(), nil, sample(), configured())
	text, err := json.Marshal(fp)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "canary") || strings.Contains(string(text), "eu-west") {
		t.Errorf("%s", text)
	}
	other, _, _ := configures(NewFingerprinter([]byte("another key"), tool()), nil, sample(), configured())
	for provider, s := range fp.Settings {
		if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(s) || other.Settings[provider] == s {
			t.Errorf("%s: %s, with another key %s", provider, s, other.Settings[provider])
		}
	}
	without, _, _ := configures(keyed(), nil, sample(), settings{"aws": {}, "null": nil})
	if without.Settings != nil || without.Digest != fingerprint("key", tool(), sample(), "").Digest {
		t.Errorf("providers without arguments: %+v", without.Settings)
	}
}

func TestVolatileArgumentsAreNotCompared(t *testing.T) {
	globs := []string{"provider.aws.region", "provider.m:*.token"}
	first, _, _ := configures(keyed(globs...), nil, reviewed(), configured())
	if want := []string{"provider.aws.region", "provider.m:x.token"}; !slices.Equal(first.Volatile, want) || len(first.Settings) != 1 {
		t.Errorf("%v %v", first.Volatile, first.Settings)
	}
	for argument, want := range map[string]Verdict{"region": Same, "profile": Different} {
		s := configured()
		s["aws"][argument] = parts("{}")
		delete(s, "m:x")
		if _, verdict, d := configures(keyed(globs...), &Review{Fingerprint: first}, reviewed(), s); verdict != want {
			t.Errorf("%s: %s %+v", argument, verdict, d)
		}
	}
}

func TestPlacesAndRedactedKeysInSettings(t *testing.T) {
	in := func(root string) map[string]string {
		f := keyed()
		f.Places(root)
		f.Add("a.a", Change{Action: Create}, nil)
		f.Configures("x", map[string][][]byte{"file": parts(`"` + root + `/config"`)})
		f.Configures("x", map[string][][]byte{"file": parts(`"/etc/config"`)})
		return f.Sum("").Settings
	}
	one := in("/home/a")
	if len(one) != 2 || one["x'"] == "" || !maps.Equal(one, in("/srv/b")) {
		t.Errorf("%v, elsewhere %v", one, in("/srv/b"))
	}
}

func TestUnsoundSettingsAreRefused(t *testing.T) {
	many := map[string]string{}
	for i := range maxSettings + 1 {
		many[fmt.Sprint(i)] = "0"
	}
	for name, s := range map[string]map[string]string{
		"too many":            many,
		"a long digest":       {"aws": strings.Repeat("0", maxDigest+1)},
		"a long name":         {strings.Repeat("a", maxAddress+1): "0"},
		"no digest":           {"aws": ""},
		"not what was summed": {"aws": "0"},
	} {
		r := full()
		r.Fingerprint.Settings = s
		if name != "not what was summed" {
			r.Fingerprint.Digest = r.Fingerprint.digest()
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data, r.Target); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := full()
	r.Fingerprint.Settings = map[string]string{"aws": "0123456789abcdef"}
	r.Fingerprint.Digest = r.Fingerprint.digest()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(data, r.Target); err != nil {
		t.Error(err)
	}
}
