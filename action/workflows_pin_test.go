// SPDX-License-Identifier: Apache-2.0

package action

import (
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

var selfPin = regexp.MustCompile(`layerbot/layerbot@([0-9a-f]{40})`)

// The reusable workflow runs the action of one commit of this repository, which is older than the workflow. What the workflow
// asks of the action today, the action of that commit has to know.
func TestThePinnedActionKnowsWhatTheWorkflowAsksOfIt(t *testing.T) {
	for _, file := range []string{"gitops.yml", "gitops-kms.yml"} {
		w := readWorkflows(t)[file]
		var pins []string
		for _, m := range selfPin.FindAllStringSubmatch(w.text, -1) {
			pins = append(pins, m[1])
		}
		slices.Sort(pins)
		if pins = slices.Compact(pins); len(pins) != 1 {
			t.Fatalf("%s pins %q, not one commit", file, pins)
		}
		if out, err := exec.Command("git", "-C", "..", "merge-base", "--is-ancestor", pins[0], "HEAD").CombinedOutput(); err != nil {
			t.Fatalf("%s pins %s, which is no commit before this one: %v %s(a shallow clone does not have it: git fetch --unshallow)", file, pins[0], err, out)
		}
		text, err := exec.Command("git", "-C", "..", "show", pins[0]+":action.yml").Output()
		if err != nil {
			t.Fatal(err)
		}
		var then struct{ Inputs, Outputs map[string]any }
		if err := yaml.Unmarshal(text, &then); err != nil {
			t.Fatal(err)
		}
		for name, j := range w.Jobs {
			for _, s := range j.Steps {
				for input := range s.With {
					if _, known := then.Inputs[input]; !known && selfPin.MatchString(s.Uses) {
						t.Errorf("%s: job %s gives %s, which the action at %s does not take", file, name, input, pins[0])
					}
				}
			}
		}
	}
}
