package phase

import (
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/report"
)

// unpromoted returns why a target may not be applied before the environment that comes first; nil if it may. What
// must have been applied there is what the layer is at this commit, leaving aside the environment's own values.
func (m *merge) unpromoted(env config.Environment, c candidate, pending []candidate) *Hold {
	if env.Previous == "" {
		return nil
	}
	id := c.Layer + "/" + env.Previous
	h := m.ledger[id]
	applied := h.success != nil && !h.success.Deleted
	switch {
	case !m.has(id) && !applied: // the layer is not in that environment, or no longer
		return nil
	case m.has(id) && applied && h.success.Shared == m.inputs[id].shared:
		return nil
	case inSameRun(id, pending):
		return nil
	}
	return &Hold{
		Kind: report.Unpromoted, Message: fmt.Sprintf("not applied in %s yet, which comes before %s", env.Previous, env.Name),
		Hint: fmt.Sprintf("merge the same change to the branch %q and see it applied there, then comment `/apply` here", m.branchOf(env.Previous)),
	}
}

// promote adds what is promoted in this very run: two environments of one branch are applied one after the other.
func (m *merge) promote(before map[string][]string, pending []candidate) {
	for _, c := range pending {
		if previous := m.cfg.Environment(c.Env).Previous; previous != "" && inSameRun(c.Layer+"/"+previous, pending) {
			before[c.ID()] = append(before[c.ID()], c.Layer+"/"+previous)
		}
	}
}

func inSameRun(id string, pending []candidate) bool {
	return slices.ContainsFunc(pending, func(c candidate) bool { return c.ID() == id })
}
