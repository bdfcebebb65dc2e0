// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
)

// TestMatrixShards holds GitHub's cap of 256 jobs: every target is in exactly one leg, and no leg mixes environments.
func TestMatrixShards(t *testing.T) {
	for _, n := range []int{0, 1, 256, 257, 1000, 4000} {
		ticket := &phase.Ticket{}
		for i := range n {
			env := []string{"dev", "test", "prod"}[i%3]
			ticket.Jobs = append(ticket.Jobs, phase.Job{Target: layer.Target{Layer: fmt.Sprintf("%d-x", i), Env: env}})
		}
		m := spread(ticket).plans
		if len(m) > maxMatrix {
			t.Errorf("%d targets: %d legs", n, len(m))
		}
		if n <= maxMatrix && len(m) != n {
			t.Errorf("%d targets: %d legs, want one each", n, len(m))
		}
		seen := map[string]bool{}
		for _, l := range m {
			for _, id := range strings.Split(l.Target, "\n") {
				if seen[id] || !strings.HasSuffix(id, "/"+l.Env) {
					t.Errorf("%d targets: %s is in two legs or in one of %s", n, id, l.Env)
				}
				seen[id] = true
			}
		}
		if len(seen) != n {
			t.Errorf("%d targets: %d in the matrix", n, len(seen))
		}
	}
}
