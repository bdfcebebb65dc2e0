// SPDX-License-Identifier: Apache-2.0

package eventbridge_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/eventbridge"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// EventBridge takes no longer pattern without asking for more.
const longest = 2048

// The rule's pattern as it was applied, with events of the shapes that ECR and Inspector send.
func TestTheRuleMatchesCriticalAndHighFindings(t *testing.T) {
	pattern := applied(t)
	if len(pattern) > longest {
		t.Errorf("the pattern has %d characters", len(pattern))
	}
	for name, matches := range judge(t, pattern, "matched") {
		if !matches {
			t.Errorf("%s is not matched", name)
		}
	}
	for name, matches := range judge(t, pattern, "unmatched") {
		if matches {
			t.Errorf("%s is matched", name)
		}
	}
}

// Each alternative earns its place: without it, some event that should be noticed is not.
func TestEachAlternativeIsNeeded(t *testing.T) {
	var rule struct {
		Or []json.RawMessage `json:"$or"`
	}
	if err := json.Unmarshal(applied(t), &rule); err != nil {
		t.Fatal(err)
	}
	if len(rule.Or) != 3 {
		t.Fatalf("%d alternatives", len(rule.Or))
	}
	for i := range rule.Or {
		others := append(append([]json.RawMessage{}, rule.Or[:i]...), rule.Or[i+1:]...)
		without, err := json.Marshal(map[string]any{"$or": others})
		if err != nil {
			t.Fatal(err)
		}
		missed := false
		for _, matches := range judge(t, without, "matched") {
			missed = missed || !matches
		}
		if !missed {
			t.Errorf("without %s nothing is missed", rule.Or[i])
		}
	}
}

// The pattern that the rule had before it was ours: critical and high side by side must both be there.
func TestCountsSideBySideMissAnImageWithOneOfThem(t *testing.T) {
	naive := []byte(`{"source":["aws.ecr"],"detail-type":["ECR Image Scan"],"detail":{"scan-status":["COMPLETE"],
		"finding-severity-counts":{"CRITICAL":[{"exists":true}],"HIGH":[{"exists":true}]}}}`)
	got := judge(t, naive, "matched")
	if got["ecr-one-critical"] || got["ecr-one-high"] || !got["ecr-critical-and-high"] {
		t.Errorf("%v", got)
	}
	if !judge(t, naive, "unmatched")["ecr-counts-of-zero"] {
		t.Error("it tells counts of zero from others")
	}
}

// applied is the rule's pattern in the state of prod.
func applied(t *testing.T) []byte {
	t.Helper()
	chain, err := plans.Of(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	var found []byte
	for _, rule := range chain.Layers["05-compute"].Of("aws_cloudwatch_event_rule") {
		if strings.HasSuffix(rule.Address, ".ecr_image_scan") {
			found = []byte(rule.Text("event_pattern"))
		}
	}
	if found == nil {
		t.Fatal("05-compute has no rule ecr_image_scan")
	}
	return found
}

// judge asks the pattern about every event of a folder: its name => matched.
func judge(t *testing.T, pattern []byte, folder string) map[string]bool {
	t.Helper()
	p, err := eventbridge.Parse(pattern)
	if err != nil {
		t.Fatal(err)
	}
	events, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(events) < 6 {
		t.Fatalf("%d events in %s, %v", len(events), folder, err)
	}
	judged := map[string]bool{}
	for _, path := range events {
		event, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		matches, err := p.Match(event)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		judged[strings.TrimSuffix(filepath.Base(path), ".json")] = matches
	}
	return judged
}
