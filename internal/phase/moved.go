// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
)

// moved returns why the state of a target must not be looked at where the change puts it: in another place than the
// base has it, where a plan would compare with a state that is not its own, or in the place of another target.
func (s scene) moved(cfg *config.Config, target layer.Target) *Hold {
	may := slices.ContainsFunc(blocksOf(cfg, target), func(b config.Layer) bool { return b.BackendMayChange })
	if may || s.mapOf(target) == s.base {
		return nil
	}
	now, known := s.head.Place(target.ID())
	before, ok := within(s.base, target.ID())
	if !ok {
		return s.taken(target, now, known)
	}
	was, ok := s.base.Place(target.ID())
	to := ""
	switch {
	case before.Backend == "": // its state was nowhere
	case before.Backend != target.Backend:
		to = fmt.Sprintf("from the backend %q to %q", before.Backend, target.Backend)
	case ok && !known:
		to = fmt.Sprintf("from %s to a place that is only known when Terraform runs", whereabouts(was))
	case ok && was != now:
		to = fmt.Sprintf("from %s to %s", whereabouts(was), whereabouts(now))
	}
	if to == "" {
		return nil
	}
	return denied("the change moves its state "+to+": a plan would compare with what is there",
		fmt.Sprintf("if that is meant, set `backend_may_change = true` in a layer block of %s on the base branch first, and move the state with `terraform init -migrate-state`", cfg.Path))
}

// taken returns why a new target must not be looked at: its state is that of another target, which stays.
func (s scene) taken(target layer.Target, now layer.Place, known bool) *Hold {
	if !known || target.Backend == "" {
		return nil
	}
	if t, was := s.keeper(now, func(t layer.Target) bool { return has(s.head, t.ID()) }); was != (layer.Place{}) {
		return denied(fmt.Sprintf("its state would be that of %s: %s", t, whereabouts(was)), "give the backend of "+target.String()+" a place of its own")
	}
	return nil
}

// keeper returns which of those targets has its state in a place without the change, and its place as it is written there.
func (s scene) keeper(now layer.Place, which func(layer.Target) bool) (layer.Target, layer.Place) {
	for _, m := range []*layer.Map{s.base, s.settled} {
		if m == nil {
			continue
		}
		for _, t := range m.Targets {
			if was, ok := m.Place(t.ID()); ok && same(was, now) && which(t) {
				return t, was
			}
		}
	}
	return layer.Target{}, layer.Place{}
}

// same reports whether two places can be one. An endpoint of AWS's own says nothing: buckets have the same name at each.
func same(a, b layer.Place) bool {
	own := func(p layer.Place) bool { return p.Endpoint == "" || strings.Contains(p.Endpoint, ".amazonaws.com") }
	if own(a) || own(b) {
		a.Endpoint, b.Endpoint = "", ""
	}
	return a == b
}

// within returns the target of an ID.
func within(m *layer.Map, id string) (layer.Target, bool) {
	i := slices.IndexFunc(m.Targets, func(t layer.Target) bool { return t.ID() == id })
	if i < 0 {
		return layer.Target{}, false
	}
	return m.Targets[i], true
}

// whereabouts returns a place as an address: "`s3://bucket/key`", and the endpoint of one that is told; of a local
// backend the file.
func whereabouts(p layer.Place) string {
	if p.Backend == "local" {
		return "`" + p.Key + "`"
	}
	address := "`" + p.Backend + "://" + strings.TrimPrefix(path.Join(p.Bucket, p.Key), "/") + "`"
	if p.Endpoint != "" {
		address += " at `" + p.Endpoint + "`"
	}
	return address
}
