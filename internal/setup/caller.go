// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A caller is what counts of a workflow that calls the reusable one.
type caller struct {
	on          map[string]filter
	uses        string
	permissions map[string]string // of its job; "*" is the level of all of them
	secrets     []string          // names that are handed over
	inherit     bool              // all are
	with        yaml.Node         // inputs
}

// A filter is what an event is narrowed by.
type filter struct {
	Types          words `yaml:"types"`
	Branches       words `yaml:"branches"`
	BranchesIgnore words `yaml:"branches-ignore"`
	Tags           words `yaml:"tags"`
	Paths          words `yaml:"paths"`
	PathsIgnore    words `yaml:"paths-ignore"`

	narrowed bool // to branches or tags
}

// words are one word or several.
type words []string

func (w *words) UnmarshalYAML(n *yaml.Node) error {
	var all []string
	if n.Kind == yaml.ScalarNode {
		*w = words{n.Value}
		return nil
	}
	err := n.Decode(&all)
	*w = all
	return err
}

// reusable matches what the job uses: the reusable workflow of Layerbot, or of a copy, at a ref; or of the same repository.
var reusable = regexp.MustCompile(`^(?:[.$]/|[A-Za-z0-9-]+/[A-Za-z0-9._-]+/)\.github/workflows/gitops(?:-kms)?\.yml(?:@(.+))?$`)

var fullSHA = regexp.MustCompile(`^[0-9a-f]{40}$`)

// ref returns where the reusable workflow is pinned; "" in its own repository.
func (c *caller) ref() string { return reusable.FindStringSubmatch(c.uses)[1] }

// usesKMS reports whether a caller's reusable workflow is the one for a key in KMS.
func usesKMS(workflow []byte) bool {
	c, err := parseCaller(workflow)
	return err == nil && strings.Contains(c.uses, "/gitops-kms.yml")
}

// parseCaller reads the job of a workflow, the first by name, that uses the reusable workflow.
func parseCaller(text []byte) (*caller, error) {
	var w struct {
		On          yaml.Node `yaml:"on"`
		Permissions yaml.Node `yaml:"permissions"`
		Jobs        map[string]struct {
			Uses        string    `yaml:"uses"`
			Permissions yaml.Node `yaml:"permissions"`
			Secrets     yaml.Node `yaml:"secrets"`
			With        yaml.Node `yaml:"with"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal(text, &w); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		job := w.Jobs[name]
		if !reusable.MatchString(job.Uses) {
			continue
		}
		on, err := events(&w.On)
		if err != nil {
			return nil, err
		}
		c := &caller{on: on, uses: job.Uses, inherit: job.Secrets.Value == "inherit", with: job.With}
		c.permissions = granted(&job.Permissions, &w.Permissions)
		for i := 0; i < len(job.Secrets.Content); i += 2 {
			c.secrets = append(c.secrets, job.Secrets.Content[i].Value)
		}
		return c, nil
	}
	return nil, errors.New("no job of it uses " + Reusable)
}

// events reads `on`: a word, a list of words, or a mapping.
func events(n *yaml.Node) (map[string]filter, error) {
	on := map[string]filter{}
	switch n.Kind { //nolint:exhaustive // no other one stands there
	case yaml.ScalarNode:
		on[n.Value] = filter{}
	case yaml.SequenceNode:
		for _, event := range n.Content {
			on[event.Value] = filter{}
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			var f filter
			if n.Content[i+1].Kind == yaml.MappingNode { // a schedule is a list
				if err := n.Content[i+1].Decode(&f); err != nil {
					return nil, err
				}
			}
			f.narrowed = f.Branches != nil || f.BranchesIgnore != nil || f.Tags != nil
			on[n.Content[i].Value] = f
		}
	}
	return on, nil
}

// granted returns the permissions of the job, else those of the workflow.
func granted(job, workflow *yaml.Node) map[string]string {
	n := job
	if n.IsZero() {
		n = workflow
	}
	granted := map[string]string{}
	if n.Kind == yaml.ScalarNode {
		granted["*"] = strings.TrimSuffix(n.Value, "-all")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		granted[n.Content[i].Value] = n.Content[i+1].Value
	}
	return granted
}

// admits reports whether a push to the branch, or a pull request to it, starts the workflow.
func (f filter) admits(branch string) bool {
	if !f.narrowed {
		return true
	}
	if f.BranchesIgnore != nil {
		return !slices.ContainsFunc(f.BranchesIgnore, func(p string) bool { return matches(p, branch) })
	}
	admitted := false
	for _, p := range f.Branches { // the last one that matches decides
		if pattern, not := strings.CutPrefix(p, "!"); matches(pattern, branch) {
			admitted = !not
		}
	}
	return admitted
}
