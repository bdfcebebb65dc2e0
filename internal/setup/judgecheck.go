// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/layerbot/layerbot/internal/github"
)

// checks judges that each environment's branch requires its check.
func (j *judge) checks() {
	for _, e := range j.Want {
		part, name := "required check of "+e.Branch, "layerbot / "+e.Name
		named := slices.DeleteFunc(slices.Clone(j.Checks[e.Branch]), func(c github.RequiredCheck) bool { return c.Name != name })
		has := func(id int64) bool {
			return slices.ContainsFunc(named, func(c github.RequiredCheck) bool { return c.AppID == id })
		}
		switch {
		case j.AppID != 0 && has(j.AppID), j.AppID == 0 && len(named) > 0 && !has(0):
			j.add(OK, part, "", "%s", name)
		case has(0):
			j.add(Advice, part, "choose the App as its source: "+j.settings("rules"), "%s, whoever sets it: another App or a workflow could", name)
		case len(named) > 0:
			j.add(Wrong, part, "choose Layerbot's App as its source: "+j.settings("rules"), "%s must come from another App (%d)", name, named[0].AppID)
		case j.unknown(part, "checks/"+e.Branch):
		default:
			j.add(Missing, part, j.requireCheck(e.Branch, name), "%s is not required: what is refused, or was not planned, can be merged", name)
		}
	}
}

// requireCheck returns the command that makes a ruleset for one branch with one check.
// Source: https://docs.github.com/rest/repos/rules#create-a-repository-ruleset
func (j *judge) requireCheck(branch, name string) string {
	check := map[string]any{"context": name}
	if j.AppID != 0 {
		check["integration_id"] = j.AppID
	}
	ruleset, err := json.Marshal(map[string]any{
		"name": name, "target": "branch", "enforcement": "active",
		"conditions": map[string]any{"ref_name": map[string]any{"include": []string{"refs/heads/" + branch}, "exclude": []string{}}},
		"rules": []any{map[string]any{"type": "required_status_checks", "parameters": map[string]any{
			"strict_required_status_checks_policy": false, "required_status_checks": []any{check},
		}}},
	})
	if err != nil {
		panic(err) // plain data
	}
	return fmt.Sprintf("echo %s | gh api %s --input -", quote(string(ruleset)), j.api("rulesets"))
}
