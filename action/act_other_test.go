//go:build realtools

package action_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDriftIsLookedForOnSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	changed := strings.ReplaceAll(w.state(t, "dev/compute"), "t4g.nano", "t4g.large")
	mustWrite(t, filepath.Join(w.dir, "state", "dev", "compute.tfstate"), []byte(changed), 0o600)
	r := w.run(t, onMain("schedule", w.repo.ScheduleEvent("23 5 * * 1-5")))
	r.wantJobs(t, "gate success", "plan network/dev success", "plan compute/dev success", "plan network/prod success", "plan compute/prod success", "report success")
	for _, n := range r.started(t, "bot") {
		if n.of == "plan" && (!slices.Contains(n.args, "drift") || !slices.Contains(n.args, "--budget")) {
			t.Errorf("a job that looks for drift was started with %q", n.args)
		}
	}
	issues := w.repo.Issues()
	if len(issues) != 1 || !strings.Contains(issues[0].Body, "terraform_data.bastion") || strings.Contains(issues[0].Body, "network/") {
		t.Errorf("the drift of one resource is told as %+v", issues)
	}
}
