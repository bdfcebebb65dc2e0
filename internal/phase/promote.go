// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/report"
)

// unpromoted returns why a target may not be applied before the environment that comes first; nil if it may. What
// must have been applied there, once, is what the layer is at this commit, leaving aside the environment's own values.
func (m *merge) unpromoted(ctx context.Context, env config.Environment, c candidate, pending []candidate) (*Hold, error) {
	if env.Previous == "" {
		return nil, nil
	}
	id := c.Layer + "/" + env.Previous
	h := m.ledger[id]
	applied := h.success != nil && !h.success.Deleted
	switch {
	case !m.has(id) && !applied: // the layer is not in that environment, or no longer
		return nil, nil
	case m.has(id) && applied && h.success.Shared == m.inputs[id].shared:
		return nil, nil
	case among(id, pending):
		return nil, nil
	}
	if m.has(id) && applied { // it may have gone on since
		if once, err := m.once(ctx, c.Layer, env.Previous, m.inputs[id].shared); err != nil || once {
			return nil, err
		}
	}
	return &Hold{
		Kind: report.Unpromoted, Message: fmt.Sprintf("not applied in %s yet, which comes before %s", env.Previous, env.Name),
		Hint: fmt.Sprintf("merge the same change to the branch %q and see it applied there, then comment `/apply` here", m.branchOf(env.Previous)),
	}, nil
}

// once reports whether inputs of that digest are among the last that were applied in an environment.
func (m *merge) once(ctx context.Context, layer, env, shared string) (bool, error) {
	records, _, err := m.gh.Deployments(ctx, env, taskPrefix+layer, 1)
	if err != nil {
		return false, err
	}
	for _, d := range records {
		var p payload
		if json.Unmarshal(d.Payload, &p) != nil || p.Shared != shared {
			continue
		}
		state, err := m.gh.DeploymentState(ctx, d.ID)
		if err != nil || state.State == "success" {
			return err == nil, err
		}
	}
	return false, nil
}

// promote adds what is promoted in this very run: two environments of one branch are applied one after the other.
func (m *merge) promote(before map[string][]string, pending []candidate) {
	for _, c := range pending {
		if previous := m.cfg.Environment(c.Env).Previous; previous != "" && among(c.Layer+"/"+previous, pending) {
			before[c.ID()] = append(before[c.ID()], c.Layer+"/"+previous)
		}
	}
}

func among(id string, list []candidate) bool {
	return slices.ContainsFunc(list, func(c candidate) bool { return c.ID() == id })
}
