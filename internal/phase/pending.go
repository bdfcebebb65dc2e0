// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
)

// A candidate is a target that is not as it was last applied.
type candidate struct {
	layer.Target
	history
	deleted bool       // the layer is gone at the head, and was not destroyed yet
	at      string     // the commit that still has its files, where it is deleted
	from    *layer.Map // the layers of that commit
}

// pending returns the targets of the branch's environments that do not stand as the head says, in the order of the map,
// and after them what was deleted.
func (m *merge) pending(ctx context.Context) ([]candidate, error) {
	var out []candidate
	for _, t := range m.head.Targets {
		h := m.ledger[t.ID()]
		if m.envs[t.Env] && !h.stands(m.inputs[t.ID()].all) {
			out = append(out, candidate{Target: t, history: h})
		}
	}
	gone, err := m.deleted(ctx)
	return append(out, gone...), err
}

// deleted returns the targets that an apply was begun of, or that the push took away, and that the head no longer has.
func (m *merge) deleted(ctx context.Context) ([]candidate, error) {
	commits := map[string][]string{} // ID → where its files may be found, the best place first
	lost := func(id string) bool {
		return m.envs[envOf(id)] && !m.has(id) && !m.ledger[id].destroyed()
	}
	for id, h := range m.ledger {
		if h.last != nil && lost(id) {
			commits[id] = h.commits()
		}
	}
	if before := m.ask.before; before != "" {
		at, err := m.layersAt(ctx, before)
		if err != nil {
			return nil, err
		}
		for _, t := range at.Targets {
			if lost(t.ID()) {
				commits[t.ID()] = append(commits[t.ID()], before)
			}
		}
	}
	var out []candidate
	for _, id := range slices.Sorted(maps.Keys(commits)) {
		c, err := m.deletedAt(ctx, id, commits[id])
		if err != nil {
			return nil, err
		}
		out = append(out, c...)
	}
	all := slices.Clone(out)
	return slices.DeleteFunc(out, func(c candidate) bool { return slices.ContainsFunc(all, c.became) }), nil
}

// became reports whether a deleted target had a later name, other, under which it was deleted too: one destroy is enough.
func (c candidate) became(other candidate) bool {
	later := c.last != nil && (other.last == nil || other.last.id > c.last.id)
	return later && !has(other.from, c.ID()) && gone(c.ID(), c.from, other.from) == nil
}

// deletedAt returns a deleted target as it was at the first of commits that has it; none if none does, or if a target of the
// head keeps its state.
func (m *merge) deletedAt(ctx context.Context, id string, commits []string) ([]candidate, error) {
	for _, sha := range commits {
		from, err := m.layersAt(ctx, sha)
		if err != nil {
			return nil, err
		}
		if !has(from, id) {
			continue
		}
		if t := gone(id, from, m.head); t != nil {
			return []candidate{{Target: *t, history: m.ledger[id], deleted: true, at: sha, from: from}}, nil
		}
		return nil, nil // it goes by another name, and keeps its state: its objects are in use
	}
	return nil, nil
}

// gone returns the target of an ID that one commit has, if another has neither it nor one that keeps its state.
func gone(id string, from, to *layer.Map) *layer.Target {
	for _, a := range layer.AffectedBy(from, to, nil) {
		if a.ID() == id {
			return &a.Target
		}
	}
	return nil
}

// layersAt returns the layers of an earlier commit; none if the repository no longer has it (a forced push).
func (m *merge) layersAt(ctx context.Context, sha string) (*layer.Map, error) {
	if known := m.past[sha]; known != nil {
		return known, nil
	}
	there, err := m.door.bring(ctx, m.gh.Token(), sha)
	found := &layer.Map{}
	if there && err == nil {
		found, err = m.layersOf(ctx, m.door.Git, sha)
	}
	if err != nil {
		return nil, err
	}
	m.past[sha] = found
	return found, nil
}

func (m *merge) has(id string) bool { return has(m.head, id) }

func has(m *layer.Map, id string) bool {
	return slices.ContainsFunc(m.Targets, func(t layer.Target) bool { return t.ID() == id })
}

// envOf returns the environment in the ID of a target; the layer before it may hold slashes.
func envOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }
