// SPDX-License-Identifier: Apache-2.0

package examples

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const maxSCP = 5120

// TestServiceControlPolicyIsWhatTheGuideSays holds aws/scp.json against AWS's limits and docs/security-baseline.md.
func TestServiceControlPolicyIsWhatTheGuideSays(t *testing.T) {
	text, err := os.ReadFile("aws/scp.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Version   string
		Statement []struct {
			Sid, Effect, Resource any
			Action, NotAction     any
			Condition             map[string]map[string]any
		}
	}
	if err := json.Unmarshal(text, &policy, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	var sids []string
	for _, s := range policy.Statement {
		sid, _ := s.Sid.(string)
		sids = append(sids, sid)
		if s.Effect != "Deny" || (s.Action == nil) == (s.NotAction == nil) || s.Resource == nil {
			t.Errorf("%s: a statement here denies actions, or all but some, on a resource: %+v", sid, s)
		}
	}
	if compact := jsontext.Value(text); compact.Compact() != nil || len(compact) > maxSCP || policy.Version != "2012-10-17" {
		t.Errorf("%d characters, version %s", len(compact), policy.Version)
	}

	guide, err := os.ReadFile("../docs/security-baseline.md")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)\n## Service control policies\n.*?(\n## |$)`).Find(guide)
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllSubmatch(section, -1) {
		told = append(told, string(row[1]))
	}
	if !slices.Equal(told, sids) {
		t.Errorf("the guide tells of %q, the policy has %q", told, sids)
	}
}
