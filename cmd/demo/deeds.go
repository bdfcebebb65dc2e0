// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A deed is something that somebody does and that no workflow hears of.
type deed interface {
	do(ctx context.Context, s *stage) error
	// telling says who did what.
	telling(s *stage) (who, what string)
}

// approving approves a pull request as it stands.
type approving struct{ PR, By string }

func (a approving) do(_ context.Context, s *stage) error {
	p := s.pull(a.PR)
	p.Review(a.By, "APPROVED")
	p.Log = append(p.Log, entry{Note: &note{Who: a.By, What: "approved", Message: "these changes", SHA: p.Pull.Head()}})
	return nil
}

func (a approving) telling(s *stage) (who, what string) {
	return a.By, fmt.Sprintf("approves #%d", s.pull(a.PR).Number)
}

// meddling changes one layer of an environment without Layerbot: with Terraform, from a checkout that has edits nobody
// else knows of.
type meddling struct {
	By, What   string
	Layer, Env string
	Edits      []edit
}

func (m meddling) do(ctx context.Context, s *stage) error {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		return err
	}
	checkout := s.before(m.Env)
	for _, e := range m.Edits {
		was := string(s.trees[owner+":main"][e.File])
		if err := os.WriteFile(filepath.Join(checkout, filepath.FromSlash(e.File)), []byte(strings.Replace(was, e.Old, e.New, 1)), 0o600); err != nil {
			return err
		}
	}
	return s.terraform(ctx, terraform, checkout, m.Layer, m.Env)
}

func (m meddling) telling(*stage) (who, what string) { return m.By, m.What }

// granting has the quota of open ports raised, which the account of the story has.
type granting struct{ By, Ports string }

func (g granting) do(_ context.Context, s *stage) error { return s.quota(g.Ports) }

func (g granting) telling(*stage) (who, what string) {
	return g.By, "has the account's quota raised to " + g.Ports + " open ports"
}

// quota says how many ports a firewall of the story may open: the network layer asks when it is applied.
func (s *stage) quota(ports string) error {
	return os.WriteFile(filepath.Join(s.checkouts(), "quota"), []byte(ports), 0o600)
}
