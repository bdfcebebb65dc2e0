// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestWavesOfRandomGraphs checks on many graphs, with cycles and with numbers that
// contradict what is read, that every dependency that is kept is in an earlier
// wave and that nothing is lost.
func TestWavesOfRandomGraphs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		n := 2 + random.IntN(9)
		var b strings.Builder
		for i := range n {
			dir := fmt.Sprintf("%02d-l", random.IntN(n)) + fmt.Sprint(i)
			if random.IntN(4) == 0 {
				dir = fmt.Sprintf("x%d/%02d-l%d", random.IntN(2), random.IntN(n), i)
			}
			b.WriteString(layerAt(dir, fmt.Sprint("k", i)))
			for range random.IntN(3) {
				fmt.Fprintf(&b, "data \"terraform_remote_state\" \"r%d\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"b\"\n    key = \"k%d\"\n  }\n}\n", random.IntN(99), random.IntN(n))
			}
		}
		m := discover(t, treeOf(b.String()), Options{})
		if len(m.Targets) != n {
			t.Fatalf("round %d: %d targets of %d", round, len(m.Targets), n)
		}
		checkSound(t, m)
		for _, x := range m.Targets {
			if x.Wave >= n {
				t.Fatalf("round %d: wave %d of %d layers", round, x.Wave, n)
			}
		}
		if t.Failed() {
			t.Fatalf("round %d:\n%s\n%s", round, b.String(), describe(m))
		}
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"\x00", "anything", true}, {"a/\x00", "a/b", true}, {"\x00/a", "b/a", true},
		{"a\x00a", "a", false}, {"a\x00a", "aa", true}, {"a\x00b\x00c", "a-b-c", true}, {"a\x00b\x00c", "a-c", false}, {"\x00b\x00b", "ab", false},
	} {
		if got := covers(c.pattern, c.text); got != c.want {
			t.Errorf("covers(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}
