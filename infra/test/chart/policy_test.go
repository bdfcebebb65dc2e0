// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/layerbot/layerbot/infra/test/chart"
)

const policies = "../../../policies"

// 101 to 109: the chart as it is.
func TestTheRulesForRayDenyNothing(t *testing.T) {
	judge := rules(t)
	for name, v := range variants(t) {
		for kind, entries := range judge(documents(t, v)) {
			for _, entry := range entries {
				t.Errorf("%s: %s %v", name, kind, entry)
			}
		}
	}
}

// 101 to 109: one rule after the other is broken, by values where they can say it, and in the rendering where they
// cannot. Each is denied by that rule and by no other.
func TestEachRuleForRayDeniesWhatBreaksIt(t *testing.T) {
	judge := rules(t)
	groups := func(format string, names ...string) string {
		var all []string
		for _, name := range names {
			all = append(all, name+": {minReplicas: 0, replicas: 0, "+format+"}")
		}
		return "{workers: {" + strings.Join(all, ", ") + "}}"
	}
	sized := func(cpu, memory, more string) string {
		amounts := fmt.Sprintf("{cpu: %s, memory: %s}", cpu, memory)
		return groups("maxReplicas: 1, resources: {requests: "+amounts+", limits: "+amounts+"}"+more, "cpu")
	}
	plain := "maxReplicas: 30, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}"
	for number, c := range map[int]struct {
		rule, values, says string
		change             func(cluster chart.Document)
	}{
		101: {rule: "worker_cpu", values: sized("17", "1Gi", ""), says: "17 CPUs, more than 16"},
		102: {rule: "worker_memory", values: sized("1", "65Gi", ""), says: "65 GiB of memory, more than 64"},
		103: {rule: "worker_gpu", values: sized("1", "1Gi", ", gpus: 5"), says: "5 GPUs, more than 4"},
		104: {rule: "total_workers", values: groups(plain, "cpu", "more"), says: "may grow to 65 workers, more than 50"},
		105: {rule: "total_gpus", values: `{workers: {gpu: {gpus: 4, maxReplicas: 6}}}`, says: "may grow to 24 GPUs, more than 20"},
		106: {rule: "cpu_request", values: sized("400m", "1Gi", ""), says: "requests 0.4 CPUs, less than 0.5"},
		107: {rule: "memory_request", values: sized("1", "256Mi", ""), says: "requests 0.25 GiB of memory, less than 0.5"},
		108: {rule: "gpu_toleration", says: "does not tolerate the taint nvidia.com/gpu=true:NoSchedule", change: func(cluster chart.Document) {
			delete(at(cluster, "spec", "workerGroupSpecs", 1, "template", "spec").(map[string]any), "tolerations")
		}},
		109: {rule: "labels", says: "have no label app", change: func(cluster chart.Document) {
			delete(at(cluster, "spec", "headGroupSpec", "template", "metadata", "labels").(map[string]any), "app")
		}},
	} {
		v := chart.Values{}
		if c.values != "" {
			v = values(t, c.values)
		}
		docs := documents(t, v)
		if c.change != nil {
			for _, doc := range docs {
				if doc["kind"] == "RayCluster" {
					c.change(doc)
				}
			}
		}
		denied := judge(docs)["deny"]
		if len(denied) == 0 {
			t.Errorf("%d: %s denies nothing", number, c.rule)
		}
		for _, entry := range denied {
			if entry["rule"] != c.rule || !strings.Contains(fmt.Sprint(entry["msg"]), c.says) {
				t.Errorf("%d: denied by %v: %v", number, entry["rule"], entry["msg"])
			}
		}
	}
}

// rules asks policies/ray.rego about objects: what it denies, and what it warns of.
func rules(t *testing.T) func([]chart.Document) map[string][]map[string]any {
	t.Helper()
	query, err := rego.New(rego.Query("data.ray"), rego.Module("ray.rego", read(t, policies, "ray.rego"))).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(docs []chart.Document) map[string][]map[string]any {
		input := make([]any, len(docs))
		for i, doc := range docs {
			input[i] = doc
		}
		result, err := query.Eval(t.Context(), rego.EvalInput(input))
		if err != nil || len(result) != 1 {
			t.Fatal(err, result)
		}
		said := map[string][]map[string]any{}
		for _, kind := range []string{"deny", "warn"} {
			entries, ok := at(result[0].Expressions[0].Value, kind).([]any)
			if !ok {
				t.Fatalf("ray.rego has no %s", kind)
			}
			for _, entry := range entries {
				said[kind] = append(said[kind], maps.Clone(entry.(map[string]any)))
			}
			slices.SortFunc(said[kind], func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		return said
	}
}
