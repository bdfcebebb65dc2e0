// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"flag"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/layerbot/layerbot/internal/layer"
)

// ordinaryLives is how many histories are played by default; LAYERBOT_LIFE=100000 plays more.
const ordinaryLives = 1000

// TestLife plays random histories of random repositories: merges, missed and repeated events, failures, interruptions,
// jobs and phases that die, deleted layers, forced pushes, plans that change after their review. In each, a target is
// applied at most once for what it is to be, never before what it builds on, and never with a plan that nobody said
// yes to; and when nothing goes wrong any more, the end is that of one clean run.
func TestLife(t *testing.T) {
	n := ordinaryLives
	if text := os.Getenv("LAYERBOT_LIFE"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	checks := flag.Lookup("rapid.checks")
	each, err := strconv.Atoi(checks.Value.String())
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var total counts
	start := time.Now()
	t.Run("histories", func(t *testing.T) {
		for i := range (n + each - 1) / each {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				root := t.TempDir()
				rapid.Check(t, func(r *rapid.T) {
					dir, err := os.MkdirTemp(root, "")
					if err != nil {
						r.Fatal(err)
					}
					defer os.RemoveAll(dir)
					c := live(r, dir)
					mu.Lock()
					defer mu.Unlock()
					total.add(c)
				})
			})
		}
	})
	t.Logf("%+v in %.1f s", total, time.Since(start).Seconds())
}

// live plays one history to its end.
func live(t *rapid.T, dir string) counts {
	l := drawLayout(t, 2, 3, 4, 5, 8, 30)
	w := newWorld(t, l, dir)
	w.count.histories, w.count.targets = 1, l.targets()
	h := &historian{T: t, world: w, luck: 5}
	for range rapid.IntRange(1, 6).Draw(t, "steps") {
		h.step()
	}
	w.converge()
	return w.count
}

// most is how many rounds a history may need until nothing is left.
const most = 40

// converge repeats what is left until nothing is, with nothing going wrong, and looks at the end.
func (w *world) converge() {
	w.t.Helper()
	clear(w.estate.locked)
	w.t.Logf("no more faults")
	w.rest("main")
	if w.layout.branch["prod"] == "prod" {
		w.openPull("prod", w.difference(), true)
		w.mergePull(len(w.open)-1, false)
		w.rest("prod")
	}
	deployments := len(w.hub.deployments)
	for _, branch := range w.layout.branches() {
		if p := w.gate(w.push(branch)); p != nil {
			w.t.Fatalf("something is applied although nothing is left: %v", p.ticket.Targets())
		}
		w.cleanEnd(branch)
	}
	if now := len(w.hub.deployments); now != deployments {
		w.t.Fatalf("%d deployments for nothing", now-deployments)
	}
}

// rest applies what is left on a branch.
func (w *world) rest(branch string) {
	w.t.Helper()
	for range most {
		p := w.gate(w.push(branch))
		if p == nil {
			return
		}
		w.calm(p)
		for _, id := range slices.Sorted(maps.Keys(p.prints)) {
			if p := w.gate(w.agree(id)); p != nil {
				w.calm(p)
			}
		}
	}
	w.t.Fatalf("%s does not come to an end", branch)
}

// calm plays a run in which nothing goes wrong.
func (w *world) calm(p *play) {
	w.t.Helper()
	for _, wave := range p.waves() {
		for _, j := range wave {
			p.job(context.Background(), j, fine)
		}
	}
	if !p.report() {
		w.t.Fatalf("the report died")
	}
}

// cleanEnd fails the test if a branch's targets are not as one clean run of its head makes them.
func (w *world) cleanEnd(branch string) {
	w.t.Helper()
	head := w.git.branches[branch]
	for _, c := range w.hub.checks[head] {
		if w.blurred {
			break
		}
		env, ok := strings.CutPrefix(c.Name, applyPrefix)
		if ok && w.layout.branch[env] == branch && c.Conclusion != "success" {
			w.t.Fatalf("in the end %s is %s", c.Name, c.Conclusion)
		}
	}
	for _, name := range w.layout.layers {
		for _, env := range w.layout.envs[name] {
			if w.layout.branch[env] != branch {
				continue
			}
			id := layer.Target{Layer: name, Env: env}.ID()
			if is, want := w.estate.states[id], w.git.wants(head, id); !maps.Equal(is, want) {
				w.t.Fatalf("in the end %s is %v instead of %v", id, is, want)
			}
			if len(w.git.wants(head, id)) == 0 {
				continue
			}
			if states := w.hub.statesOf(w.newest[id]); len(states) == 0 || states[len(states)-1].State != "success" {
				w.t.Fatalf("in the end no success of %s is recorded: %v", id, states)
			}
		}
	}
}
