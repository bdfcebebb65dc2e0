// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/setup"
)

// initFlags are the flags of bot init.
type initFlags struct {
	repository, ref string
	yes, kms        bool
}

func (b *bot) initialize() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Set up Layerbot in the repository in front of you",
		Long: `Looks at the layers, environments and branches of the checkout, and shows what it would write: the workflow that calls
Layerbot, and the configuration only where convention is not enough. It writes when you say yes, then lists what remains.
GitHub is not changed.`,
		Example: "  bot init\n  bot init --ref v1.2.0 --yes",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.runInit(cmd.Context(), f, cmd.InOrStdin()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.ref, "ref", "", "version of Layerbot, a release (v1.2.0) or a full commit `SHA` (default: what this program is built of)")
	flags.StringVar(&f.repository, "repository", "", "`OWNER/REPO` of the checkout (default: what its remote says)")
	flags.BoolVar(&f.kms, "app-kms", false, "the App's key is in AWS KMS, see docs/aws.md")
	flags.BoolVar(&f.yes, "yes", false, "write without asking")
	return cmd
}

func (b *bot) runInit(ctx context.Context, f initFlags, in io.Reader) error {
	b.out = visibly{b.out}
	s, err := b.site(ctx, f.repository)
	if err != nil {
		return err
	}
	r := setup.Repository{Environments: s.environments(), Default: s.repo.DefaultBranch, KMS: f.kms}
	if r.Ref, r.Version, err = b.pin(ctx, f.ref); err != nil {
		return err
	}
	if old, err := s.files.ReadFile(setup.Caller); err == nil {
		r.With = setup.Inputs(old)
	}
	b.found(s, r)
	written, err := b.settle(ctx, f, []draft{{setup.Caller, setup.Workflow(r)}, {b.env.Config.Name(), b.proposal(s, r)}}, in)
	if err != nil {
		return err
	}
	b.remains(s, r, written)
	return nil
}

// found says what is planned, and from where it is applied: what everything else follows from.
func (b *bot) found(s *site, r setup.Repository) {
	from := map[string][]string{} // branch → environments
	for _, e := range r.Environments {
		from[e.Branch] = append(from[e.Branch], e.Name)
	}
	layers, broken := map[string]bool{}, 0
	for _, t := range s.layers.Targets {
		layers[t.Layer] = true
		if t.Problem != nil {
			broken++
		}
	}
	fmt.Fprintf(b.out, "Found %s in %s\n", count(len(layers), "layer"), count(len(r.Environments), "environment"))
	for _, branch := range slices.Sorted(maps.Keys(from)) {
		fmt.Fprintf(b.out, "  a push to %s applies %s\n", branch, strings.Join(from[branch], ", "))
	}
	if broken > 0 {
		fmt.Fprintf(b.out, "%d of %s cannot be planned yet: `bot layers` says why\n", broken, count(len(s.layers.Targets), "target"))
	}
	fmt.Fprintln(b.out)
}

// A draft is a file as it should be; without text it is left as it is.
type draft struct {
	name string
	text []byte
}

