// SPDX-License-Identifier: Apache-2.0

package action

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A contract is what action.yml takes and gives.
type contract struct {
	Inputs  map[string]struct{ Required bool }
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []step }
}

func readContract(t *testing.T) (c contract) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(readWorkflows(t)["action.yml"].text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// What users were promised. No input and no output goes without a new major version.
var (
	promisedInputs = strings.Fields(`command app-id app-private-key installation-id token working-directory config ticket target
		role-to-assume aws-region terraform-version tool scanners`)
	promisedOutputs = strings.Fields(`ticket matrix changes to-add to-change to-destroy exitcode failure-reason comment-id report`)
)

func TestActionKeepsItsPromises(t *testing.T) {
	c := readContract(t)
	for _, name := range promisedInputs {
		if _, ok := c.Inputs[name]; !ok {
			t.Errorf("the input %s is gone", name)
		}
	}
	for _, name := range promisedOutputs {
		twin := strings.ReplaceAll(name, "-", "_")
		if c.Outputs[name].Value == "" || c.Outputs[twin] != c.Outputs[name] {
			t.Errorf("the output %s is %+v, its twin %s %+v", name, c.Outputs[name], twin, c.Outputs[twin])
		}
	}
}

// An input reaches the program as data, in a variable of its own, and an output comes from where the program writes it.
func TestEachInputArrivesAndEachOutputLeaves(t *testing.T) {
	c := readContract(t)
	if len(c.Runs.Steps) != 1 || c.Runs.Steps[0].Uses != "" {
		t.Fatalf("it is to have one step, which uses no other action: %+v", c.Runs.Steps)
	}
	var arrived []string
	for name, value := range c.Runs.Steps[0].Env {
		m := regexp.MustCompile(`^\$\{\{ inputs\.([a-z0-9-]+) }}$`).FindStringSubmatch(value)
		if m == nil {
			t.Errorf("%s is %s, which is no input", name, value)
			continue
		}
		arrived = append(arrived, m[1])
	}
	if slices.Sort(arrived); !slices.Equal(arrived, slices.Sorted(maps.Keys(c.Inputs))) {
		t.Errorf("the inputs %q\narrive as %q", slices.Sorted(maps.Keys(c.Inputs)), arrived)
	}
	for name, o := range c.Outputs {
		if want := "${{ steps.run.outputs." + strings.ReplaceAll(name, "_", "-") + " }}"; o.Value != want {
			t.Errorf("the output %s is %s, not %s", name, o.Value, want)
		}
	}
}

// GitHub takes a wrong name of an input for a warning, and a wrong name of an output for an empty one.
func TestWorkflowsSpeakTheActionsLanguage(t *testing.T) {
	c := readContract(t)
	for _, w := range readWorkflows(t) {
		for name, j := range w.Jobs {
			for _, s := range j.Steps {
				if strings.HasPrefix(s.Uses, ours+"@") || s.Uses == "./" {
					for _, problem := range c.misuse(w, s) {
						t.Errorf("%s: job %s: %s", w.file, name, problem)
					}
				}
			}
		}
	}
	gate := readWorkflows(t)["gitops.yml"].Jobs["gate"]
	for name, value := range gate.Outputs {
		if want := "${{ steps.gate.outputs." + name + " }}"; value != want {
			t.Errorf("gate's output %s is %s, not %s", name, value, want)
		}
	}
	for _, m := range regexp.MustCompile(`needs\.gate\.outputs\.([\w-]+)`).FindAllStringSubmatch(readWorkflows(t)["gitops.yml"].text, -1) {
		if gate.Outputs[m[1]] == "" {
			t.Errorf("gate has no output %s", m[1])
		}
	}
}

// misuse returns what is wrong with a step that uses the action.
func (c contract) misuse(w *workflow, s step) (problems []string) {
	for name := range s.With {
		if _, ok := c.Inputs[name]; !ok {
			problems = append(problems, "the action has no input "+name)
		}
	}
	for name, input := range c.Inputs {
		if input.Required && s.With[name] == "" {
			problems = append(problems, "the action needs the input "+name)
		}
	}
	if s.ID == "" {
		return problems
	}
	for _, m := range regexp.MustCompile(`steps\.`+regexp.QuoteMeta(s.ID)+`\.outputs\.([\w-]+)`).FindAllStringSubmatch(w.text, -1) {
		if _, ok := c.Outputs[m[1]]; !ok {
			problems = append(problems, "the action has no output "+m[1])
		}
	}
	return problems
}

// A step of release.yml or of another workflow may have the id of one here; so the outputs are looked for in its file only.
func TestMisuseIsSeen(t *testing.T) {
	c := readContract(t)
	w := &workflow{text: "${{ steps.x.outputs.tickets }} ${{ steps.y.outputs.z }}"}
	got := c.misuse(w, step{ID: "x", With: map[string]string{"tickets": "a"}})
	slices.Sort(got)
	want := []string{"the action has no input tickets", "the action has no output tickets", "the action needs the input command"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := c.misuse(w, step{With: map[string]string{"command": "plan"}}); got != nil {
		t.Errorf("%q", got)
	}
}
