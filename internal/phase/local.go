// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"io/fs"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/git"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

// Survey reads the configuration and the layers of a tree of files.
func Survey(ctx context.Context, files layer.Files, from config.Source) (*config.Config, *layer.Map, error) {
	cfg, err := readConfig(files, from)
	if err != nil {
		return nil, nil, err
	}
	m, err := discover(ctx, files, cfg)
	return cfg, m, err
}

// Local makes the ticket of a command typed in front of a working directory: the same road, with nobody to ask for
// permission and nothing to grant. Work is what is to be done with the targets that cmd names.
func Local(ctx context.Context, files layer.Files, from config.Source, cmd comment.Command, work Work) (*Ticket, error) {
	cfg, m, err := Survey(ctx, files, from)
	if err != nil {
		return nil, err
	}
	targets, err := m.Resolve(cmd.Words, cmd.All || len(cmd.Words) == 0)
	if err != nil {
		return nil, err
	}
	t := &Ticket{Version: TicketVersion, Event: "local", Config: from, Command: &cmd, Work: work}
	s := scene{from: from, cfg: cfg, head: m, base: m, key: func(t layer.Target) ([]byte, error) { return fingerprintKey(nil, 0, t) }}
	t.Notices = s.notices(targets)
	t.Skipped = s.skipped()
	var all []candidate
	for _, target := range targets {
		j, err := s.draft(target)
		if err != nil {
			return nil, err
		}
		if j.Mode = cmd.Mode; work == Applying {
			j.Apply = &Order{Recipients: cfg.Recovery.Recipients}
			all = append(all, candidate{Target: target})
		}
		t.Jobs = append(t.Jobs, j)
	}
	if len(cfg.Policies.Paths) > 0 {
		b, err := rulebook(ctx, files, cfg.Policies)
		if err != nil {
			return nil, err
		}
		t.Policies = map[string]policy.Bundle{"": b}
	}
	line(t.Jobs, upstreams(m, all))
	return t, nil
}

// LocalPage is what the command line shows of a local run.
func LocalPage(t *Ticket, reports []report.Report, version string) comment.Page {
	s := newStanding(Desk{Version: version}, t, reports)
	s.page.Next = ""
	if t.Repository.Owner == "" {
		s.page.Repository, s.page.Command = "", "" // a folder in front of someone
	}
	return s.page
}

// Touched returns the targets that the change from base to head touches: both are revisions of repo.
func Touched(ctx context.Context, repo *git.Repo, configured config.Source, base, head string) ([]layer.Affected, error) {
	from, err := repo.Resolve(ctx, base)
	if err != nil {
		return nil, err
	}
	to, err := repo.Resolve(ctx, head)
	if err != nil {
		return nil, err
	}
	s, err := survey(ctx, clone{repo}, configured, from, to)
	if err != nil {
		return nil, err
	}
	return s.affected, nil
}

// Explain returns a problem as one line: "file:line: message (hint)".
func Explain(p layer.Problem) string {
	text := place(p) + p.Message
	if p.Hint != "" {
		text += " (" + p.Hint + ")"
	}
	return text
}

// ScanPage is what is shown of the scans that Scan left for the jobs of a ticket.
func ScanPage(t *Ticket, fsys fs.FS, version string) (comment.Page, error) {
	page := LocalPage(t, nil, version)
	var err error
	page.Scans, err = scansOf(t, fsys)
	return page, err
}
