package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/phase"
)

func (b *bot) gate() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Decide what an event asks for, and write the ticket (phase 1)",
		Long: `Reads the event of a GitHub Actions run and decides what is to be planned, applied or looked at. Runs nothing from the pull request.
Writes the ticket to --out, and the outputs ticket, work, jobs, matrix, scan and, for applies, waves and wave-1 to wave-8 to GITHUB_OUTPUT.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.runGate(cmd.Context(), out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "`file` to write the ticket to (-: standard output)")
	return cmd
}

func (b *bot) runGate(ctx context.Context, out string) error {
	ev, err := b.event()
	if err != nil {
		return err
	}
	repo, err := git.Open(ctx, b.env.Dir)
	if err != nil {
		return err
	}
	t, err := phase.Gate(ctx, phase.Door{
		Open: func(ctx context.Context, p github.Permissions) (phase.Pulls, error) {
			return b.client(ctx, ev.Repository, p)
		},
		Git:      phase.CloneOf(repo.WithNetwork(b.env.All)),
		CloneURL: strings.TrimSuffix(b.env.ServerURL, "/") + "/" + ev.Repository.String() + ".git",
		Run:      b.runURL(ev.Repository),
		Repeated: b.env.Repeated,
		AppID:    b.env.AppID, Secret: b.seed(), Log: b.log,
	}, ev)
	if err != nil {
		return err
	}
	t.Attempt = b.env.Attempt
	if err := b.hand(t, out); err != nil {
		return err
	}
	b.tell(t)
	if t.Refusal != nil && t.Refusal.Blocks {
		return exit(exitError)
	}
	return nil
}

// tell says in the log what was decided.
func (b *bot) tell(t *phase.Ticket) {
	switch {
	case t.Ignored != "":
		b.log.Info("nothing to do: " + t.Ignored)
	case t.Refusal != nil && !t.Refusal.Blocks:
		b.log.Warn("refused: "+t.Refusal.Message, "hint", t.Refusal.Hint)
	case len(t.Jobs) == 0 && t.Refusal == nil:
		b.log.Info("no target is to be " + map[string]string{"plan": "planned", "apply": "applied", "drift": "looked at", "scan": "scanned"}[verbOf(t.Work)])
	}
	for _, j := range t.Jobs {
		if j.Apply != nil && j.Apply.Hold != nil {
			b.log.Warn(j.Target.String()+": "+j.Apply.Hold.Message, "hint", j.Apply.Hold.Hint)
			continue
		}
		b.log.Info(verbOf(t.Work) + " " + j.Target.String())
	}
}

// hand passes the ticket on: to a file, to the job's outputs, or, where there is neither, to standard output.
func (b *bot) hand(t *phase.Ticket, out string) error {
	ticket, err := t.JSON()
	if err != nil {
		return err
	}
	outputs, err := outputsOf(t)
	if err != nil {
		return err
	}
	if out != "" || b.env.OutputPath == "" {
		if err := b.write(out, append(tameJSON(ticket), '\n')); err != nil {
			return err
		}
	}
	outputs["ticket"] = string(ticket)
	return b.outputs(outputs)
}

// outputsOf returns what a workflow is made of: the jobs as a matrix, whether there is anything to scan, and for applies one matrix a wave, wave-1 to wave-8. What is
// held up needs no runner.
func outputsOf(t *phase.Ticket) (map[string]string, error) {
	look := t.Work == phase.Planning || t.Work == phase.Scanning
	out := map[string]string{"jobs": fmt.Sprint(len(t.Jobs)), "work": verbOf(t.Work), "scan": fmt.Sprint(look && len(phase.Scans(t.Jobs)) > 0)}
	add := func(name string, jobs []phase.Job, size int) error {
		text, err := json.Marshal(matrixOf(jobs, size))
		out[name] = string(text)
		return err
	}
	switch t.Work {
	case phase.Applying:
	case phase.Scanning:
		return out, add("matrix", nil, 1)
	default:
		return out, add("matrix", t.Jobs, 1)
	}
	begin := slices.DeleteFunc(slices.Clone(t.Jobs), func(j phase.Job) bool { return j.Apply.Idle() })
	deep := slices.IndexFunc(begin, func(j phase.Job) bool { return j.Apply.Wave >= maxWaves })
	if deep < 0 {
		deep = len(begin)
	}
	out["waves"] = "0"
	for _, wave := range phase.Waves(begin[:deep]) {
		n := fmt.Sprint(wave[0].Apply.Wave)
		out["waves"] = n
		if err := add("wave-"+n, wave, 1); err != nil {
			return nil, err
		}
	}
	if tail := begin[deep:]; len(tail) > 0 { // what is deeper goes one after the other, in one job for each environment
		out["waves"] = fmt.Sprint(maxWaves)
		if err := add(fmt.Sprintf("wave-%d", maxWaves), tail, len(tail)); err != nil {
			return nil, err
		}
	}
	return out, add("matrix", begin, 1)
}

// maxMatrix is the most jobs GitHub makes of one matrix.
// Source: https://docs.github.com/actions/reference/limits
const maxMatrix = 256

// maxWaves is how many jobs for applies, one after the other, the reusable workflow has.
const maxWaves = 8

// A matrix is what `strategy.matrix` is given by fromJSON.
type matrix struct {
	Include []leg `json:"include"`
}

// A leg is one job of the matrix: usually one target, several when there are more targets than jobs.
type leg struct {
	Name   string `json:"name"`   // for the job's title: "compute/prod"
	Target string `json:"target"` // for --target: target IDs, one a line
	Env    string `json:"env"`    // for `environment: plan-<env>`; all targets of a leg share it
}

// matrixOf spreads the jobs over legs, environment by environment.
func matrixOf(jobs []phase.Job, size int) matrix {
	size = max(size, (len(jobs)+maxMatrix-1)/maxMatrix)
	for {
		m := matrix{Include: []leg{}}
		open := map[string]int{} // environment → leg with room
		count := map[int]int{}
		for _, j := range jobs {
			i, ok := open[j.Target.Env]
			if !ok || count[i] == size {
				i = len(m.Include)
				open[j.Target.Env] = i
				m.Include = append(m.Include, leg{Name: j.Target.String(), Target: j.Target.ID(), Env: j.Target.Env})
			} else {
				m.Include[i].Target += "\n" + j.Target.ID()
				m.Include[i].Name = fmt.Sprintf("%s and %d more", strings.SplitN(m.Include[i].Name, " and ", 2)[0], count[i])
			}
			count[i]++
		}
		if len(m.Include) <= maxMatrix {
			return m
		}
		size++
	}
}
