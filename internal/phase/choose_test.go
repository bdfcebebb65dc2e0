// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
)

func target(name, env string, wave int) layer.Target {
	return layer.Target{Layer: name, Env: env, Dir: "infra/" + name, Wave: wave}
}

func testScene(branches ...string) scene {
	m := &layer.Map{Targets: []layer.Target{
		target("01-network", "dev", 0), target("01-network", "prod", 0), target("02-compute", "dev", 1), target("02-compute", "prod", 1),
	}}
	s := scene{cfg: &config.Config{}, base: m, head: m, branches: map[string]string{"main": "m"}, trunk: "main"}
	for _, b := range branches {
		s.branches[b] = "sha"
	}
	return s
}

func TestEnvironmentsOfABranch(t *testing.T) {
	for name, c := range map[string]struct {
		scene  scene
		branch string
		want   []string
	}{
		"the branch of its name":                    {testScene("dev", "prod"), "dev", []string{"dev"}},
		"no branch of its name: the default branch": {testScene(), "main", []string{"dev", "prod"}},
		"one has its branch, the other has not":     {testScene("prod"), "main", []string{"dev"}},
		"a branch of no environment":                {testScene("dev", "prod", "feature"), "feature", nil},
		"configured, whatever branches there are": {func() scene {
			s := testScene("dev", "prod", "release")
			s.cfg.Environments = []config.Environment{{Name: "prod", Branch: "release"}}
			return s
		}(), "release", []string{"prod"}},
	} {
		if diff := cmp.Diff(c.want, slices.Sorted(maps.Keys(c.scene.environmentsOf(c.branch)))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestChoose is what commands and changes come to on a pull request to dev that touches compute.
func TestChoose(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        {"compute/dev"},
		"/plan":                   {"compute/dev"},
		"/plan network":           {"network/dev"},
		"/plan prod":              {"compute/prod what-if"},
		"/plan compute prod":      {"compute/prod what-if"},
		"/plan all":               {"network/dev", "compute/dev"},
		"/plan all prod dev":      {"network/dev", "network/prod what-if", "compute/dev", "compute/prod what-if"},
		"/plan compute --destroy": {"compute/dev what-if"},
	} {
		s := testScene("dev", "prod")
		s.affected = []layer.Affected{{Target: target("02-compute", "dev", 1), Why: []string{"x"}}, {Target: target("02-compute", "prod", 1), Why: []string{"x"}}}
		ticket := &Ticket{BaseRef: "dev"}
		if text != "" {
			cmd, ok, err := comment.Parse(text)
			if !ok || err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			ticket.Command = &cmd
		}
		s.key = func(layer.Target) ([]byte, error) { return []byte("k"), nil }
		err := s.choose(ticket)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got []string
		for _, j := range ticket.Jobs {
			name := j.Target.String()
			if j.WhatIf != "" {
				name += " what-if"
			}
			got = append(got, name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if len(ticket.Expected) != 1 || ticket.Expected[0].String() != "compute/dev" {
			t.Errorf("%q: expected %v", text, ticket.Expected)
		}
	}
}

func TestFingerprintKeys(t *testing.T) {
	secret := []byte("an App's key")
	key := func(repository int64, target layer.Target) string {
		k, err := fingerprintKey(secret, repository, target)
		if err != nil {
			t.Fatal(err)
		}
		return string(k)
	}
	a := target("a", "dev", 0)
	if again := key(1, a); again != key(1, a) {
		t.Error("the same target has two keys")
	}
	others := []string{key(2, a), key(1, target("a", "prod", 0)), key(1, target("b", "dev", 0))}
	if slices.Contains(others, key(1, a)) {
		t.Error("another repository, environment or layer has the same key")
	}
}

// A run of compute/dev has no word for the missing files of others, and every word for what concerns it.
func TestNoticesOfWhatIsPlanned(t *testing.T) {
	for file, want := range map[string]bool{
		"":                      true,
		"common.auto.tfvars":    true,
		"infra/02-compute/x.tf": true,
		"infra/02-compute/environments/dev/backend-config.hcl":  true,
		"infra/02-compute/environments/prod/backend-config.hcl": false,
		"infra/01-network/environments/dev/backend-config.hcl":  false,
		"infra/01-network/main.tf":                              false,
	} {
		s := testScene("dev", "prod")
		s.head.Warnings = []layer.Problem{{File: file, Message: "missing"}}
		if got := len(s.notices([]layer.Target{target("02-compute", "dev", 1)})) == 1; got != want {
			t.Errorf("%q: said %v, want %v", file, got, want)
		}
	}
}

// TestTicketNamesOneTarget holds where the short name of one layer is the full name of another.
func TestTicketNamesOneTarget(t *testing.T) {
	jobs := func(layers ...string) *Ticket {
		ticket := &Ticket{}
		for _, l := range layers {
			ticket.Jobs = append(ticket.Jobs, Job{Target: target(l, "prod", 0)})
		}
		return ticket
	}
	for _, c := range []struct {
		ticket     *Ticket
		name, want string // want "" is none
	}{
		{jobs("04-data", "data"), "data/prod", "data/prod"},
		{jobs("04-data"), "data/prod", "04-data/prod"},
		{jobs("04-data", "05-data"), "05-data/prod", "05-data/prod"},
		{jobs("04-data", "05-data"), "data/prod", ""},
		{jobs("04-data"), "other/prod", ""},
	} {
		got, err := c.ticket.Job(c.name)
		if (err != nil) != (c.want == "") || err == nil && got.Target.ID() != c.want {
			t.Errorf("Job(%q) = %s, %v; want %q", c.name, got.Target.ID(), err, c.want)
		}
	}
}
