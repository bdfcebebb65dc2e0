// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"
)

// print keeps the print of one change, and whether it is a refinement of the reviewed one.
func (f *Fingerprinter) print(t timed, time string) {
	leaves := f.normal(t, time)
	p := Print{Action: t.change.Action}
	for _, l := range leaves {
		if l.Unknown {
			p.Unknown = append(p.Unknown, l.Path)
		}
	}
	p.Digest = f.digest(t.change, leaves, p.Unknown, func(l Leaf) bool { return l.Unknown })
	f.prints[t.address] = p
	if was, ok := f.reviewed(t.address); ok && len(was.Unknown) > 0 {
		f.refined[t.address] = f.refines(t.change, leaves, was)
	}
}

// refines reports whether a change is a refinement of the one that was reviewed as was: leaves that are, or are
// part of, what was unknown are left aside. What was there before them may not differ either, as far as it is told.
func (f *Fingerprinter) refines(c Change, leaves []Leaf, was Print) bool {
	return f.digest(c, leaves, was.Unknown, func(l Leaf) bool { return covers(was.Unknown, l.Path) }) == was.Digest
}

// covers reports whether path is, or lies below, one of the sorted paths. The path "" covers nothing: reviewers saw
// nothing of what lies below it.
func covers(paths []string, path string) bool {
	for i := len(path); i > 0; i-- {
		if i == len(path) || path[i] == '.' || path[i] == '[' {
			if _, ok := slices.BinarySearch(paths, path[:i]); ok {
				return true
			}
		}
	}
	return false
}

// digest returns the digest of a change and its leaves. Of a leaf that is left aside, only what a path of unknown
// held before counts, and only a scalar: of a collection becoming known, leaves tell no more than what differs.
func (f *Fingerprinter) digest(c Change, leaves []Leaf, unknown []string, aside func(Leaf) bool) string {
	d := digest{f.scratch[:0]}
	d.field(string(c.Action), c.MovedFrom, c.ImportID, c.Deferred)
	d.flags(c.CreateFirst, c.Imported)
	for _, l := range leaves {
		if !aside(l) {
			d.flags(true, l.Unknown, l.Sensitive, l.Forces)
			d.field(l.Path)
			d.bytes(f.veil(l.Sensitive, l.Before))
			d.bytes(f.veil(l.Sensitive, l.After))
		} else if _, whole := slices.BinarySearch(unknown, l.Path); whole && scalar(l.Before) {
			d.flags(false)
			d.field(l.Path)
			d.bytes(f.veil(true, l.Before)) // whether it is sensitive may become known with it
		}
	}
	f.scratch = d.text
	return d.sum()
}

// scalar reports whether value is there, and is no collection.
func scalar(value []byte) bool { return len(value) > 0 && value[0] != '[' && value[0] != '{' }

// veil returns the value itself, or for a sensitive one its keyed digest.
func (f *Fingerprinter) veil(sensitive bool, value []byte) []byte {
	if !sensitive || value == nil {
		return value
	}
	mac := hmac.New(sha256.New, f.key)
	mac.Write(value)
	return mac.Sum(nil)
}

// timeMark stands in values for the time of the plan. No JSON text holds a NUL.
const timeMark = "\x00time\x00"

// normal returns the leaves of a change in their order, with marks in their values. Those that hold the time of the
// plan are noted as volatile.
func (f *Fingerprinter) normal(t timed, time string) []Leaf {
	leaves := slices.Clone(t.leaves)
	for i := range leaves {
		l := &leaves[i]
		if time != "" && bytes.Contains(l.After, []byte(time)) {
			f.volatile = append(f.volatile, t.address+"."+l.Path)
			l.After = bytes.ReplaceAll(l.After, []byte(time), []byte(timeMark))
		}
		for _, place := range f.places {
			l.Before, l.After = place.hide(l.Before), place.hide(l.After)
		}
	}
	slices.SortFunc(leaves, func(a, b Leaf) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), bytes.Compare(a.Before, b.Before), bytes.Compare(a.After, b.After))
	})
	return leaves
}

// hide returns value with the mark of p for p. An empty p is nowhere.
func (p place) hide(value []byte) []byte {
	if len(p.dir) == 0 || !bytes.Contains(value, p.dir) {
		return value
	}
	return bytes.ReplaceAll(value, p.dir, p.mark)
}
