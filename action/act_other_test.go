// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"encoding/json"
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
	r.usesWhatItAskedFor(t)
	issues := w.repo.Issues()
	if len(issues) != 1 || !strings.Contains(issues[0].Body, "terraform_data.bastion") || strings.Contains(issues[0].Body, "network/") {
		t.Errorf("the drift of one resource is told as %+v", issues)
	}
}

func TestQueueIsPlannedAtTheCommitThatItWouldMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	p, opened := w.open(t, "dev", nodes)
	w.run(t, opened)
	before := w.one(t, p)
	payload, err := p.MergeGroup()
	if err != nil {
		t.Fatal(err)
	}
	var group struct {
		MergeGroup struct {
			SHA string `json:"head_sha"`
			Ref string `json:"head_ref"`
		} `json:"merge_group"`
	}
	if err := json.Unmarshal(payload, &group); err != nil {
		t.Fatal(err)
	}
	r := w.run(t, event{name: "merge_group", payload: payload, ref: group.MergeGroup.Ref, secrets: true})
	r.wantJobs(t, "gate success", "plan compute/dev success", "report success")
	if c := w.check(t, group.MergeGroup.SHA, "layerbot / dev"); c.Conclusion != "success" {
		t.Errorf("the check is %+v", c)
	}
	if after := w.one(t, p); after.Edits != before.Edits {
		t.Errorf("the queue changed the comment")
	}
}
