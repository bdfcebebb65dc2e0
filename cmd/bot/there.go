// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/workflow"
)

// ticketFlags say which jobs of a ticket are done, and how.
type ticketFlags struct {
	name, out string
	targets   []string
	detailed  bool
	run       runFlags
}

// there does a phase of a ticket: the jobs that --target names.
func (b *bot) there(ctx context.Context, f ticketFlags, work phase.Work, do phaseFunc) error {
	switch {
	case f.out == "":
		return &usageError{message: "--ticket needs --out", next: "name a folder for the reports: `--out reports`"}
	case b.env.holdsKey():
		return &usageError{message: "the App's private key is in the environment of a job that runs Terraform", next: "give LAYERBOT_APP_PRIVATE_KEY, or LAYERBOT_APP_KMS_KEY, to the jobs of gate and report only"}
	}
	if err := b.supply(); err != nil {
		return err
	}
	t, err := b.ticket(f.name)
	if err != nil {
		return err
	}
	if t.Work != work && !(work == phase.Applying && t.Work == phase.Unlocking) {
		return &usageError{message: fmt.Sprintf("the ticket is for %q", cmp.Or(t.Work, "plan")), next: fmt.Sprintf("run `bot %s --ticket` with it", workflow.Verb(t.Work))}
	}
	if work == phase.Applying && t.Attempt != b.env.Attempt {
		return &usageError{
			message: fmt.Sprintf("the ticket is of another attempt (%s) than this job (%s): since then somebody may have merged, or taken back what it allows", t.Attempt, b.env.Attempt),
			next:    "use \"Re-run all jobs\", so that gate decides anew; or comment `/apply`",
		}
	}
	jobs, err := jobsOf(t, f.targets)
	if err != nil {
		return err
	}
	if err := b.grant(t, jobs); err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o700); err != nil {
		return fmt.Errorf("make the folder for the reports: %w", err)
	}
	bench, progress, err := b.bench(ctx, f.run, len(jobs), f.out, false)
	if err != nil {
		return err
	}
	defer progress.stop()
	if err := do(ctx, bench, t, jobs); err != nil {
		return err
	}
	picked := *t
	picked.Jobs = jobs
	reports, err := report.ReadAll(os.DirFS(f.out), phase.Targets(jobs))
	if err != nil {
		return err
	}
	if err := b.outputs(tallied(reports, f.out)); err != nil {
		return err
	}
	b.tellFailures(about(reports, work))
	page := phase.LocalPage(&picked, reports, version)
	if err := b.summary(comment.Summary(page, 1<<20).Body); err != nil {
		return err
	}
	return verdict(t, about(reports, work), f.detailed)
}

// tellFailures says in a job's log, and so on the run's page, why targets failed, with what Terraform said. Of those that wait
// for another one the log says enough: on the page they would hide it.
func (b *bot) tellFailures(reports []report.Report) {
	if !b.env.Actions {
		return
	}
	for i := range reports {
		r := &reports[i]
		if r.Failure == nil || r.Failure.Kind == report.Blocked {
			continue
		}
		text := r.Target.String() + ": " + outcome(r)
		if said := comment.Diagnose(r.Failure.Diagnostics); said != "" {
			text += "\n\n" + said
		}
		b.log.Error(text)
	}
}

// grant gives jobs whose environment has no role in the configuration the one that the step names.
func (b *bot) grant(t *phase.Ticket, jobs []phase.Job) error {
	if b.env.Role == "" {
		return nil
	}
	if b.env.Region == "" {
		return &usageError{message: "the role to assume has no region", next: "give aws-region (LAYERBOT_REGION) beside role-to-assume"}
	}
	for i := range jobs {
		if jobs[i].Grant == nil {
			jobs[i].Grant = &aws.Grant{Role: b.env.Role, Region: b.env.Region, Session: fmt.Sprintf("layerbot-%s-%s", workflow.Verb(t.Work), or(b.env.RunID, "local"))}
		}
	}
	return nil
}

// jobsOf returns the jobs that --target names (several may stand in one value, one a line); none named is all.
func jobsOf(t *phase.Ticket, names []string) ([]phase.Job, error) {
	var jobs []phase.Job
	for _, name := range names {
		if j, err := t.Job(name); err == nil { // also one whose folder has a newline in its name, and that is refused for it
			jobs = append(jobs, j)
			continue
		}
		for _, id := range strings.Split(strings.TrimSpace(name), "\n") {
			j, err := t.Job(strings.TrimSpace(id))
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	if len(names) == 0 {
		return t.Jobs, nil
	}
	return jobs, nil
}
