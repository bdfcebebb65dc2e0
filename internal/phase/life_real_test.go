// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package phase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
	"github.com/layerbot/layerbot/internal/runner"
)

// realLives is how many histories are played with the real Terraform.
const realLives = 50

// TestRealLife plays histories as TestLife does, with Terraform in place of its stand-in: states in files beside the
// checkouts, resources whose creation fails or hangs, applies that are cancelled. Each resource writes a line into a journal
// when it is made, which tells whether anything was done twice. The end is compared with that of a clean run.
func TestRealLife(t *testing.T) {
	var mu sync.Mutex
	var total counts
	start := time.Now()
	cache := t.TempDir()
	t.Run("histories", func(t *testing.T) {
		for i := range realLives {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				c := rapid.Custom(func(r *rapid.T) counts { return liveReally(t, r, cache) }).Example(i)
				mu.Lock()
				defer mu.Unlock()
				total.add(c)
			})
		}
	})
	t.Logf("%+v in %.1f s", total, time.Since(start).Seconds())
}

// liveReally plays one history to its end, then its last commit alone.
func liveReally(t *testing.T, r *rapid.T, cache string) counts {
	l := drawLayout(r, 3, 6)
	for env := range l.branch {
		l.branch[env] = "main"
	}
	g := newGround(t, l, cache)
	g.count.histories, g.count.targets = 1, l.targets()
	h := &historian{T: r, world: g.world, luck: 2}
	for _, step := range []func(){h.change, h.again, h.change}[:1+h.below(3, "steps")] {
		step()
	}
	g.converge()
	g.nothingTwice()

	clean := newGround(t, l, cache)
	for name, text := range g.git.commits[g.git.branches["main"]].files {
		clean.git.commits[clean.git.branches["main"]].files[name] = strings.ReplaceAll(text, g.place, clean.place)
	}
	clean.rest("main")
	for id, want := range clean.estate.states {
		if is := g.estate.states[id]; !maps.Equal(is, want) {
			t.Errorf("%s is %v in the end, and %v after a clean run", id, is, want)
		}
	}
	return g.count
}

// A ground is a world with real states.
type ground struct {
	*world
	t       *testing.T
	place   string // of everything
	cache   string
	runners map[string]*realTerraform
}

