// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"slices"
	"strings"
	"testing"
)

// layersOf is a tree of layers whose state key is their folder's name: "02-b < 01-a" reads the state of 01-a.
func layersOf(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		words := strings.Fields(line)
		b.WriteString(layerAt(words[0], words[0]))
		for _, up := range words[1:] {
			if up != "<" {
				b.WriteString("data \"terraform_remote_state\" \"" + strings.ReplaceAll(up, "/", "-") + "\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"b\"\n    key = \"" + up + "\"\n  }\n}\n")
			}
		}
	}
	return b.String()
}

func TestUpstreams(t *testing.T) {
	for name, c := range map[string]struct {
		tree string
		opts Options
		want []string // "target: upstreams"
	}{
		"a chain is upstream as a whole": {
			layersOf("c < b", "b < a", "a"), Options{},
			[]string{"a:", "b: a", "c: a b"},
		},
		"lower numbers where nothing else is known": {
			layersOf("01-a", "02-b", "03-c"), Options{},
			[]string{"01-a:", "02-b: 01-a", "03-c: 01-a 02-b"},
		},
		"equal numbers are not each other's": {
			layersOf("01-a", "01-b", "02-c"), Options{},
			[]string{"01-a:", "01-b:", "02-c: 01-a 01-b"},
		},
		"a number waits for nothing that it does not use": {
			layersOf("01-a", "02-b", "03-c < 01-a", "04-d"), Options{},
			[]string{"03-c: 01-a", "04-d: 01-a 02-b 03-c"},
		},
		"what a lower number depends on counts as that number": {
			layersOf("01-a < 03-c", "02-b", "03-c"), Options{},
			[]string{"01-a: 03-c", "02-b: 01-a 03-c", "03-c:"},
		},
		"numbers count in their own folder": {
			layersOf("x/01-a", "y/02-b", "x/03-c"), Options{},
			[]string{"y/02-b:", "x/03-c: x/01-a"},
		},
		"without numbers nothing is ordered": {
			layersOf("a", "b", "03-c"), Options{},
			[]string{"a:", "b:", "03-c:"},
		},
		"through a layer without a number": {
			layersOf("01-a", "02-b", "tail < 02-b"), Options{},
			[]string{"tail: 01-a 02-b"},
		},
		"of a circle only what comes first": {
			layersOf("01-a < 02-b", "02-b < 01-a", "03-c < 02-b"), Options{},
			[]string{"01-a:", "02-b: 01-a", "03-c: 01-a 02-b"},
		},
		"what the configuration says": {
			layersOf("a", "b", "c < b"), Options{DependsOn: map[string][]string{"b": {"a"}}},
			[]string{"b: a", "c: a b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := discover(t, treeOf(c.tree), c.opts)
			checkSound(t, m)
			for _, line := range c.want {
				dir, want, _ := strings.Cut(line, ":")
				i := slices.IndexFunc(m.Targets, func(x Target) bool { return x.Dir == dir })
				var got []string
				for _, id := range m.Upstreams(m.Targets[i].ID()) {
					j := slices.IndexFunc(m.Targets, func(x Target) bool { return x.ID() == id })
					got = append(got, m.Targets[j].Dir)
				}
				if !slices.Equal(got, strings.Fields(want)) {
					t.Errorf("upstreams of %s are %q, want %q", dir, got, want)
				}
			}
		})
	}
}

func TestUpstreamsAreOfTheSameEnvironment(t *testing.T) {
	m := discover(t, treeOf(layersOf("01-a", "02-b", "03-c", "04-d < 01-a")+`
-- 01-a/dev.tfvars --
-- 01-a/prod.tfvars --
-- 02-b/prod.tfvars --
-- 03-c/dev.tfvars --
-- 03-c/prod.tfvars --
-- 04-d/prod.tfvars --
-- 04-d/stage.tfvars --
`), Options{})
	checkSound(t, m)
	for id, want := range map[string]string{
		"01-a/dev":   "",
		"02-b/prod":  "01-a/prod",
		"03-c/dev":   "01-a/dev 01-a/prod 02-b/prod", // 02-b has prod only, and that needs 01-a
		"03-c/prod":  "01-a/prod 02-b/prod",
		"04-d/stage": "01-a/dev 01-a/prod", // 01-a has no stage
		"none/prod":  "",
		"":           "",
	} {
		if got := strings.Join(m.Upstreams(id), " "); got != want {
			t.Errorf("upstreams of %s are %q, want %q", id, got, want)
		}
	}
	if got := (&Map{}).Upstreams("01-a/dev"); got != nil {
		t.Errorf("an empty map has upstreams %q", got)
	}
	filtered := *m
	filtered.Targets = nil
	if got := filtered.Upstreams("02-b/prod"); len(got) != 1 {
		t.Errorf("a copy of the map has forgotten the order: %q", got)
	}
}

// checkUpstreams checks what holds for the upstreams of every map.
func checkUpstreams(t testing.TB, m *Map) {
	t.Helper()
	wave, upstream := map[string]int{}, map[string]map[string]bool{}
	needed := map[string]bool{} // Dirs that anything depends on
	for _, x := range m.Targets {
		wave[x.ID()] = x.Wave
		ids := m.Upstreams(x.ID())
		if !slices.IsSorted(ids) {
			t.Errorf("upstreams of %s are not sorted: %q", x.ID(), ids)
		}
		upstream[x.ID()] = map[string]bool{}
		for _, id := range ids {
			upstream[x.ID()][id] = true
		}
		for _, dir := range x.DependsOn {
			needed[dir] = true
		}
	}
	for _, x := range m.Targets {
		latest := -1
		for id := range upstream[x.ID()] {
			at, known := wave[id]
			if !known || at >= x.Wave {
				t.Errorf("%s in wave %d has the upstream %s in wave %d (known: %v)", x.ID(), x.Wave, id, at, known)
			}
			latest = max(latest, at)
			for far := range upstream[id] {
				if !upstream[x.ID()][far] {
					t.Errorf("%s has the upstream %s and not its upstream %s", x.ID(), id, far)
				}
			}
		}
		for _, y := range m.Targets {
			n, amongX, okX := number(x.Dir)
			k, amongY, okY := number(y.Dir)
			numbersOnly := okX && okY && amongX == amongY && k < n && len(x.DependsOn) == 0 && !needed[x.Dir]
			depends := slices.Contains(x.DependsOn, y.Dir) && !reads(m, y.Dir, x.Dir)
			if (numbersOnly || depends) && x.Env == y.Env && !upstream[x.ID()][y.ID()] {
				t.Errorf("%s is no upstream of %s: by number %v, by dependency %v", y.ID(), x.ID(), numbersOnly, depends)
			}
		}
	}
}
