// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/scan"
)

// Scanners are what looks at files, as *scan.Engine does.
type Scanners interface {
	Scan(ctx context.Context, job scan.Job) (*report.Scan, error)
}

// Scan has scanners, and policies on manifests, look at the files of the jobs of a ticket, at the head and where it left
// the base, and leaves one scan for each in b.Out. It needs no credential at all. What goes wrong with a scanner is in
// the scan; the error is one that concerns them all.
func Scan(ctx context.Context, b Bench, scanners Scanners, t *Ticket, jobs []Job) (err error) {
	w, err := b.enter(ctx, t)
	if err != nil {
		return err
	}
	x := &examination{shop: w, scanners: scanners, trees: map[string]*forest{}}
	defer func() { err = errors.Join(err, x.close(), w.leave()) }()
	parallel := b.Parallel
	if parallel <= 0 {
		parallel = max(1, runtime.GOMAXPROCS(0)/2) // the scanners of one target run at once, too
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, j := range Scans(jobs) {
		group.Go(func() error { return x.one(ctx, j) })
	}
	return group.Wait()
}

// An examination is one run of Scan: it reads each commit once.
type examination struct {
	shop     *workshop
	scanners Scanners

	mu    sync.Mutex
	trees map[string]*forest // by commit; "" is the working directory
	cfg   *config.Config     // that says what layers are
}

// one looks at one target.
func (x *examination) one(ctx context.Context, j Job) error {
	t := x.shop.ticket
	head, err := x.files(ctx, t.Head, j.Target)
	if err != nil {
		return err
	}
	settings, err := x.settings(ctx, j)
	if err != nil {
		return err
	}
	job := scan.Job{Target: j.Target, Scanners: j.Threshold.Scanners, Head: head, Settings: settings, HeadSHA: t.Head, BaseSHA: t.MergeBase}
	if t.MergeBase != "" {
		base, err := x.files(ctx, t.MergeBase, j.Target)
		if err != nil {
			return err
		}
		job.Base = &base
	}
	s, err := x.scanners.Scan(ctx, job)
	if err != nil {
		return fmt.Errorf("scan %s: %w", j.Target, err)
	}
	if j.Threshold.Manifests {
		s.Manifests = x.manifests(ctx, j, head)
	}
	x.shop.mu.Lock()
	defer x.shop.mu.Unlock()
	if err := report.WriteScan(x.shop.Out, s); err != nil {
		return err
	}
	if x.shop.Scanned != nil {
		x.shop.Scanned(j, s)
	}
	return nil
}

// at returns the files of a commit.
func (x *examination) at(ctx context.Context, commit string) (*forest, error) {
	if f := x.trees[commit]; f != nil {
		return f, nil
	}
	f := &forest{}
	if commit == "" {
		if x.shop.ticket.Head != "" { // the checkout is the change's
			return nil, errors.New("the ticket does not say whose rules hold")
		}
		dir, err := git.WorkTree(x.shop.Root)
		if err != nil {
			return nil, err
		}
		f.Tree = folder{dir}
	} else {
		tree, err := x.shop.Checkout.Tree(ctx, commit)
		if err != nil {
			return nil, err
		}
		f.Tree = tree
	}
	x.trees[commit] = f
	return f, nil
}

// A folder is a working directory as a Tree.
type folder struct{ *git.Dir }

func (folder) Object(string) (string, bool) { return "", false }
func (folder) Close() error                 { return nil }

func (x *examination) close() error {
	var errs []error
	for _, f := range x.trees {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// grown returns the files of a commit, with their layers.
func (x *examination) grown(ctx context.Context, commit string) (*forest, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cfg == nil {
		base, err := x.at(ctx, x.shop.ticket.Base)
		if err != nil {
			return nil, err
		}
		if x.cfg, err = readConfig(base, x.shop.ticket.Config); err != nil {
			return nil, err
		}
	}
	f, err := x.at(ctx, commit)
	if err != nil || f.layers != nil {
		return f, err
	}
	f.layers, err = discover(ctx, f, x.cfg)
	return f, err
}

// files returns the files of a target at a commit, and the lists of what is suppressed in them.
func (x *examination) files(ctx context.Context, commit string, t layer.Target) (scan.Files, error) {
	f, err := x.grown(ctx, commit)
	if err != nil {
		return scan.Files{}, err
	}
	x.mu.Lock()
	paths := f.layers.Inputs(t)
	x.mu.Unlock()
	for _, name := range named(f, scan.IgnoreFiles(), t) {
		if !slices.Contains(paths, name) {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	x.mu.Lock()
	defer x.mu.Unlock()
	return scan.Files{Paths: paths, Read: f.read, Folders: f.folders(paths)}, nil
}

// settings returns the files that may steer the scanners of a job.
func (x *examination) settings(ctx context.Context, j Job) (scan.Files, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f, err := x.at(ctx, j.Terms)
	if err != nil {
		return scan.Files{}, err
	}
	return scan.Files{Paths: named(f, scan.SettingsFiles(), j.Target), Read: f.read}, nil
}

// named returns which of files of some names are there, at the root or in the folder of a target.
func named(f *forest, names []string, t layer.Target) []string {
	var out []string
	for _, dir := range []string{"", t.Dir} {
		for _, name := range names {
			full := path.Join(dir, name)
			if _, there := slices.BinarySearch(f.Paths(), full); there && !slices.Contains(out, full) {
				out = append(out, full)
			}
		}
	}
	return out
}

// manifests asks the policies about a target's manifests.
func (x *examination) manifests(ctx context.Context, j Job, files scan.Files) *report.Policy {
	set, err := x.shop.rules(ctx, j.Terms)
	if err != nil {
		return unasked(err)
	}
	globs, err := x.globs(ctx, j)
	if err != nil {
		return unasked(err)
	}
	all := &report.Policy{}
	for _, name := range files.Paths {
		if !slices.ContainsFunc(globs, func(g string) bool { ok, err := doublestar.Match(g, name); return ok && err == nil }) {
			continue
		}
		src, err := files.Read(name)
		if err != nil {
			return unasked(fmt.Errorf("read the manifests of %s: %w", name, err))
		}
		all.Join(set.Manifests(ctx, name, src))
	}
	return all
}

// globs returns which files are manifests by the configuration that holds for a job.
func (x *examination) globs(ctx context.Context, j Job) ([]string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f, err := x.at(ctx, j.Terms)
	if err != nil {
		return nil, err
	}
	cfg, err := readConfig(f, x.shop.ticket.Config)
	if err != nil {
		return nil, err
	}
	return cfg.Policies.Manifests, nil
}
