// SPDX-License-Identifier: Apache-2.0

// Package policies_test puts the policies that are shipped to the test: it runs their own tests, and asks them of whole
// plans and manifests.
package policies_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

// rules are those of each policy, by package.
var rules = map[string][]string{
	"terraform": {
		"region", "cpu_node_group_max", "gpu_node_group_max", "instance_type", "ebs_encrypted", "tags",
		"private_endpoint", "cluster_logging", "imdsv2", "volume_size", "min_max_size", "config",
	},
	"ray": {
		"worker_cpu", "worker_memory", "worker_gpu", "total_workers", "total_gpus", "cpu_request", "memory_request",
		"gpu_toleration", "labels", "quantity", "config",
	},
}

// TestThePoliciesPassTheirTests also finds that each rule has tests of what it denies, of what it allows, and of the edges.
func TestThePoliciesPassTheirTests(t *testing.T) {
	results, err := policy.Test(t.Context(), bundle(t, true))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Failed || r.Skipped {
			t.Errorf("%s:%d: %s: %s (skipped: %v)", r.File, r.Line, r.Name, r.Why, r.Skipped)
		}
	}
	for pkg, names := range rules {
		for _, rule := range names {
			for _, kind := range []string{"denies", "allows", "edge"} {
				prefix := "data." + pkg + "_test.test_" + rule + "_" + kind
				has := func(r policy.TestResult) bool { return strings.HasPrefix(r.Name, prefix) }
				if !slices.ContainsFunc(results, has) {
					t.Errorf("there is no test %s…", prefix)
				}
			}
		}
	}
}

// TestNoRuleIsMissingFromTheTable reads the names of the rules from the policies.
func TestNoRuleIsMissingFromTheTable(t *testing.T) {
	warnings := []string{"not_judged", "limits"} // only ever warn
	declared := regexp.MustCompile(`(?:finding|about|entry|unsure)\("([a-z0-9_]+)"`)
	for name, src := range bundle(t, false).Files {
		pkg, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".rego"), "_")
		for _, m := range declared.FindAllStringSubmatch(src, -1) {
			if !slices.Contains(slices.Concat(rules[pkg], warnings), m[1]) {
				t.Errorf("%s: the rule %s is not in the table", name, m[1])
			}
		}
	}
}

// bundle is the policies of this folder, with or without their tests.
func bundle(t testing.TB, tests bool) policy.Bundle {
	t.Helper()
	names, err := filepath.Glob("*.rego")
	if err != nil || len(names) == 0 {
		t.Fatal("there are no policies: ", err)
	}
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = "policies/" + name
	}
	b, err := policy.Gather([]string{"policies"}, list, func(name string) ([]byte, error) { return os.ReadFile(filepath.Base(name)) }, tests)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compile is the policies of this folder, with a file of limits that are not the defaults, if any.
func compile(t testing.TB, limits string) *policy.Set {
	t.Helper()
	b := bundle(t, false)
	if limits != "" {
		b.Files["policies/config.json"] = limits
	}
	set, err := policy.Compile(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// said are the decisions of one kind, as "rule address", sorted and each once.
func said(t testing.TB, p *report.Policy, kind report.DecisionKind) []string {
	t.Helper()
	if p.Failure != "" {
		t.Fatal(p.Failure)
	}
	var all []string
	for _, d := range p.Decisions {
		if d.Kind == kind {
			all = append(all, d.Rule+" "+d.Address)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
