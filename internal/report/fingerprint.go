// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// A Leaf is one scalar or empty collection of a planned change as Terraform sees it, before anything is
// withheld. It exists only while a plan is read: it may hold a secret.
type Leaf struct {
	Path      string // as in Attr
	Before    []byte // canonical JSON; nil when absent
	After     []byte // canonical JSON; nil when absent
	Unknown   bool   // After is known only after apply
	Sensitive bool   // Before and After must not be seen; they may be whole collections
	Forces    bool   // forces the replacement
}

// A Fingerprinter makes a Fingerprint while a plan is read, and compares it with a reviewed one. It keeps digests, not
// values; the exception are changes in which a value looks like a point in time, kept until Sum knows the time of the
// plan.
type Fingerprinter struct {
	key    []byte
	tool   Tool
	ignore []Glob
	places []place
	review *Review

	applied  map[string]bool // addresses of the review
	seen     map[string]bool // addresses of all that was added, also of what is not compared
	prints   map[string]Print
	refined  map[string]bool   // addresses whose print is a refinement of the reviewed one
	tainted  map[string]bool   // addresses that an apply left half made
	runs     map[string]string // digests of provisioners by address
	settings map[string]string // digests of configurations by provider
	volatile []string
	pending  []timed
	sum      string // digest of the whole
	scratch  []byte
}

// timed is a change that may hold the time of the plan.
type timed struct {
	address string
	change  Change
	leaves  []Leaf
}

// NewFingerprinter returns a Fingerprinter for a plan made by tool. The key keys the HMAC of sensitive leaves.
func NewFingerprinter(key []byte, tool Tool) *Fingerprinter {
	return &Fingerprinter{
		key: key, tool: tool,
		seen: map[string]bool{}, prints: map[string]Print{}, refined: map[string]bool{}, tainted: map[string]bool{},
		runs: map[string]string{},
	}
}

// Ignore has leaves whose "address.path" matches one of the globs left out of the comparison: they are noted as
// volatile, and an update of nothing else is not compared at all. `*` matches anything but a dot, `**` anything,
// everything else itself: `**.tags_all["governance:SemanticVersion"]`. An output is "output.NAME.value", an argument of a
// provider "provider.KEY.ARGUMENT". It comes before the first Add.
func (f *Fingerprinter) Ignore(globs []string) {
	for _, g := range globs {
		f.ignore = append(f.ignore, NewGlob(g))
	}
}

// A place is a folder that lies elsewhere on another machine, and what stands for it.
type place struct{ dir, mark []byte }

// Places names folders that lie elsewhere in another run or on another machine, absolute: the checkout, the data folder.
// In a value, the first is as good as the first there, and so on. It comes before the first Add.
func (f *Fingerprinter) Places(dirs ...string) {
	for i, dir := range dirs {
		quoted, _ := jsontext.AppendQuote(nil, dir) // invalid UTF-8 becomes U+FFFD, as in values
		f.places = append(f.places, place{quoted[1 : len(quoted)-1], fmt.Appendf(nil, "\x00place %d\x00", i)})
	}
	slices.SortStableFunc(f.places, func(a, b place) int { return len(b.dir) - len(a.dir) }) // one may lie in another
}

// Against has the plan compared with a reviewed one. It comes before the first Add, for what was unknown then must
// be left aside while the plan is read. nil: nobody reviewed anything.
func (f *Fingerprinter) Against(r *Review) {
	f.review, f.applied = r, map[string]bool{}
	if r != nil {
		for _, address := range r.Applied {
			f.applied[address] = true
		}
	}
}

// Add takes in one change: a resource under its address, an output as "output.<name>". Leaves that a change
// leaves as they are should be among leaves only if they tell which object is meant. Attrs of c are ignored.
// The order of leaves, and of calls with distinct addresses, is of no consequence. Add may keep leaves.
func (f *Fingerprinter) Add(address string, c Change, leaves []Leaf) {
	leaves, done := f.withoutVolatile(address, c, leaves)
	for f.seen[address] { // two addresses that redaction made one
		address += "'"
	}
	f.seen[address] = true
	f.tainted[address] = c.Reason == "replace_because_tainted"
	c.Attrs = nil
	switch {
	case done:
	case slices.ContainsFunc(leaves, func(l Leaf) bool { return holdsInstant(l.After) }):
		f.pending = append(f.pending, timed{address, c, leaves})
	default:
		f.print(timed{address, c, leaves}, "")
	}
}

// Runs takes in what a change is made with, of which the change itself says nothing: how its provisioners are configured,
// and which of several configurations of its provider it uses. It comes before Sum.
func (f *Fingerprinter) Runs(address string, configured []byte) {
	var d digest
	d.bytes(configured)
	f.runs[address] = d.sum()
}

// withoutVolatile returns leaves without those to be ignored, which it notes. done: nothing is left to compare.
func (f *Fingerprinter) withoutVolatile(address string, c Change, leaves []Leaf) (kept []Leaf, done bool) {
	if len(f.ignore) == 0 {
		return leaves, false
	}
	for _, l := range leaves {
		if !f.ignores(address + "." + l.Path) {
			kept = append(kept, l)
		}
	}
	plain := c.Action == Update && c.MovedFrom == "" && !c.Imported && c.Deferred == ""
	return kept, plain && len(kept) < len(leaves) && !slices.ContainsFunc(kept, Leaf.differs)
}

// ignores reports whether what has this name is not compared, and notes it.
func (f *Fingerprinter) ignores(name string) bool {
	ignored := slices.ContainsFunc(f.ignore, func(g Glob) bool { return g.Match(name) })
	if ignored {
		f.volatile = append(f.volatile, name)
	}
	return ignored
}

// differs tells a leaf that changes from one that says which object is meant.
func (l Leaf) differs() bool { return l.Unknown || !bytes.Equal(l.Before, l.After) }

// Sum returns the fingerprint of all that was added. The time is the plan's own, as it stands in the plan's
// JSON ("" if unknown): where it appears in a value, it is noted as volatile and not compared.
func (f *Fingerprinter) Sum(time string) *Fingerprint {
	for _, p := range f.pending {
		f.print(p, time)
	}
	f.pending = nil
	for address, p := range f.prints {
		p.Runs = f.runs[address]
		f.prints[address] = p
	}
	slices.Sort(f.volatile)
	if len(f.prints) == 0 { // nothing is done under them, and a plan that does nothing may not have been read
		f.settings = nil
	}

	fp := &Fingerprint{Resources: f.prints, Tool: f.tool, Settings: f.settings, Volatile: f.volatile}
	fp.Digest = fp.digest()
	f.sum = fp.Digest
	return fp
}

// digest returns what Digest of a sound fingerprint is.
func (fp *Fingerprint) digest() string {
	var d digest
	d.field(fp.Tool.Name, fp.Tool.Version)
	d.table(fp.Tool.Providers)
	d.count(len(fp.Resources))
	for _, address := range slices.Sorted(maps.Keys(fp.Resources)) {
		p := fp.Resources[address]
		d.field(address, p.Digest)
		d.list(p.Unknown)
		if p.Runs != "" {
			d.field(p.Runs)
		}
	}
	if len(fp.Settings) > 0 {
		d.field("settings")
		d.table(fp.Settings)
	}
	return d.sum()
}
