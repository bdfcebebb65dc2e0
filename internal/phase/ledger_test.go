// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
)

// GitHub takes environments for one whose names differ in case only, and lists the deployments of both for each.
func TestAnApplyOfAnEnvironmentOfAnotherCaseIsNotThisOnes(t *testing.T) {
	hub := newHub()
	for _, target := range []string{"02-compute/prod", "02-compute/Prod"} {
		text, err := json.Marshal(payload{Version: 1, Target: target, Digest: target})
		if err != nil {
			t.Fatal(err)
		}
		id, _ := hub.CreateDeployment(context.Background(), github.Deployment{Task: "apply:02-compute", Environment: "prod", Payload: text})
		_ = hub.SetDeployment(context.Background(), id, github.DeploymentState{State: "success"})
	}
	l := ledger{}
	if err := l.read(context.Background(), hub, "prod", nil); err != nil {
		t.Fatal(err)
	}
	if h := l["02-compute/prod"]; h.success == nil || h.success.Digest != "02-compute/prod" {
		t.Errorf("the history is %+v", h.success)
	}
}
