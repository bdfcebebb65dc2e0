package report

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"regexp"
	"slices"
	"strings"
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

// A Fingerprinter makes a Fingerprint while a plan is read. It keeps digests, not values; the exception are
// leaves that look like a point in time, kept until Sum knows the time of the plan.
type Fingerprinter struct {
	key     []byte
	tool    Tool
	prints  map[string]Print
	seen    map[string]bool // addresses
	pending []timed
}

// timed is a change that may hold the time of the plan.
type timed struct {
	address string
	change  Change
	leaves  []Leaf
}

// NewFingerprinter returns a Fingerprinter for a plan made by tool. The key keys the HMAC of sensitive leaves.
func NewFingerprinter(key []byte, tool Tool) *Fingerprinter {
	return &Fingerprinter{key: key, tool: tool, prints: map[string]Print{}, seen: map[string]bool{}}
}

// Ignore has leaves whose "address.path" matches one of the globs left out of the comparison: they are noted as
// volatile. `*` matches anything but a dot, `**` anything: `**.tags_all["governance:SemanticVersion"]`. It comes
// before the first Add.
func (f *Fingerprinter) Ignore(globs []string) { panic("being written") }

// Against has the plan compared with a reviewed one. It comes before the first Add, for what was unknown then must
// be left aside while the plan is read. nil: nobody reviewed anything.
func (f *Fingerprinter) Against(r *Review) { panic("being written") }

// Compare returns the verdict, and beside Different the differences in the order of their addresses. It comes
// after Sum.
func (f *Fingerprinter) Compare() (Verdict, []Difference) { panic("being written") }

// Add takes in one change: a resource under its address, an output as "output.<name>". Leaves that a change
// leaves as they are should be among leaves only if they tell which object is meant. Attrs of c are ignored.
// The order of calls and of leaves is of no consequence. Add may keep leaves.
func (f *Fingerprinter) Add(address string, c Change, leaves []Leaf) {
	for f.seen[address] { // two addresses that redaction made one
		address += "'"
	}
	f.seen[address] = true
	if slices.ContainsFunc(leaves, func(l Leaf) bool { return instant.Match(l.After) }) {
		c.Attrs = nil
		f.pending = append(f.pending, timed{address, c, leaves})
		return
	}
	f.prints[address], _ = f.print(c, leaves, "")
}

// instant matches what plantimestamp() returns: RFC 3339 in UTC.
var instant = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// Sum returns the fingerprint of all that was added. The time is the plan's own, as it stands in the plan's
// JSON ("" if unknown): where it appears in a value, it is noted as volatile and not compared.
func (f *Fingerprinter) Sum(time string) *Fingerprint {
	fp := &Fingerprint{Resources: f.prints}
	for _, p := range f.pending {
		var volatile []string
		fp.Resources[p.address], volatile = f.print(p.change, p.leaves, time)
		for _, path := range volatile {
			fp.Volatile = append(fp.Volatile, p.address+"."+path)
		}
	}
	f.pending = nil
	slices.Sort(fp.Volatile)

	d := newDigest()
	d.field(f.tool.Name, f.tool.Version)
	d.table(f.tool.Providers)
	d.count(len(fp.Resources))
	for _, address := range slices.Sorted(maps.Keys(fp.Resources)) {
		p := fp.Resources[address]
		d.field(address, p.Digest)
		d.list(p.Unknown)
	}
	d.list(fp.Volatile)
	fp.Digest = d.sum()
	return fp
}

// print returns the digest of one change, and the paths that hold the time of the plan.
func (f *Fingerprinter) print(c Change, leaves []Leaf, time string) (Print, []string) {
	leaves = slices.Clone(leaves)
	slices.SortFunc(leaves, func(a, b Leaf) int { return strings.Compare(a.Path, b.Path) })

	var p Print
	var volatile []string
	d := newDigest()
	d.field(string(c.Action), c.MovedFrom, c.ImportID, c.Deferred)
	d.flags(c.CreateFirst, c.Imported)
	for _, l := range leaves {
		if l.Unknown {
			p.Unknown = append(p.Unknown, l.Path)
			continue
		}
		after := l.After
		if time != "" && strings.Contains(string(after), time) {
			volatile = append(volatile, l.Path)
			after = []byte(strings.ReplaceAll(string(after), time, "\x00time\x00"))
		}
		d.field(l.Path)
		d.flags(l.Sensitive, l.Forces, l.Before != nil, after != nil)
		d.bytes(f.veil(l.Sensitive, l.Before), f.veil(l.Sensitive, after))
	}
	p.Digest = d.sum()
	return p, volatile
}

// veil returns the value itself, or for a sensitive one its keyed digest.
func (f *Fingerprinter) veil(sensitive bool, value []byte) []byte {
	if !sensitive || value == nil {
		return value
	}
	mac := hmac.New(sha256.New, f.key)
	mac.Write(value)
	return mac.Sum(nil)
}

// A digest hashes a sequence of fields so that no two sequences run together: each is preceded by its length.
type digest struct{ h hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) count(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // G115: n is a length
	d.h.Write(b[:])
}

func (d digest) bytes(values ...[]byte) {
	for _, v := range values {
		d.count(len(v))
		d.h.Write(v)
	}
}

func (d digest) field(values ...string) {
	for _, v := range values {
		d.bytes([]byte(v))
	}
}

func (d digest) flags(values ...bool) {
	for _, v := range values {
		if v {
			d.h.Write([]byte{1})
		} else {
			d.h.Write([]byte{0})
		}
	}
}

func (d digest) list(values []string) {
	d.count(len(values))
	d.field(values...)
}

func (d digest) table(m map[string]string) {
	d.count(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		d.field(k, m[k])
	}
}

func (d digest) sum() string { return "sha256:" + hex.EncodeToString(d.h.Sum(nil)) }
