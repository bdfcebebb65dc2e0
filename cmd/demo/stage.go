// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/layerbot/layerbot/examples"
	"github.com/layerbot/layerbot/internal/githubtest"
)

// The repository of the story.
const (
	owner    = "acme"
	project  = "landing-zone"
	slug     = owner + "/" + project
	outsider = "mallory" // owns a fork and nothing else
)

// people are the collaborators and what GitHub lets them do.
var people = map[string]string{"alice": "write", "ben": "write", "dana": "read"}

// rules is the configuration that the repository of the story has beside the sample: who may apply where, what looks at
// its files and what judges its plans.
const rules = `scanner "gitleaks" {
  fail_on  = "high"
  required = true
}

scanner "tflint" {}

policies {}

environment "dev" {
  require  = ["approved"]
  appliers = ["@acme/platform"]
}

environment "prod" {
  previous = "dev"
  appliers = ["@acme/platform"]
}
`

// A stage is the world of the demo: a GitHub on loopback, one repository of layers on it, and a folder in which all
// work is done.
type stage struct {
	dir   string // of everything the demo writes
	hub   *githubtest.Server
	repo  *githubtest.Repo
	trees map[string]map[string][]byte // "owner:branch" → its files
	pulls []*pull                      // in the order they were opened
}

// setUp starts GitHub and gives it the sample repository, with one branch an environment.
func setUp(dir string) (*stage, error) {
	files, err := examples.Sample()
	if err != nil {
		return nil, err
	}
	files[".github/layerbot.hcl"] = []byte(rules)
	hub, err := githubtest.New(githubtest.Options{Dir: filepath.Join(dir, "github")})
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, hub: hub, repo: hub.Repository(owner, project), trees: map[string]map[string][]byte{}}
	for login, permission := range people {
		hub.User(login)
		s.repo.Collaborator(login, permission)
	}
	hub.Team(owner, "platform", "alice")
	from := ""
	for _, branch := range []string{"main", "dev", "test", "prod"} {
		if err := s.push(s.repo, branch, from, "The landing zone: four layers, three environments", files); err != nil {
			return nil, errors.Join(err, hub.Close())
		}
		files, from = nil, "main"
	}
	return s, nil
}

// push commits files to a branch and remembers its tree.
func (s *stage) push(repo *githubtest.Repo, branch, from, message string, files map[string][]byte) error {
	key := repo.Owner + ":" + branch
	if s.trees[key] == nil {
		s.trees[key] = maps.Clone(s.trees[owner+":"+from])
		if s.trees[key] == nil {
			s.trees[key] = map[string][]byte{}
		}
	}
	maps.Copy(s.trees[key], files)
	_, err := repo.Push(branch, from, message, files)
	if err != nil {
		return fmt.Errorf("push %s: %w", branch, err)
	}
	return nil
}

// commit carries out edits on a branch, made from the branch from if it is new.
func (s *stage) commit(repo *githubtest.Repo, branch, from, message string, edits []edit) error {
	tree := s.trees[repo.Owner+":"+branch]
	if tree == nil {
		tree = s.trees[owner+":"+from]
	}
	files := map[string][]byte{}
	for _, e := range edits {
		was, ok := files[e.File]
		if !ok {
			was = tree[e.File]
		}
		if strings.Count(string(was), e.Old) != 1 && e.Old != "" {
			return fmt.Errorf("%s does not hold exactly once what the story replaces: %q", e.File, e.Old)
		}
		if e.Old == "" {
			files[e.File] = append(was[:len(was):len(was)], e.New...)
			continue
		}
		files[e.File] = []byte(strings.Replace(string(was), e.Old, e.New, 1))
	}
	return s.push(repo, branch, from, message, files)
}

// room makes an empty folder with a home and a place for temporary files, as a runner has.
func (s *stage) room(name string) (string, error) {
	dir := filepath.Join(s.dir, "runners", name)
	for _, sub := range []string{"home", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// checkouts is where all clones are made: the sample keeps its state beside them.
func (s *stage) checkouts() string { return filepath.Join(s.dir, "work") }

// before is the checkout from which an environment was applied before Layerbot came.
func (s *stage) before(env string) string { return filepath.Join(s.checkouts(), "applied-"+env) }

// apply brings an environment to life with plain Terraform, as the teams did long before the story begins.
func (s *stage) apply(ctx context.Context, terraform, env string) error {
	checkout := s.before(env)
	for path, content := range s.trees[owner+":main"] {
		file := filepath.Join(checkout, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
	}
	for _, layer := range []string{"01-network", "02-data", "03-compute", "04-apps"} {
		if err := s.terraform(ctx, terraform, checkout, layer, env); err != nil {
			return err
		}
	}
	return nil
}

// terraform initialises and applies one layer of a checkout.
func (s *stage) terraform(ctx context.Context, terraform, checkout, layer, env string) error {
	values := "environments/" + env + "/"
	for _, args := range [][]string{
		{"init", "-input=false", "-no-color", "-backend-config=" + values + "backend-config.hcl"},
		{"apply", "-input=false", "-no-color", "-auto-approve", "-var-file=../common.auto.tfvars", "-var-file=" + values + "00-config.auto.tfvars"},
	} {
		p := process{
			Dir:  filepath.Join(checkout, layer),
			Env:  map[string]string{"PATH": os.Getenv("PATH"), "HOME": checkout},
			Argv: append([]string{terraform}, args...),
		}
		if _, err := p.must(ctx); err != nil {
			return fmt.Errorf("apply %s/%s: %w", layer, env, err)
		}
	}
	return nil
}
