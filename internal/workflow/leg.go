// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/phase"
)

const (
	// maxMatrix is the most jobs GitHub makes of one matrix.
	// Source: https://docs.github.com/actions/reference/limits
	maxMatrix = 256

	// maxWaves is how many jobs for applies, one after the other, the reusable workflow has.
	maxWaves = 8

	// scansPerLeg is how many targets one job scans: scanners are quicker than a runner's start, and what targets of one layer
	// share is looked at once.
	scansPerLeg = 8
)

// A Leg is one job of a matrix: usually one target, several when there are more targets than jobs.
type Leg struct {
	Name     string `json:"name"`     // for the job's title: "compute/prod"
	Target   string `json:"target"`   // for --target: target IDs, one a line
	Env      string `json:"env"`      // for `environment: plan-<env>`: all targets of a leg share it; "" for scans
	Artifact string `json:"artifact"` // what the job leaves, "layerbot-plan-3": no two jobs of a run share one

	jobs []phase.Job
}

// A plan is all legs of a ticket.
type plan struct {
	plans []Leg
	scans []Leg
	waves [][]Leg // by number, from wave 1; one may be empty
}

// spread returns the jobs of a workflow that do the work of a ticket. The same ticket is always spread the same way.
func spread(t *phase.Ticket) plan {
	var p plan
	switch t.Work {
	case phase.Planning, phase.Drifting:
		p.plans = legs("layerbot-"+Verb(t.Work), t.Jobs, 1, environment)
	case phase.Unlocking:
		p.waves = [][]Leg{legs("layerbot-apply-1", t.Jobs, 1, environment)}
	case phase.Applying:
		p.waves = waves(t.Jobs)
	case phase.Scanning: // below
	}
	if t.Work == phase.Planning || t.Work == phase.Scanning {
		jobs := phase.Scans(t.Jobs)
		slices.SortStableFunc(jobs, func(a, b phase.Job) int { return cmp.Compare(a.Target.Dir, b.Target.Dir) })
		p.scans = legs("layerbot-scan", jobs, scansPerLeg, func(phase.Job) string { return "" })
	}
	return p
}

func environment(j phase.Job) string { return j.Target.Env }

// waves spreads applies. What is held up needs no runner; what is deeper than there are waves goes one after the other, in one
// job for each environment.
func waves(jobs []phase.Job) [][]Leg {
	out := make([][]Leg, maxWaves)
	begin := slices.DeleteFunc(slices.Clone(jobs), func(j phase.Job) bool { return j.Apply.Idle() })
	deep := slices.IndexFunc(begin, func(j phase.Job) bool { return j.Apply.Wave >= maxWaves })
	if deep < 0 {
		deep = len(begin)
	}
	for _, wave := range phase.Waves(begin[:deep]) {
		n := wave[0].Apply.Wave
		out[n-1] = legs(fmt.Sprintf("layerbot-apply-%d", n), wave, 1, environment)
	}
	tail := begin[deep:]
	out[maxWaves-1] = legs(fmt.Sprintf("layerbot-apply-%d", maxWaves), tail, max(1, len(tail)), environment)
	return out
}

// legs puts jobs into legs of size jobs that have the same key, of more where there would be too many legs.
func legs(artifact string, jobs []phase.Job, size int, key func(phase.Job) string) []Leg {
	size = max(size, (len(jobs)+maxMatrix-1)/maxMatrix)
	for {
		all := legsOf(jobs, size, key)
		if len(all) > maxMatrix {
			size++ // several environments, each with a leg that is not full
			continue
		}
		for i := range all {
			all[i].Artifact = fmt.Sprintf("%s-%d", artifact, i+1)
		}
		return all
	}
}

func legsOf(jobs []phase.Job, size int, key func(phase.Job) string) []Leg {
	var all []Leg
	open := map[string]int{} // key → leg with room
	for _, j := range jobs {
		i, ok := open[key(j)]
		if !ok || len(all[i].jobs) == size {
			i = len(all)
			open[key(j)] = i
			all = append(all, Leg{Name: j.Target.String(), Target: j.Target.ID(), Env: key(j), jobs: []phase.Job{j}})
			continue
		}
		l := &all[i]
		l.jobs = append(l.jobs, j)
		l.Target += "\n" + j.Target.ID()
		l.Name = fmt.Sprintf("%s and %d more", l.jobs[0].Target, len(l.jobs)-1)
	}
	return all
}
