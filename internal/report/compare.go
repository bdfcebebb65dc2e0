// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Review is what the plan of an apply is compared with. It travels in the ticket: it is the App's own word.
type Review struct {
	Fingerprint *Fingerprint `json:"fingerprint,omitempty"` // what reviewers saw; nil when nobody saw a plan
	Partial     bool         `json:"partial,omitempty"`     // only the digest of the whole was kept, not its resources
	Applied     []string     `json:"applied,omitempty"`     // addresses of reviewed changes that an earlier apply carried out before it failed
}

// Verdict is how a plan stands to the reviewed one.
type Verdict string

// The verdicts. All but Different may be applied.
const (
	Same      Verdict = "same"      // the digests are equal
	Refined   Verdict = "refined"   // same addresses, same actions, every value that reviewers saw; only what was unknown became known, or could be read
	Remainder Verdict = "remainder" // what is left of the reviewed plan after an apply that carried out the rest of it; each the same or refined
	Different Verdict = "different" // anything else, also when nothing was reviewed
	Nothing   Verdict = "nothing"   // the plan does nothing: there is nothing to review
)

// A Difference is one resource, or output ("output.NAME"), that is not planned as reviewers saw it, or a provider
// ("provider.KEY") that is configured otherwise: it has no actions. An empty Address stands for the whole: Why tells of
// the tool or a provider's version.
type Difference struct {
	Address string `json:"address"`
	Was     Action `json:"was,omitempty"` // "" when reviewers saw no change of it
	Now     Action `json:"now,omitempty"` // "" when nothing is planned any more
	Why     string `json:"why"`           // "was not in the reviewed plan", "its values differ", "terraform 1.11.4 → 1.12.0"
}

// Compare returns the verdict, and beside Different the differences in the order of their addresses; there are none
// if nobody reviewed anything. It comes after Sum.
//
// What cannot be shown to be what reviewers saw is Different: an update that turns out to change nothing, and after an
// apply that failed half way a replacement of which only the one half was done, or an object that was left tainted.
func (f *Fingerprinter) Compare() (Verdict, []Difference) {
	switch {
	case len(f.seen) == 0:
		return Nothing, nil
	case f.review == nil || f.review.Fingerprint == nil:
		return Different, nil
	case f.review.Fingerprint.Digest == f.sum:
		return Same, nil
	case f.review.Partial:
		return Different, []Difference{{Why: "it is another plan; what was reviewed of each resource was too much to be kept"}}
	}
	verdict := Same
	differences := toolDifferences(f.review.Fingerprint.Tool, f.tool)
	if len(f.prints) > 0 && len(f.review.Fingerprint.Resources) > 0 {
		differences = append(differences, settingDifferences(f.review.Fingerprint.Settings, f.settings)...)
	}
	for _, address := range f.addresses() {
		switch v, why := f.stands(address); {
		case v == Different:
			was, _ := f.reviewed(address)
			differences = append(differences, Difference{Address: address, Was: was.Action, Now: f.prints[address].Action, Why: why})
		case v == Remainder, v == Refined && verdict == Same:
			verdict = v
		}
	}
	if verdict == Same && len(differences) == 0 {
		differences = []Difference{{Why: "the digest of the reviewed plan is not that of its parts"}}
	}
	if len(differences) > 0 {
		slices.SortStableFunc(differences, func(a, b Difference) int { return strings.Compare(a.Address, b.Address) })
		return Different, differences
	}
	return verdict, nil
}

// addresses returns those of all that is planned or was reviewed, sorted.
func (f *Fingerprinter) addresses() []string {
	both := maps.Clone(f.prints)
	maps.Copy(both, f.review.Fingerprint.Resources)
	return slices.Sorted(maps.Keys(both))
}

// reviewed returns what reviewers saw of one address.
func (f *Fingerprinter) reviewed(address string) (Print, bool) {
	if f.review == nil || f.review.Fingerprint == nil {
		return Print{}, false
	}
	p, ok := f.review.Fingerprint.Resources[address]
	return p, ok
}

// stands returns how one resource or output stands to what was reviewed of it, and if it is Different, why.
func (f *Fingerprinter) stands(address string) (Verdict, string) {
	now, planned := f.prints[address]
	was, reviewed := f.reviewed(address)
	switch {
	case !planned:
		return f.missing(address, was)
	case !reviewed:
		return Different, "was not in the reviewed plan"
	case now.Runs != was.Runs:
		return Different, "what its provisioners run, or which configuration of its provider it uses, differs"
	case now.Digest == was.Digest && slices.Equal(now.Unknown, was.Unknown):
		return Same, ""
	case f.refined[address]:
		return Refined, ""
	case f.tainted[address]:
		return Different, fmt.Sprintf("was %s; an apply that failed left it tainted, so it is replaced", was.Action)
	case now.Action != was.Action:
		return Different, fmt.Sprintf("was %s, now %s", was.Action, now.Action)
	case slices.ContainsFunc(now.Unknown, func(path string) bool { return !covers(was.Unknown, path) }):
		return Different, "a value that reviewers saw is known only after apply"
	}
	return Different, "its values differ"
}

// missing is stands for what was reviewed and is not planned any more.
func (f *Fingerprinter) missing(address string, was Print) (Verdict, string) {
	switch {
	case f.applied[address]:
		return Remainder, ""
	case strings.HasPrefix(address, "output.") && len(f.applied) > 0: // is stored untold, as the apply gets to it
		return Remainder, ""
	case was.Action == Read: // read while planning, now that it could be
		return Refined, ""
	}
	if was.Action == Update && len(was.Unknown) > 0 {
		return Different, "is no longer planned; what was unknown may have turned out to be what it was"
	}
	return Different, "is no longer planned"
}

// toolDifferences says in what the tool now is not the one that was reviewed with.
func toolDifferences(was, now Tool) []Difference {
	var out []Difference
	add := func(format string, args ...any) { out = append(out, Difference{Why: fmt.Sprintf(format, args...)}) }
	switch {
	case was.Name == "":
		add("it is not known what made the reviewed plan")
	case was.Name != now.Name:
		add("%s %s → %s %s", was.Name, was.Version, now.Name, now.Version)
	case was.Version != now.Version:
		add("%s %s → %s", now.Name, was.Version, now.Version)
	}
	both := map[string]string{}
	maps.Copy(both, was.Providers)
	maps.Copy(both, now.Providers)
	for _, source := range slices.Sorted(maps.Keys(both)) {
		switch before, after := was.Providers[source], now.Providers[source]; {
		case before == after:
		case before == "":
			add("provider %s %s is new", source, after)
		case after == "":
			add("provider %s %s is gone", source, before)
		default:
			add("provider %s %s → %s", source, before, after)
		}
	}
	return out
}
