// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"slices"

	semver "github.com/hashicorp/go-version"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/setup"
)

// judgeSite judges what the checkout has.
func (b *bot) judgeSite(ctx context.Context, s *site) []setup.Finding {
	name := b.env.Config.Name()
	found := []setup.Finding{{State: setup.OK, Part: "configuration", Text: name}}
	if _, err := s.files.ReadFile(name); errors.Is(err, fs.ErrNotExist) {
		found[0].Text = "none is needed: convention holds"
	}
	found = append(found, judgeLayers(s)...)
	found = append(found, b.judgeTools(ctx, s)...)
	return append(found, judgeRoles(s)...)
}

const backendFix = `give it a backend that outlives the runner, such as backend "s3" { use_lockfile = true }`

// judgeLayers judges that each target can be planned, and that its state outlives a job.
func judgeLayers(s *site) []setup.Finding {
	m, layers, waves := s.layers, map[string]bool{}, 0
	var found []setup.Finding
	add := func(f setup.Finding) {
		if !slices.Contains(found, f) { // several environments have the same
			found = append(found, f)
		}
	}
	for _, t := range m.Targets {
		layers[t.Dir], waves = true, max(waves, t.Wave+1)
		if f, bad := judgeTarget(s, t); bad {
			add(f)
		}
	}
	for _, w := range m.Warnings {
		if !stops(w, m.Targets) {
			add(setup.Finding{State: setup.Advice, Part: "layers", Text: phase.Explain(layer.Problem{Message: w.Message, File: w.File, Line: w.Line}), Fix: or(w.Hint, "`bot layers --why` says more")})
		}
	}
	sum := setup.Finding{State: setup.OK, Part: "layers", Text: fmt.Sprintf("%s, %s, %s", count(len(layers), "layer"), count(len(m.Targets), "target"), count(waves, "wave"))}
	return append([]setup.Finding{sum}, found...)
}

// judgeTarget says what keeps a target from being planned, or its state from lasting.
func judgeTarget(s *site, t layer.Target) (f setup.Finding, bad bool) {
	_, known := s.layers.Place(t.ID())
	aws := s.cfg.Environment(t.Env).AWS
	switch {
	case t.Problem != nil:
		return setup.Finding{State: setup.Wrong, Part: "layer " + t.String(), Text: "cannot be planned: " + t.Problem.Message, Fix: or(t.Problem.Hint, phase.Explain(*t.Problem))}, true
	case t.Backend == "":
		return setup.Finding{State: setup.Wrong, Part: "backend of " + t.Dir, Text: "none: its state ends with the job, and the next one would make everything anew", Fix: backendFix}, true
	case t.Backend == "local":
		return setup.Finding{State: setup.Advice, Part: "backend of " + t.Dir, Text: "local: its state lasts as long as the runner, and only there", Fix: backendFix}, true
	case !known && aws != nil && !aws.NoSessionPolicy:
		return setup.Finding{
			State: setup.Wrong, Part: "backend of " + t.String(), Text: "where its state is, only Terraform's run tells: a plan gets no session, and is refused",
			Fix: "write bucket and key out, in the backend or its backend file; or see session_policy in docs/aws.md",
		}, true
	}
	return f, false
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// judgeTools judges that there is a Terraform, or OpenTofu, for each version that layers ask for. In workflows the runner's
// own counts; Terraform is installed where it does not fit.
func (b *bot) judgeTools(ctx context.Context, s *site) []setup.Finding {
	tool := or(s.cfg.Terraform.Binary, "terraform")
	here, err := b.toolVersion(ctx, tool)
	var found []setup.Finding
	for _, t := range s.layers.Targets {
		f := setup.Finding{State: setup.OK, Part: tool, Text: fmt.Sprintf("%s is on PATH", here)}
		want := or(s.cfg.Terraform.Version, t.RequiredVersion)
		fits, bad := semver.NewConstraint(or(want, ">= 1.0.0"))
		switch {
		case bad != nil:
			f.State, f.Text, f.Fix = setup.Wrong, fmt.Sprintf("%s asks for %q, which is no version", t.Dir, want), "correct required_version"
		case err == nil && fits.Check(here):
		case tool == "terraform":
			f.State, f.Text = setup.OK, or(want, "the newest")+" is installed when it is needed: PATH has none that fits"
		default:
			f.State, f.Text = setup.Missing, fmt.Sprintf("PATH has no %s %s, and it is not installed by Layerbot", tool, want)
			f.Fix = "install it (https://opentofu.org/docs/intro/install), on the runners too"
		}
		if !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

// toolVersion asks the program on PATH.
func (b *bot) toolVersion(ctx context.Context, tool string) (*semver.Version, error) {
	cmd := exec.CommandContext(ctx, tool, "version", "-json")
	cmd.Dir = b.top()
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var said struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, err
	}
	return semver.NewVersion(said.Version)
}

// judgeRoles judges that environments whose states are in S3 have roles.
func judgeRoles(s *site) []setup.Finding {
	var found []setup.Finding
	for _, e := range s.environments() {
		aws := s.cfg.Environment(e.Name).AWS
		f := setup.Finding{State: setup.Advice, Part: "AWS roles of " + e.Name, Fix: "make them as docs/aws.md says, and name them in the configuration"}
		switch {
		case aws == nil && !usesAWS(s.layers, e.Name):
			continue
		case aws == nil:
			f.Text = "none are configured: its jobs have no credentials but those that the runner has"
		case aws.ApplyRole == "":
			f.Text = "no apply_role: it is planned, and what is merged is refused"
		default:
			f = setup.Finding{State: setup.OK, Part: f.Part, Text: "configured; `bot doctor trust` says whom they admit"}
		}
		found = append(found, f)
	}
	return found
}

func usesAWS(m *layer.Map, env string) bool {
	return slices.ContainsFunc(m.Targets, func(t layer.Target) bool { return t.Env == env && t.Backend == "s3" })
}

// teams reports whether a configuration has teams as appliers.
func teams(c *config.Config) bool {
	return slices.ContainsFunc(c.Environments, func(e config.Environment) bool {
		return slices.ContainsFunc(e.Appliers, func(a string) bool { return a != "" && a[0] == '@' })
	})
}
