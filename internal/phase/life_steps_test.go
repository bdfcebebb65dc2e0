// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"maps"
	"path"
	"slices"

	"pgregory.net/rapid"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
)

// A historian draws what happens in a world.
type historian struct {
	*rapid.T
	*world
	luck    int // one job of so many has a fault
	deleted bool
	events  []*github.Event // commands
}

func (h *historian) chance(one int, label string) bool {
	return rapid.IntRange(1, one).Draw(h.T, label) == one
}
func (h *historian) below(n int, label string) int { return rapid.IntRange(0, n-1).Draw(h.T, label) }

// step lets one thing happen.
func (h *historian) step() {
	steps := []func(){
		h.change, h.change, h.change, h.again, h.mergeOlder, h.promote, h.direct, h.forced, h.deleteLayer, h.command, h.accept,
		h.changeWeather, h.unlock, h.conclude, h.repeat,
	}
	names := []string{
		"change", "change", "change", "again", "merge an older one", "promote", "push directly", "push by force", "delete a layer", "command", "accept",
		"plans change", "unlock", "report late", "repeat a command",
	}
	i := h.below(len(steps), "step")
	h.Logf("step: %s", names[i])
	steps[i]()
}

// patch draws a change of some layers.
func (h *historian) patch() files {
	h.version++
	patch := files{}
	share := 1 + h.below(4, "share")
	for i, name := range h.layout.layers {
		if i > 0 && !h.chance(share, "touch") {
			continue
		}
		envs := h.layout.envs[name]
		if k := h.below(1+len(envs), "what"); k == 0 {
			patch[codeOf(name)] = h.layout.write.code(name, h.version)
		} else {
			patch[valuesOf(name, envs[k-1])] = h.layout.write.values(envs[k-1], h.version)
		}
	}
	for name := range patch {
		if _, there := h.git.commits[h.git.branches["main"]].files[name]; !there {
			delete(patch, name)
		}
	}
	return patch
}

func (h *historian) change() {
	h.openPull("main", h.patch(), !h.chance(5, "not planned"))
	if h.chance(5, "stays open") {
		return
	}
	h.merge(len(h.open) - 1)
}

func (h *historian) merge(i int) {
	branch := h.mergePull(i, h.chance(3, "squash"))
	if !h.chance(6, "event missed") {
		h.run(h.push(branch))
	}
}

func (h *historian) mergeOlder() {
	if len(h.open) > 0 {
		h.merge(h.below(len(h.open), "pull request"))
	}
}

func (h *historian) promote() {
	if h.layout.branch["prod"] == "prod" {
		h.openPull("prod", h.difference(), !h.chance(5, "not planned"))
		h.merge(len(h.open) - 1)
	}
}

// difference returns what makes prod the same as main.
func (w *world) difference() files {
	from, to := w.git.commits[w.git.branches["prod"]].files, w.git.commits[w.git.branches["main"]].files
	patch := maps.Clone(to)
	for name := range from {
		if _, ok := to[name]; !ok {
			patch[name] = ""
		}
	}
	return patch
}

func (h *historian) direct() {
	head := h.git.branches["main"]
	h.git.branches["main"] = h.git.commit(patched(h.git.commits[head].files, h.patch()), head)
	h.run(h.push("main"))
}

// forced takes main back to an earlier commit.
func (h *historian) forced() {
	old := h.git.branches["main"]
	to := h.git.commits[old]
	for range 1 + h.below(3, "back") {
		if len(to.parents) > 0 {
			to = h.git.commits[to.parents[0]]
		}
	}
	h.git.branches["main"], h.blurred = to.sha, true
	if h.chance(2, "lost") {
		kept := map[string]bool{}
		for _, sha := range h.git.branches {
			maps.Copy(kept, h.git.reach(sha))
		}
		for _, p := range h.hub.pulls {
			maps.Copy(kept, h.git.reach(p.HeadSHA)) // GitHub keeps refs/pull
		}
		for sha := range h.git.commits {
			h.git.lost[sha] = !kept[sha]
		}
	}
	h.run(h.push("main"))
}

