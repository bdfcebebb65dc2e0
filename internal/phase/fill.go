package phase

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/hmarr/codeowners"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
)

// branch returns the name of a branch from a ref, "refs/heads/prod" or "prod".
func branch(ref string) string { return strings.TrimPrefix(ref, "refs/heads/") }

// A scene is what a ticket is chosen from: the configuration of the base branch and the layers at both ends.
type scene struct {
	cfg       *config.Config
	owners    codeowners.Ruleset
	base      *layer.Map // where head left the base branch
	head      *layer.Map
	affected  []layer.Affected
	mergeBase string
	branches  map[string]string // branch → commit
	trunk     string            // default branch
}

// fill fetches both ends of the change, reads configuration from the base branch's tip and chooses the jobs.
func (d Door) fill(ctx context.Context, token string, t *Ticket) error {
	branches, err := d.Git.Branches(ctx, d.CloneURL, token)
	if err != nil {
		return err
	}
	t.Base = branches[t.BaseRef]
	if t.Base == "" {
		return refuse(fmt.Sprintf("the base branch %q does not exist", t.BaseRef), "change the pull request's base to an existing branch")
	}
	if err := d.Git.Fetch(ctx, d.CloneURL, token, t.Base, t.Head); err != nil {
		return err
	}
	s, err := survey(ctx, d.Git, t.Base, t.Head)
	if err != nil {
		return err
	}
	t.MergeBase, s.branches, s.trunk = s.mergeBase, branches, t.Repository.DefaultBranch
	return asRefusal(s.choose(t, func(target layer.Target) ([]byte, error) {
		return fingerprintKey(d.Secret, t.Repository.ID, target)
	}))
}

// survey reads what the change from base to head touches. Configuration and code owners come from base, never from
// head.
func survey(ctx context.Context, repo *git.Repo, base, head string) (*scene, error) {
	s := &scene{}
	var err error
	if s.mergeBase, err = repo.MergeBase(ctx, base, head); err != nil {
		return nil, err
	}
	if err := with(ctx, repo, base, s.trust); err != nil {
		return nil, err
	}
	if s.base, err = s.layersOf(ctx, repo, s.mergeBase); err != nil {
		return nil, err
	}
	if s.head, err = s.layersOf(ctx, repo, head); err != nil {
		return nil, err
	}
	changed, err := repo.Changed(ctx, s.mergeBase, head)
	if err != nil {
		return nil, err
	}
	s.affected = layer.AffectedBy(s.base, s.head, changed)
	return s, nil
}

// layersOf returns the layers of a commit.
func (s *scene) layersOf(ctx context.Context, repo *git.Repo, sha string) (m *layer.Map, err error) {
	err = with(ctx, repo, sha, func(tree *git.Tree) error {
		m, err = discover(ctx, tree, s.cfg)
		return err
	})
	return m, err
}

// trust reads what only the base branch may say.
func (s *scene) trust(tree *git.Tree) (err error) {
	if s.cfg, err = readConfig(tree); err != nil {
		return err
	}
	s.owners, err = readOwners(tree)
	return err
}

// with opens the tree of a commit for the length of f.
func with(ctx context.Context, repo *git.Repo, sha string, f func(*git.Tree) error) error {
	tree, err := repo.Tree(ctx, sha)
	if err != nil {
		return err
	}
	return errors.Join(f(tree), tree.Close())
}

func readConfig(files layer.Files) (*config.Config, error) {
	src, err := files.ReadFile(config.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", config.Path, err)
	}
	return config.Parse(config.Path, src)
}

// discover finds the layers and warns of environments that are declared and that no layer has.
func discover(ctx context.Context, files layer.Files, cfg *config.Config) (*layer.Map, error) {
	m, err := layer.Discover(ctx, files, layerOptions(cfg))
	if err != nil || len(m.Targets) == 0 {
		return m, err
	}
	envs := map[string]bool{}
	for _, t := range m.Targets {
		envs[t.Env] = true
	}
	for _, e := range cfg.Environments {
		if !envs[e.Name] {
			m.Warnings = append(m.Warnings, layer.Problem{
				File: config.Path, Message: fmt.Sprintf("no layer has the environment %q", e.Name),
				Hint: "there are: " + strings.Join(slices.Sorted(maps.Keys(envs)), ", ") + "; correct the name of the block, or give a layer values for it",
			})
		}
	}
	return m, nil
}

// layerOptions is what a configuration says about layers.
func layerOptions(c *config.Config) layer.Options {
	o := layer.Options{
		Include: c.Layers.Include, Exclude: c.Layers.Exclude, VarFiles: c.Layers.VarFiles,
		BackendFile: c.Layers.BackendFile, BackendValues: c.Layers.BackendValues,
		DependsOn: map[string][]string{},
	}
	for _, e := range c.Environments {
		o.Environments = append(o.Environments, e.Name)
	}
	for _, l := range c.LayerBlocks {
		if len(l.DependsOn) > 0 {
			o.DependsOn[l.Name] = l.DependsOn
		}
	}
	return o
}

// fingerprintKey derives the key of a target, so that no job running Terraform sees the App's key. Without an App
// the key is random: sensitive values can then be compared within one run only.
func fingerprintKey(secret []byte, repository int64, t layer.Target) ([]byte, error) {
	if len(secret) == 0 {
		key := make([]byte, sha256.Size)
		_, err := rand.Read(key)
		return key, err
	}
	info := fmt.Sprintf("layerbot fingerprint v1\x00%d\x00%s\x00%s", repository, t.Dir, t.Env)
	return hkdf.Key(sha256.New, secret, nil, info, sha256.Size)
}

// notices says what the configuration asks for that this version does not do, and what discovery stumbled over.
// Warnings about the files of targets that are not planned are left to `bot layers`.
func (s scene) notices(planned []layer.Target) []comment.Notice {
	var out []comment.Notice
	for _, l := range s.cfg.LayerBlocks {
		if len(l.Secrets)+len(l.Variables) > 0 {
			out = append(out, comment.Notice{
				Message: fmt.Sprintf("layer %q: `secret` and `variable` blocks are not supplied by this version of Layerbot", l.Name),
				Hint:    "give the variables a default, or their plans will fail for want of a value",
			})
		}
	}
	if len(s.cfg.Scanners) > 0 || len(s.cfg.Policies.Paths) > 0 {
		out = append(out, comment.Notice{
			Message: "`scanner` and `policies` blocks are not run by this version of Layerbot",
			Hint:    "keep the scanners you have in your workflows",
		})
	}
	for _, w := range s.head.Warnings {
		if !s.elsewhere(w, planned) {
			out = append(out, comment.Notice{Message: place(w) + w.Message, Hint: w.Hint})
		}
	}
	return out
}

// elsewhere reports whether a warning is about a file of targets that are not planned, and of none that is.
func (s scene) elsewhere(w layer.Problem, planned []layer.Target) bool {
	concerns := func(t layer.Target) bool {
		rest, below := strings.CutPrefix(w.File, t.Dir+"/")
		if !below {
			return false
		}
		parts := strings.Split(rest, "/")
		return slices.Contains(parts, t.Env) || !slices.ContainsFunc(s.head.Targets, func(other layer.Target) bool {
			return other.Dir == t.Dir && slices.Contains(parts, other.Env)
		})
	}
	return slices.ContainsFunc(s.head.Targets, concerns) && !slices.ContainsFunc(planned, concerns)
}

// place returns "file:line: " of a problem, or "" when it has none.
func place(p layer.Problem) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File + ": "
	default:
		return fmt.Sprintf("%s:%d: ", p.File, p.Line)
	}
}