func newGround(t *testing.T, l layout, cache string) *ground {
	g := &ground{t: t, place: t.TempDir(), cache: cache, runners: map[string]*realTerraform{}}
	g.put("make", makeResource)
	l.write = writer{
		code: func(name string, version int) string {
			return fmt.Sprintf(realCode, version, g.place, name, version, version)
		},
		values: func(env string, version int) string { return fmt.Sprintf("v = %d\nenv = %q\n", version, env) },
		state:  func(name, env string) string { return fmt.Sprintf("path = %q\n", g.state(name+"/"+env)) },
	}
	g.world = newWorld(t, l, filepath.Join(g.place, "reports"))
	g.world.tools = g.at
	t.Cleanup(func() {
		for _, r := range g.runners {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return g
}

// realCode is a layer with two resources that are made anew when the code, or the value v, changes.
const realCode = `# %d
terraform {
  backend "local" {}
}
variable "v" { type = number }
variable "env" { type = string }
locals {
  make = "sh %s/make ${var.env} %s"
}
resource "terraform_data" "a" {
  triggers_replace = "%d"
  provisioner "local-exec" { command = "${local.make} a %d" }
}
resource "terraform_data" "b" {
  triggers_replace = tostring(var.v)
  depends_on       = [terraform_data.a]
  provisioner "local-exec" { command = "${local.make} b ${var.v}" }
}
`

// makeResource makes a resource: it fails, or hangs, where a file says so, and writes into the journal what it made.
const makeResource = `cd "$(dirname "$0")"
[ ! -e "fail-$2-$1-$3" ] || exit 1
if [ -e "hang-$2-$1-$3" ]; then touch "begun-$2-$1"; sleep 60; fi
echo "$2/$1 $3 $4" >> journal
`

func (g *ground) put(name, text string) {
	path := filepath.Join(g.place, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		g.t.Fatal(err)
	}
}

// state is where the state of a target is.
func (g *ground) state(id string) string {
	return filepath.Join(g.place, "states", strings.ReplaceAll(id, "/", "-")+".tfstate")
}

// read returns what the state of a target holds. What is tainted is not there.
func (g *ground) read(id string) resources {
	text, err := os.ReadFile(g.state(id))
	if errors.Is(err, fs.ErrNotExist) {
		return resources{}
	}
	var state struct {
		Resources []struct {
			Name      string
			Instances []struct {
				Status     string
				Attributes struct {
					Triggers struct{ Value string } `json:"triggers_replace"`
				}
			}
		}
	}
	if err := errors.Join(err, json.Unmarshal(text, &state)); err != nil {
		g.complain("the state of %s: %v", id, err)
	}
	out := resources{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			if i.Status != "tainted" {
				out["x."+r.Name] = i.Attributes.Triggers.Value
			}
		}
	}
	return out
}

// nothingTwice fails the test if anything was made twice.
func (g *ground) nothingTwice() {
	text, err := os.ReadFile(filepath.Join(g.place, "journal"))
	if err != nil {
		g.t.Fatal(err)
	}
	lines := slices.Sorted(strings.Lines(string(text)))
	if len(slices.Compact(slices.Clone(lines))) != len(lines) {
		g.t.Errorf("something was made twice:\n%s", text)
	}
}

// at returns Terraform over the files of a commit.
func (g *ground) at(sha string) Terraform {
	if known := g.runners[sha]; known != nil {
		return known
	}
	for name, text := range g.git.commits[sha].files {
		g.put(filepath.Join("checkouts", sha, name), text)
	}
	r, err := runner.New(runner.Options{
		Root: filepath.Join(g.place, "checkouts", sha), CacheDir: g.cache, Environ: map[string]string{"PATH": os.Getenv("PATH")},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.runners[sha] = &realTerraform{Runner: r, g: g, sha: sha}
	return g.runners[sha]
}

// A realTerraform is Terraform over the files of one commit, with what goes wrong there.
type realTerraform struct {
	*runner.Runner
	g   *ground
	sha string
}

func (r *realTerraform) Apply(ctx context.Context, creds aws.ReadWrite, job runner.Job) (*report.Report, error) {
	g, id := r.g, job.Target.ID()
	name := strings.ReplaceAll(id, "/", "-")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	switch f := g.faults[id]; f {
	case refused:
		g.put("fail-"+name+"-a", "")
	case half:
		g.put("fail-"+name+"-b", "")
	case cancelled, killed, killedHalf: // of a runner that dies, Terraform is told a little before
		g.put("hang-"+name+map[bool]string{true: "-a", false: "-b"}[f == killed], "")
		go g.await(ctx, "begun-"+name, cancel)
	}
	before := g.read(id)
	rep, err := r.Runner.Apply(ctx, creds, job)
	for _, file := range []string{"fail-" + name + "-a", "fail-" + name + "-b", "hang-" + name + "-a", "hang-" + name + "-b", "begun-" + name} {
		_ = os.Remove(filepath.Join(g.place, file)) // most are not there
	}
	now := g.read(id)
	g.estate.states[id] = now
	if rep.Apply != nil {
		g.begins(job, rep, r.sha)
		g.count.carried += len(rep.Apply.Done)
		g.changed(id, now, rep.Status == report.Applied, !maps.Equal(before, now))
	}
	return rep, err
}

// await cancels once a file is there.
func (g *ground) await(ctx context.Context, file string, cancel func()) {
	for ctx.Err() == nil {
		if _, err := os.Stat(filepath.Join(g.place, file)); err == nil {
			cancel()
		}
		time.Sleep(5 * time.Millisecond)
	}
}
