package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
)

// A play puts the story on the stage.
type play struct {
	stage   *stage
	actions *actions
	line    *timeline
	board   *board
	scenes  []told
}

// told is a scene that was played.
type told struct {
	Title            string
	Who, What, Words string
	Pull             int
	Run              *run // nil while it is under way
	Result           string
	Problems         []string // what was not as the story has it
}

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
	if err := group.Wait(); err != nil {
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
	for i, s := range scenes {
		p.line.chapter(fmt.Sprintf("%d/%d", i+1, len(scenes)), s.Title)
		problems, err := p.scene(ctx, s, fmt.Sprintf("scene %d of %d", i+1, len(scenes)))
		if err != nil {
			return failed, fmt.Errorf("scene %d: %w", i+1, err)
		}
		failed += len(problems)
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

func (p *play) scene(ctx context.Context, s scene, progress string) ([]string, error) {
	pull, event, err := s.Act.do(ctx, p.stage)
	if err != nil {
		return nil, err
	}
	pull.listen(p.bot())
	t := told{Title: s.Title, Pull: pull.Number}
	t.Who, t.What, t.Words = s.Act.telling(pull.Number)
	p.line.tell(t.Who, t.What, t.Words)
	p.scenes = append(p.scenes, t)
	if err := p.show("running", progress); err != nil {
		return nil, err
	}
	if t.Run, err = p.actions.workflow(ctx, pull.Number, event); err != nil {
		return nil, err
	}
	t.Run.Checks = pull.Checks()
	pull.Log = append(pull.Log, entry{Run: t.Run})
	changed := pull.listen(p.bot())
	t.Problems, t.Result = s.Want.check(pull, t.Run, changed, p.bot()), summary(t.Run, changed)
	p.line.outcome(t.Result, t.Problems)
	if len(t.Problems) > 0 {
		p.line.quote(t.Run)
	}
	p.scenes[len(p.scenes)-1] = t
	return t.Problems, p.show("running", progress)
}

// show publishes the page as things stand.
func (p *play) show(status, text string) error {
	page, err := p.render(status == "running", status, text)
	p.board.put(page)
	return err
}

// write leaves the page, every text of Layerbot's comments and the timeline in a folder.
func (p *play) write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "comments"), 0o750); err != nil {
		return err
	}
	files := map[string]string{"index.html": string(p.board.page), "timeline.txt": p.line.text()}
	for _, pull := range p.stage.pulls {
		for _, e := range pull.Log {
			if e.Comment == nil || e.Comment.Author.Login != p.bot() {
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

// bot is the login that Layerbot's comments are written under.
func (p *play) bot() string { return p.stage.hub.AppSlug + "[bot]" }

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