// deleteLayer merges the end of a layer that nothing is configured to build on.
func (h *historian) deleteLayer() {
	candidates := h.layout.leaves()
	if h.deleted || len(candidates) < 2 {
		return
	}
	h.deleted = true
	name := candidates[h.below(len(candidates), "layer")]
	rest := h.layout.without(name)
	patch := files{config.Path: rest.config(), codeOf(name): ""}
	for _, env := range h.layout.envs[name] {
		patch[valuesOf(name, env)], patch[stateOf(name, env)] = "", ""
	}
	h.openPull("main", patch, !h.chance(5, "not planned"))
	h.merge(len(h.open) - 1)
}

// again repeats the push of a branch.
func (h *historian) again() {
	branches := h.layout.branches()
	h.run(h.push(branches[h.below(len(branches), "branch")]))
}

// command is /apply on a merged pull request, which accepts what is shown there, and nothing that is shown elsewhere.
func (h *historian) command() {
	var merged []*github.PullRequest
	for _, p := range h.hub.pulls {
		if p.Merged {
			merged = append(merged, p)
		}
	}
	if len(merged) == 0 {
		return
	}
	p, words := merged[len(merged)-1-h.below(len(merged), "pull request")], ""
	if h.chance(2, "named") {
		words = h.layout.layers[h.below(len(h.layout.layers), "layer")]
		h.yes(words, p.Number)
	}
	h.ask(h.says(p.Number, p.BaseRef, words))
}

// accept says yes to a plan that was shown.
func (h *historian) accept() {
	ids := slices.Sorted(maps.Keys(h.shown))
	if len(ids) > 0 {
		h.ask(h.agree(ids[h.below(len(ids), "target")]))
	}
}

// agree is the command that accepts the plan that was shown of a target.
func (w *world) agree(id string) *github.Event {
	s := w.shown[id]
	w.granted[id] = append(w.granted[id], s.print)
	delete(w.shown, id)
	name, env := path.Dir(id), path.Base(id)
	return w.says(s.pull, w.layout.branch[env], name+" "+env)
}

// yes notes that somebody said yes to what a pull request shows of a layer.
func (w *world) yes(name string, pull int) {
	for id, s := range w.shown {
		if path.Dir(id) == name && s.pull == pull {
			w.granted[id] = append(w.granted[id], s.print)
		}
	}
}

func (h *historian) changeWeather() {
	id := h.target()
	h.estate.weather[id]++
}

func (h *historian) target() string {
	name := h.layout.layers[h.below(len(h.layout.layers), "layer")]
	envs := h.layout.envs[name]
	return layer.Target{Layer: name, Env: envs[h.below(len(envs), "environment")]}.ID()
}

func (h *historian) unlock() { clear(h.estate.locked) }

// conclude lets the report phase of an earlier run conclude.
func (h *historian) conclude() {
	if len(h.late) > 0 {
		p := h.late[0]
		h.late, h.blurred = h.late[1:], true
		p.report()
	}
}

// ask plays a command, which may be repeated later.
func (h *historian) ask(ev *github.Event) {
	h.events, h.blurred = append(h.events, ev), true
	h.run(ev)
}

// repeat runs the workflow of an earlier command once more. It says yes to nothing that was shown since.
func (h *historian) repeat() {
	if len(h.events) > 0 {
		h.run(h.events[h.below(len(h.events), "event")])
	}
}

// run plays the workflow of an event with whatever goes wrong in it.
func (h *historian) run(ev *github.Event) {
	var plays []*play
	for range 1 + h.below(5, "delivered twice")/4 {
		if h.chance(10, "gate dies") {
			h.hub.fails = h.hub.writes + 1 + h.below(6, "at write")
		}
		if p := h.gate(ev); p != nil {
			plays = append(plays, p)
		}
		h.hub.fails = 0
	}
	for _, p := range plays {
		h.work(p)
	}
}

// work plays the waves and the report of a run.
func (h *historian) work(p *play) {
	ctx := context.Background()
	alive := !h.chance(12, "cancelled at once")
	for _, wave := range p.waves() {
		for _, j := range wave {
			if alive {
				p.job(ctx, j, h.fault())
			}
		}
		alive = alive && !h.chance(12, "cancelled after a wave")
	}
	switch h.below(10, "report") {
	case 9: // never runs
	case 8:
		h.late = append(h.late, p)
	case 7:
		h.hub.fails = h.hub.writes + 1 + h.below(6, "at write")
		p.report()
		h.hub.fails = 0
	default:
		p.report()
	}
}

func (h *historian) fault() fault {
	if !h.chance(h.luck, "fault") {
		return fine
	}
	return fault(1 + h.below(int(anyFault)-1, "which"))
}
