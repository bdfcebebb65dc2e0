package phase

import (
	"context"
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

// pending returns the targets of the branch's environments whose inputs differ from those of their last successful
// apply, in the order of the map, and after them what was deleted.
func (m *merge) pending(ctx context.Context) ([]candidate, error) {
	var out []candidate
	for _, t := range m.head.Targets {
		h := m.ledger[t.ID()]
		if m.envs[t.Env] && (h.success == nil || h.success.Deleted || h.success.Digest != m.inputs[t.ID()].all) {
			out = append(out, candidate{Target: t, history: h})
		}
	}
	gone, err := m.deleted(ctx)
	return append(out, gone...), err
}

// deleted returns the targets that were applied once, or that the push took away, and that the head no longer has.
func (m *merge) deleted(ctx context.Context) ([]candidate, error) {
	where := map[string]map[string]bool{} // commit → IDs; "" as an ID is all
	for id, h := range m.ledger {
		_, env, _ := cutID(id)
		if m.envs[env] && !m.has(id) && h.success != nil && !h.success.Deleted {
			add(where, h.success.sha, id)
		}
	}
	if before := m.ask.before; before != "" {
		add(where, before, "")
	}
	var out []candidate
	for sha, ids := range where {
		found, err := m.deletedSince(ctx, sha, ids)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if !slices.ContainsFunc(out, func(o candidate) bool { return o.ID() == c.ID() }) {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b candidate) int { return strings.Compare(a.ID(), b.ID()) })
	return out, nil
}

// deletedSince returns those of the targets at a commit that the head no longer has.
func (m *merge) deletedSince(ctx context.Context, sha string, ids map[string]bool) ([]candidate, error) {
	at, err := m.layersAt(ctx, sha)
	if err != nil || at == nil {
		return nil, err
	}
	var out []candidate
	for _, t := range at.Targets {
		h := m.ledger[t.ID()]
		destroyed := h.success != nil && h.success.Deleted
		if m.envs[t.Env] && !m.has(t.ID()) && !destroyed && (ids[""] || ids[t.ID()]) {
			out = append(out, candidate{Target: t, history: h, deleted: true, at: sha, from: at})
		}
	}
	return out, nil
}

// layersAt returns the layers of an earlier commit; nil if the repository no longer has it (a forced push).
func (m *merge) layersAt(ctx context.Context, sha string) (*layer.Map, error) {
	there, err := m.door.bring(ctx, m.gh.Token(), sha)
	if err != nil || !there {
		return nil, err
	}
	return m.layersOf(ctx, m.door.Git, sha)
}

func (m *merge) has(id string) bool {
	return slices.ContainsFunc(m.head.Targets, func(t layer.Target) bool { return t.ID() == id })
}

// cutID splits the ID of a target, whose layer may hold slashes and whose environment does not.
func cutID(id string) (layer, env string, ok bool) {
	i := strings.LastIndexByte(id, '/')
	if i < 0 {
		return "", "", false
	}
	return id[:i], id[i+1:], true
}

func add(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}
