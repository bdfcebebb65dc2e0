// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/setup"
)

// A site is the repository in front of someone, as far as its checkout tells.
type site struct {
	files    *git.Dir
	cfg      *config.Config
	layers   *layer.Map
	branches []string          // the remote's, as last fetched; without a remote the local ones
	repo     github.Repository // without an owner: not known
	why      error             // it is not known
}

// site reads the checkout. name is OWNER/REPO; "" is what Actions or the remote "origin" say.
func (b *bot) site(ctx context.Context, name string) (*site, error) {
	var s site
	var err error
	if s.files, err = git.WorkTree(b.top()); err != nil {
		return nil, err
	}
	if s.cfg, s.layers, err = phase.Survey(ctx, s.files, b.env.Config); err != nil {
		return nil, err
	}
	if len(s.layers.Targets) == 0 {
		for _, skip := range s.layers.Skipped {
			b.log.Info("skipped "+skip.Dir, "why", skip.Reason)
		}
		return nil, b.nothing(&phase.Ticket{})
	}
	s.repo, s.why = b.repository(ctx, name)
	if name != "" && s.why != nil {
		return nil, s.why
	}
	refs, _ := b.git(ctx, "for-each-ref", "--format=%(refname:strip=3)", "refs/remotes/origin") // none without a repository
	if refs == "" {
		refs, _ = b.git(ctx, "for-each-ref", "--format=%(refname:strip=2)", "refs/heads")
	}
	s.branches = strings.Fields(refs)
	s.repo.DefaultBranch = b.trunk(ctx)
	return &s, nil
}

// trunk returns the name of the default branch: the remote's, else main or master, else the one that is checked out.
func (b *bot) trunk(ctx context.Context) string {
	if head, err := b.git(ctx, "symbolic-ref", "--short", "refs/remotes/origin/HEAD"); err == nil {
		return strings.TrimPrefix(head, "origin/")
	}
	if repo, err := git.Open(ctx, b.top()); err == nil {
		if rev, err := repo.DefaultBranch(ctx); err == nil {
			return rev[strings.LastIndex(rev, "/")+1:]
		}
	}
	current, _ := b.git(ctx, "branch", "--show-current") // "" outside of a branch
	return cmp.Or(current, "main")
}

// remote matches the addresses that GitHub clones from: https, ssh, and ssh's short form.
var remote = regexp.MustCompile(`^(?:https?://|ssh://)?(?:[^@/]+@)?([^/:@]+)(?::\d+)?[/:]([A-Za-z0-9-]+)/([A-Za-z0-9._-]+?)(?:\.git)?/?$`)

// repository returns the repository of a name, or the one that the checkout is of.
func (b *bot) repository(ctx context.Context, name string) (github.Repository, error) {
	none := github.Repository{}
	if name = cmp.Or(name, b.env.All["GITHUB_REPOSITORY"]); name != "" {
		m := repositoryName.FindStringSubmatch(name)
		if m == nil {
			return none, &usageError{message: fmt.Sprintf("%q is no repository", name), next: "`--repository acme/infra`"}
		}
		return github.Repository{Owner: m[1], Name: m[2]}, nil
	}
	address, err := b.git(ctx, "config", "--get", "remote.origin.url")
	if err != nil {
		return none, &usageError{message: "the checkout has no remote \"origin\"", next: "name the repository: `--repository acme/infra`"}
	}
	server, err := url.Parse(b.env.ServerURL)
	m := remote.FindStringSubmatch(address)
	if err != nil || m == nil || !strings.EqualFold(m[1], server.Hostname()) {
		return none, &usageError{
			message: "the remote \"origin\" is not a repository of " + b.env.ServerURL,
			next:    "name it: `--repository acme/infra`; on GitHub Enterprise Server set GITHUB_SERVER_URL and GITHUB_API_URL",
		}
	}
	return github.Repository{Owner: m[2], Name: m[3]}, nil
}

// git asks git about the checkout, and returns the one line, or the lines, of its answer.
func (b *bot) git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", slices.Concat([]string{"-C", b.top()}, args)...)
	cmd.Env = []string{"GIT_TERMINAL_PROMPT=0"}
	for name, value := range b.env.All {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// environments returns those of the layers, by name, with the branches that they are applied from.
func (s *site) environments() []setup.Environment {
	named := map[string]bool{}
	for _, t := range s.layers.Targets {
		named[t.Env] = true
	}
	var all []setup.Environment
	for _, name := range slices.Sorted(maps.Keys(named)) {
		block := s.cfg.Environment(name)
		e := setup.Environment{Name: name, Branch: s.repo.DefaultBranch, Role: block.AWS != nil, Secrets: s.passes()}
		if block.BranchGiven || slices.Contains(s.branches, block.Branch) {
			e.Branch = block.Branch
		}
		all = append(all, e)
	}
	return all
}

// passes reports whether the configuration names variables of the job's environment.
func (s *site) passes() bool {
	return len(s.cfg.Terraform.PassEnv) > 0 || slices.ContainsFunc(s.cfg.LayerBlocks, func(l config.Layer) bool {
		return slices.ContainsFunc(l.Secrets, func(s config.Secret) bool { return s.Env != "" })
	})
}
