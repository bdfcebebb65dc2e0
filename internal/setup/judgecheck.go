// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/layerbot/layerbot/internal/github"
)

// checks judges that each environment's branch requires its check.
func (j *judge) checks() {
	missing := map[string][]string{} // branch → names
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
			missing[e.Branch] = append(missing[e.Branch], name)
		}
	}
	for _, branch := range slices.Sorted(maps.Keys(missing)) {
		names := missing[branch]
		verb := map[bool]string{true: "is", false: "are"}[len(names) == 1]
		j.add(Missing, "required check of "+branch, j.requireChecks(branch, names), "%s %s not required: what is refused, or was not planned, can be merged", list(names), verb)
	}
}

// requireChecks returns the command that makes a ruleset for one branch with its checks.
// Source: https://docs.github.com/rest/repos/rules#create-a-repository-ruleset
func (j *judge) requireChecks(branch string, names []string) string {
	checks := make([]map[string]any, len(names))
	for i, name := range names {
		checks[i] = map[string]any{"context": name}
		if j.AppID != 0 {
			checks[i]["integration_id"] = j.AppID
		}
	}
	title := names[0] // of rulesets no two may have the same
	if len(names) > 1 {
		title += fmt.Sprintf(" and %d more", len(names)-1)
	}
	ruleset, err := json.Marshal(map[string]any{
		"name": title, "target": "branch", "enforcement": "active",
		"conditions": map[string]any{"ref_name": map[string]any{"include": []string{"refs/heads/" + branch}, "exclude": []string{}}},
		"rules": []any{map[string]any{"type": "required_status_checks", "parameters": map[string]any{
			"strict_required_status_checks_policy": false, "required_status_checks": checks,
		}}},
	})
	if err != nil {
		panic(err) // plain data
	}
	return fmt.Sprintf("echo %s | gh api %s --input -", quote(string(ruleset)), j.api("rulesets"))
}
