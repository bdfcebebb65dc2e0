// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"strings"
	"testing"
)

// bigPlan returns a plan whose leaves come to about size bytes in the proportions of real ones: every tenth resource is
// created with all its leaves, some of them unknown; the others change a tag, a secret and a policy.
func bigPlan(size int) (plan []entry, bytes int) {
	policy := strings.Repeat(`{\n  \"Effect\": \"Allow\"\n}\n`, 100)
	for i := 0; bytes < size; i++ {
		e := entry{fmt.Sprintf("module.m[%d].aws_security_group.this", i), Change{Action: Update}, nil}
		e.leaves = append(e.leaves, known("id", fmt.Sprintf(`"sg-%d"`, i), fmt.Sprintf(`"sg-%d"`, i)), known(semver, `"1.0.0"`, `"1.0.1"`),
			known("policy", `"`+policy+`"`, `"`+policy+`x"`), unknown("version", `"7"`))
		e.leaves = append(e.leaves, Leaf{Path: "password", Before: []byte(`"a"`), After: []byte(`"b"`), Sensitive: true})
		if i%10 == 0 {
			e.change.Action = Create
			for j := range 60 {
				e.leaves = append(e.leaves, known(fmt.Sprintf("ingress[%d].cidr_blocks[0]", j), "", fmt.Sprintf(`"10.%d.0.0/16"`, j)))
			}
			e.leaves = append(e.leaves, unknown("arn", ""), unknown("tags", ""), known("made", "", `"2026-11-22T13:44:52Z"`))
		}
		for _, l := range e.leaves {
			bytes += len(l.Path) + len(l.Before) + len(l.After)
		}
		plan = append(plan, e)
	}
	return plan, bytes
}

// BenchmarkFingerprint makes the fingerprint of a plan whose leaves come to 50 MB, and compares it with a reviewed one
// of which each tenth resource became known; the bound is 1 s.
func BenchmarkFingerprint(b *testing.B) {
	reviewed, size := bigPlan(50 << 20)
	now := copied(reviewed)
	for i := range now {
		if now[i].change.Action == Create {
			now[i].become("tags", known(`tags["a"]`, "", `"1"`))
		}
	}
	read := func(plan []entry, review *Review) (*Fingerprinter, *Fingerprint) {
		f := NewFingerprinter([]byte("key"), tool())
		f.Ignore([]string{"**." + semver, `**.tags["Version"]`})
		f.Places("/tmp/layerbot-1/data", "/home/runner/work/infra")
		f.Against(review)
		for _, e := range plan {
			f.Add(e.address, e.change, e.leaves)
		}
		return f, f.Sum("2026-11-22T13:44:52Z")
	}
	_, first := read(reviewed, nil)
	for _, bench := range []struct {
		name   string
		review *Review
		plan   []entry
		want   Verdict
	}{
		{"alone", nil, reviewed, Different},
		{"same", &Review{Fingerprint: first}, reviewed, Same},
		{"refined", &Review{Fingerprint: first}, now, Refined},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				f, _ := read(bench.plan, bench.review)
				if verdict, d := f.Compare(); verdict != bench.want {
					b.Fatal(verdict, d)
				}
			}
		})
	}
}
