// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A workflow is what the harness itself reads of a workflow file.
type workflow struct {
	On          map[string]*trigger
	Permissions map[string]string
	Jobs        map[string]workflowJob
	Rest        map[string]any `yaml:",inline"`
}

// A trigger narrows an event; nil is all of it.
type trigger struct {
	Types, Branches []string
	Rest            map[string]any `yaml:",inline"`
}

// UnmarshalYAML lets a list, as schedule has it, be all of the event.
func (t *trigger) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	type plain trigger
	return n.Decode((*plain)(t))
}

type workflowJob struct {
	Uses        string
	Permissions map[string]string
	Environment map[string]any
	Concurrency map[string]any
	Steps       []map[string]any
	Rest        map[string]any `yaml:",inline"`
}

func readWorkflow(t testing.TB, text []byte) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// starts says whether GitHub starts a run of the caller in a file for an event. It fails if that caller may less than the
// workflow that it calls, of which GitHub then starts no job.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations
func (w *world) starts(t testing.TB, file string, ev event) bool {
	t.Helper()
	from := readWorkflow(t, mustRead(t, file))
	if from.Permissions == nil || len(from.Permissions) > 0 {
		t.Errorf("the caller's permissions are %v on top, not {}", from.Permissions)
	}
	for name, job := range w.called.Jobs {
		if from.Jobs["layerbot"].Uses != "" && !within(job.Permissions, from.Jobs["layerbot"].Permissions) {
			t.Errorf("%s needs %v, and the caller has %v", name, job.Permissions, from.Jobs["layerbot"].Permissions)
		}
	}
	on, named := from.On[ev.name]
	if !named {
		return false
	}
	var payload struct{ Action, Ref string }
	if err := json.Unmarshal(ev.payload, &payload); err != nil {
		t.Fatal(err)
	}
	if on == nil {
		on = &trigger{}
	}
	if len(on.Rest) > 0 && ev.name != "workflow_dispatch" {
		t.Errorf("%s: the harness does not know %v", ev.name, on.Rest)
	}
	if ev.name == "pull_request" && on.Types == nil {
		on.Types = []string{"opened", "synchronize", "reopened"}
	}
	matches := func(patterns []string, name string) bool {
		return patterns == nil || slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(p, name)
			return ok && err == nil
		})
	}
	return (payload.Action == "" || matches(on.Types, payload.Action)) &&
		(ev.name != "push" || matches(on.Branches, strings.TrimPrefix(payload.Ref, "refs/heads/")))
}

// within says whether permissions are no wider than others.
func within(p, others map[string]string) bool {
	for name, level := range p {
		if granted := others[name]; granted != level && granted != "write" {
			return false
		}
	}
	return true
}
