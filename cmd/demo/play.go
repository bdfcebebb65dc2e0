// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// A play puts the story on the stage.
type play struct {
	stage   *stage
	actions *actions
	line    *timeline
	board   *board

	mu     sync.Mutex // of what follows and of the stage's pull requests; not held while a workflow runs
	scenes []*told    // by their place in the story; nil: not begun
}

// told is a scene that was played.
type told struct {
	Place            int // in the story, from 1
	Title            string
	Before           []action
	Who, What, Words string
	Pull             int
	Run              *run // nil while it is under way
	Result           string
	Problems         []string // what was not as the story has it
}

// An action is one thing that somebody did.
type action struct{ Who, What string }

// before brings the environments into the state in which the story finds them.
func (p *play) before(ctx context.Context) error {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		return fmt.Errorf("the demo runs real Terraform: install it (https://developer.hashicorp.com/terraform/install), 1.6 or later, and run the demo again: %w", err)
	}
	p.line.chapter("", "Long before: dev and prod are applied with plain Terraform; test never was")
	began, done := p.line.now(), p.line.working("terraform apply")
	defer done()
	group, ctx := errgroup.WithContext(ctx)
	for _, env := range []string{"dev", "prod"} {
		group.Go(func() error { return p.stage.apply(ctx, terraform, env) })
	}
	if err := errors.Join(group.Wait(), p.stage.quota("2")); err != nil {
		return err
	}
	p.line.job(&job{Name: "8 targets", Took: p.line.now() - began, Note: "four layers in two environments"})
	return nil
}

// run plays all scenes. The error is of the demo itself; what went differently than told is counted.
func (p *play) run(ctx context.Context, scenes []scene) (failed int, err error) {
	p.line.chapter("", "A sandbox GitHub with the repository "+slug)
	p.line.tell("The page", "is at", p.board.URL)
	if err := p.show("running", "setting the stage"); err != nil {
		return 0, err
	}
	if err := p.before(ctx); err != nil {
		return 0, err
	}
	if failed, err = p.scenesOf(ctx, scenes); err != nil {
		return failed, err
	}
	p.line.chapter("", "The end")
	for _, violation := range p.stage.hub.Violations() {
		failed++
		p.line.outcome("", []string{"GitHub would have refused: " + violation.Error()})
	}
	if failed > 0 {
		text := fmt.Sprintf("%d not as told", failed)
		p.line.outcome("", []string{text})
		return failed, p.show("failure", text)
	}
	text := fmt.Sprintf("%d scenes, all as told", len(scenes))
	p.line.outcome(fmt.Sprintf("%s; %d runs, GitHub found nothing to refuse", text, len(p.actions.runs)), nil)
	return 0, p.show("success", text)
}

// scenesOf plays scenes, each as soon as those are over that it must come after, and counts what is not as told.
func (p *play) scenesOf(ctx context.Context, scenes []scene) (failed int, err error) {
	p.scenes = make([]*told, len(scenes))
	over := make([]chan struct{}, len(scenes))
	played := 0
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range scenes {
		over[i] = make(chan struct{})
		first := earlier(scenes, i)
		var b *begun
		var err error
		if len(first) == 0 { // here, in the order of the story: pull requests are numbered
			b, err = p.begin(ctx, s, i)
		}
		group.Go(func() error {
			for _, e := range first {
				select {
				case <-over[e]:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if b == nil && err == nil {
				b, err = p.begin(ctx, s, i)
			}
			var problems int
			if err == nil {
				problems, err = p.scene(ctx, s, b)
			}
			if err != nil {
				return fmt.Errorf("scene %d: %w", i+1, err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			failed, played = failed+problems, played+1
			close(over[i])
			return p.show("running", fmt.Sprintf("%d of %d scenes played", played, len(scenes)))
		})
	}
	err = group.Wait()
	return failed, err
}

// earlier returns the places of the scenes that must be over before scene i: those about the same pull request, and those
// that it names.
func earlier(scenes []scene, i int) []int {
	var first []int
	for j, s := range scenes[:i] {
		if s.Act.about() == scenes[i].Act.about() || slices.Contains(scenes[i].After, s.Name) {
			first = append(first, j)
		}
	}
	return first
}

// A begun scene waits for what comes of it.
type begun struct {
	*told
	pull  *pull
	event webhook
	line  *timeline
}

// begin lets people do what the scene at place i begins with.
func (p *play) begin(ctx context.Context, s scene, i int) (*begun, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := &begun{told: &told{Place: i + 1, Title: s.Title}, line: p.line.passage()}
	b.line.chapter(fmt.Sprintf("%d/%d", i+1, len(p.scenes)), s.Title)
	for _, d := range s.Before {
		if err := d.do(ctx, p.stage); err != nil {
			return nil, err
		}
		who, what := d.telling(p.stage)
		b.Before = append(b.Before, action{who, what})
		b.line.tell(who, what, "")
	}
	var err error
	if b.pull, b.event, err = s.Act.do(ctx, p.stage); err != nil {
		return nil, err
	}
	b.pull.listen(p.stage.bot())
	b.Pull = b.pull.Number
	b.Who, b.What, b.Words = s.Act.telling(b.Pull)
	b.line.tell(b.Who, b.What, b.Words)
	p.scenes[i] = b.told
	return b, p.show("running", s.Title)
}

// scene plays the rest of a scene and returns how much is not as told.
func (p *play) scene(ctx context.Context, s scene, b *begun) (problems int, err error) {
	r, err := p.actions.workflow(ctx, b.event, b.line)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r.Checks = b.pull.Checks()
	if r.applies() {
		r.Checks = p.stage.checks(r.Ticket.Head)
	}
	b.Run = r
	b.pull.Log = append(b.pull.Log, entry{Run: r})
	changed := b.pull.listen(p.stage.bot())
	b.Problems, b.Result = s.Want.check(b.pull, r, changed, p.stage), summary(r, changed)
	b.line.outcome(b.Result, b.Problems)
	if len(b.Problems) > 0 {
		b.line.quote(r)
	}
	b.line.end()
	return len(b.Problems), nil
}

// show publishes the page as things stand.
func (p *play) show(status, text string) error {
	page, err := p.render(status == "running", status, text)
	p.board.put(page)
	return err
}

// write leaves the page, every text of Layerbot's comments and the timeline in a folder.
func (p *play) write(dir string) error {
	comments := filepath.Join(dir, "comments")
	if err := errors.Join(os.RemoveAll(comments), os.MkdirAll(comments, 0o750)); err != nil { // those of an earlier run are another story's
		return err
	}
	files := map[string]string{"index.html": string(p.board.page), "timeline.txt": p.line.text()}
	for _, pull := range p.stage.pulls {
		for _, e := range pull.Log {
			if e.Comment == nil || e.Comment.Author.Login != p.stage.bot() {
				continue
			}
			for i, body := range append(slices.Clone(e.Comment.Earlier), e.Comment.Body) {
				files[fmt.Sprintf("comments/pr-%d-comment-%d-version-%d.md", pull.Number, e.Comment.ID, i+1)] = body
			}
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			return err
		}
	}
	p.line.tell("The page", "is written to", filepath.Join(dir, "index.html"))
	return nil
}

// summary says in a line what came of a run.
func summary(r *run, changed []*remark) string {
	what := "nothing was written"
	for _, c := range changed {
		what = "a comment was written"
		if c.Edits > 0 {
			what = "the comment was edited in place"
		}
	}
	return fmt.Sprintf("%s, %d API requests", what, r.Calls)
}
