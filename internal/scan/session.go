// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/report"
)

// A session is one job at work.
type session struct {
	job                  Job
	head, base, settings *tree // base is nil where nothing is compared
	same                 bool  // base is as head is

	mu      sync.Mutex
	running []string // scanners at work, one for each run
}

// begin takes note of a run and tells of all, and what it returns does so at its end.
func (s *session) begin(tool string, tell func(Progress)) (end func()) {
	change := func(f func()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		f()
		if tell != nil {
			tell(Progress{Target: s.job.Target, Running: unique(s.running)})
		}
	}
	change(func() { s.running = append(s.running, tool) })
	return func() {
		change(func() {
			i := slices.Index(s.running, tool)
			s.running = slices.Delete(s.running, i, i+1)
		})
	}
}

// unique returns names, each once, in their order.
func unique(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// open reads the files of a job.
func open(ctx context.Context, job Job) (*session, error) {
	if !fs.ValidPath(job.Target.Dir) {
		return nil, fmt.Errorf("%q is no folder of the repository", job.Target.Dir)
	}
	s := &session{job: job}
	var err error
	if s.head, err = gather(ctx, job.Head); err != nil {
		return nil, err
	}
	if s.settings, err = gather(ctx, job.Settings); err != nil {
		return nil, err
	}
	if job.Base == nil {
		return s, nil
	}
	if s.base, err = gather(ctx, *job.Base); err != nil {
		return nil, err
	}
	s.same = s.head.equal(s.base)
	return s, nil
}

// A look is one scanner at work on a job.
type look struct {
	adapter    adapter
	status     Status
	head, base *side // nil where it does not look
}

// A side is what one scanner says of one tree, in one run or two: as the tree is, and as it were without the words that
// keep findings quiet. What only the second finds is suppressed. Scanners that tell what is suppressed need no second.
type side struct {
	tree        *tree
	plain, bare outcome
	twice       bool
}

// An outcome is that of one run.
type outcome struct {
	seen    []seen
	fault   *fault
	seconds float64
}

// looks returns what is to be run, in the order of the scanners.
func (s *session) looks(found []Status) []*look {
	all := make([]*look, len(found))
	for i, st := range found {
		l := &look{status: st}
		all[i] = l
		if st.State != report.Ran {
			continue
		}
		l.adapter, _ = adapterOf(st.Tool)
		l.head = l.adapter.side(s.head)
		if s.base != nil && !s.same {
			l.base = l.adapter.side(s.base)
		}
	}
	return all
}

func (a adapter) side(t *tree) *side {
	ignored := slices.ContainsFunc(t.names, func(n string) bool { return slices.Contains(a.ignores, path.Base(n)) })
	return &side{tree: t, twice: ignored || len(a.marks) > 0 && t.has(a.marks)}
}

// run has all scanners look, as many at once as there are processors: those that take longest first, and at the base
// only when all have begun with the head. The only error is one that is not a scanner's.
func (e *Engine) run(ctx context.Context, s *session, looks []*look) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(e.slots))
	slow := slices.Clone(looks)
	slices.SortStableFunc(slow, func(a, b *look) int { return b.adapter.weight - a.adapter.weight })
	start := func(l *look, on *side, bare bool, into *outcome) {
		group.Go(func() error {
			e.slots <- struct{}{}
			defer func() { <-e.slots }()
			defer s.begin(l.adapter.name, e.o.Progress)()
			begin := time.Now()
			err := e.once(ctx, s, l, on.tree, bare, into)
			into.seconds = time.Since(begin).Seconds()
			return err
		})
	}
	for _, which := range []func(*look) *side{func(l *look) *side { return l.head }, func(l *look) *side { return l.base }} {
		for _, l := range slow {
			on := which(l)
			if on == nil {
				continue
			}
			start(l, on, false, &on.plain)
			if on.twice {
				start(l, on, true, &on.bare)
			}
		}
	}
	return group.Wait()
}

// once runs a scanner on a copy of a tree that is its own.
func (e *Engine) once(ctx context.Context, s *session, l *look, t *tree, bare bool, into *outcome) error {
	if name := t.lacks(); name != "" {
		into.fault = faultf("take the file apart, or correct the link", "%s is %s", name, leftOut)
		return nil
	}
	if len(t.names) == 0 { // the layer is new, or gone
		return nil
	}
	place, err := os.MkdirTemp(e.work, l.adapter.name+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(place)
	r, err := s.layOut(place, l.adapter, t, bare)
	if errors.As(err, &into.fault) {
		return nil
	}
	if err != nil {
		return err
	}
	home, err := e.home(l.adapter.name)
	if err != nil {
		return err
	}
	c := command{
		path: l.status.Path, args: l.adapter.args(r), dir: r.root, env: e.environ(l.adapter.name, home),
		limit: e.o.Timeout, max: e.o.MaxOutput, joined: e.joined,
	}
	e.o.Log.Debug("run a scanner", "tool", l.adapter.name, "target", s.job.Target.ID(), "args", c.args)
	key, err := sameness(place, c, r)
	if err != nil {
		return err
	}
	into.seen, err = e.share(ctx, key, func() ([]seen, error) {
		out, err := c.run(ctx)
		if err != nil {
			return nil, err
		}
		return l.adapter.read(r, out)
	})
	if err == nil {
		err = t.knows(into.seen)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		into.fault = r.faultOf(err)
	}
	return nil
}

// knows says what is wrong with what a scanner says of the tree: it is too much, or of files that the tree does not have.
func (t *tree) knows(all []seen) error {
	if len(all) > maxResults {
		return fmt.Errorf("it found %d things; more than %d are not read", len(all), maxResults)
	}
	for _, s := range all {
		if t.files[s.file] == nil {
			return fmt.Errorf("it speaks of %q, which it was not to look at", s.file)
		}
	}
	return nil
}