// settle shows what the drafts change, and writes it once somebody says yes. It returns what differs from the drafts no more.
func (b *bot) settle(ctx context.Context, f initFlags, drafts []draft, in io.Reader) (written []string, err error) {
	top, err := os.OpenRoot(b.top()) // which no link in the checkout leads out of
	if err != nil {
		return nil, err
	}
	defer func() { _ = top.Close() }() // it holds nothing back
	var open []draft
	for _, d := range drafts {
		if len(d.text) == 0 {
			continue
		}
		old, err := top.ReadFile(d.name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		before := "a/" + d.name
		if err != nil {
			before = "/dev/null"
		}
		if difference := diff.Diff(before, old, "b/"+d.name, d.text); difference != nil {
			open = append(open, d)
			fmt.Fprintf(b.out, "%s\n", difference)
		} else {
			fmt.Fprintf(b.out, "%s is as it should be\n\n", d.name)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	if !f.yes && !b.env.Terminal {
		b.log.Info("nothing is written", "hint", "`bot init --yes` writes it")
		return nil, nil
	}
	if err := b.confirm(ctx, f.yes, in); err != nil {
		return nil, err
	}
	for _, d := range open {
		if err := top.MkdirAll(path.Dir(d.name), 0o755); err != nil {
			return nil, err
		}
		if err := top.WriteFile(d.name, d.text, 0o644); err != nil {
			return nil, err
		}
		written = append(written, d.name)
	}
	fmt.Fprintf(b.out, "Written: %s\n\n", strings.Join(written, ", "))
	return written, nil
}

// confirm asks whether to write. An interrupt is an answer, too.
func (b *bot) confirm(ctx context.Context, yes bool, in io.Reader) error {
	if yes {
		return nil
	}
	fmt.Fprint(b.err, "Write this? [y/N] ")
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // what cannot be read is no yes
		typed <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-typed:
		if answer == "y" || answer == "yes" {
			return nil
		}
	case <-ctx.Done():
		fmt.Fprintln(b.err)
	}
	return &usageError{message: "not confirmed: nothing was written", next: "answer yes, or pass --yes"}
}

// proposal returns the configuration that convention is not enough without; nothing where it is, or where there is one. It is
// not enough where several environments have no branch of their own: which branch they are applied from then changes with
// the first branch that somebody makes with the name of one.
func (b *bot) proposal(s *site, r setup.Repository) []byte {
	if _, err := s.files.ReadFile(b.env.Config.Name()); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	shared := slices.DeleteFunc(slices.Clone(r.Environments), func(e setup.Environment) bool {
		return e.Branch != r.Default || e.Name == r.Default || !nameable(e.Name)
	})
	if len(shared) < 2 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# These environments have no branch of their own: a merge to %s applies all of them. To let one come after\n# another, write `previous = \"dev\"` into its block.\n", r.Default)
	for _, e := range shared {
		fmt.Fprintf(&text, "environment %q {\n  branch = %q\n}\n", e.Name, e.Branch)
	}
	return []byte(text.String())
}

// nameable reports whether the configuration can name an environment; a folder can be called anything.
func nameable(environment string) bool {
	_, err := config.Parse("", fmt.Appendf(nil, "environment %q {}", environment))
	return err == nil
}

var (
	commitSHA  = regexp.MustCompile(`^[0-9a-f]{40}$`)
	releaseTag = regexp.MustCompile(`^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$`)
)

// pin returns the commit of Layerbot that is used, and the release that it is of. A release is looked up where everybody can
// read it, without a token.
func (b *bot) pin(ctx context.Context, ref string) (sha, release string, err error) {
	next := "name a full commit of layerbot/layerbot: `bot init --ref SHA`"
	if ref == "" {
		if ref = version; !releaseTag.MatchString(ref) {
			ref = commit()
		}
		if ref == "" {
			return "", "", &usageError{message: "this program is neither a release nor built of a commit alone, so that it cannot know which version to use", next: next}
		}
	}
	if commitSHA.MatchString(ref) {
		return ref, "", nil
	}
	m := releaseTag.FindStringSubmatch(ref)
	if m == nil {
		return "", "", &usageError{message: fmt.Sprintf("--ref %q is neither a release nor a full commit", ref), next: next + ", or a release: `--ref v1.2.0`"}
	}
	release = "v" + m[1]
	tag := "refs/tags/" + release
	lines, err := b.git(ctx, "ls-remote", "--quiet", strings.TrimSuffix(b.env.ServerURL, "/")+"/layerbot/layerbot", tag, tag+"^{}")
	if err != nil {
		return "", "", &usageError{message: "the release " + release + " cannot be looked up: GitHub is not reached", next: next}
	}
	for line := range strings.Lines(lines) { // the tag, then what an annotated one stands on
		sha, _, _ = strings.Cut(line, "\t")
	}
	if !commitSHA.MatchString(sha) {
		return "", "", &usageError{message: "there is no release " + release, next: next}
	}
	return sha, release, nil
}
