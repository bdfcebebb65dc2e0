// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/layerbot/layerbot/infra/test/chart"
)

// 111: whatever the values, and the autoscaler's sidecar and the test's pod among them.
func TestEveryContainerIsNobodyAndCanDoNothing(t *testing.T) {
	for name, v := range variants(t) {
		var names []string
		for _, doc := range documents(t, v) {
			for _, c := range chart.Containers(doc) {
				names = append(names, c.Name)
				for _, problem := range chart.Unsafe(c) {
					t.Errorf("%s: %v %s", name, doc["kind"], problem)
				}
			}
		}
		want := []string{"ray-head", "ray-worker", "ask"}
		if name != "switched" {
			want = append(want, "autoscaler")
		}
		for _, container := range want {
			if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+container+" ") {
				t.Errorf("%s: of the containers, %s was not looked at: %v", name, container, names)
			}
		}
	}
}

// Without what holds it, each container is found unsafe: nothing above passes because nothing was looked at. The sweep
// takes each field of each security context away, and then each mount and each pod's own.
func TestTakingAnythingAwayIsNoticed(t *testing.T) {
	taken := 0
	for _, doc := range documents(t) {
		for i, c := range chart.Containers(doc) {
			for _, of := range []string{"container", "pod"} {
				for key := range context(t, c, of) {
					broken := clone(t, doc)
					delete(context(t, chart.Containers(broken)[i], of), key)
					taken++
					if key != "fsGroupChangePolicy" && key != "privileged" && len(chart.Unsafe(chart.Containers(broken)[i])) == 0 {
						t.Errorf("%s of %s is gone, and nobody notices", key, c.Where)
					}
				}
			}
			for _, key := range []string{"securityContext", "volumeMounts"} {
				broken := clone(t, doc)
				delete(chart.Containers(broken)[i].Fields, key)
				if len(chart.Unsafe(chart.Containers(broken)[i])) == 0 {
					t.Errorf("%s of %s is gone, and nobody notices", key, c.Where)
				}
			}
		}
	}
	if taken < 60 {
		t.Errorf("only %d fields were taken away", taken)
	}
}

func TestWorseValuesAreNoticed(t *testing.T) {
	for name, change := range map[string]func(c chart.Container){
		"root":         func(c chart.Container) { own(c)["runAsUser"] = 0.0 },
		"privileged":   func(c chart.Container) { own(c)["privileged"] = true },
		"escalation":   func(c chart.Container) { own(c)["allowPrivilegeEscalation"] = true },
		"capability":   func(c chart.Container) { own(c)["capabilities"].(map[string]any)["add"] = []any{"NET_RAW"} },
		"some dropped": func(c chart.Container) { own(c)["capabilities"] = map[string]any{"drop": []any{"NET_RAW"}} },
		"unconfined":   func(c chart.Container) { own(c)["seccompProfile"] = map[string]any{"type": "Unconfined"} },
		"writable":     func(c chart.Container) { own(c)["readOnlyRootFilesystem"] = false },
		"host network": func(c chart.Container) { c.Pod["hostNetwork"] = true },
		"host's /tmp": func(c chart.Container) {
			for _, v := range c.Pod["volumes"].([]any) {
				delete(v.(map[string]any), "emptyDir")
			}
		},
		"token": func(c chart.Container) { delete(c.Pod, "automountServiceAccountToken") },
	} {
		for _, doc := range documents(t) {
			broken := clone(t, doc)
			for _, c := range chart.Containers(broken) {
				change(c)
			}
			for _, c := range chart.Containers(broken) {
				if len(chart.Unsafe(c)) == 0 {
					t.Errorf("%s: %s passes", name, c.Where)
				}
			}
		}
	}
}

// A container is found wherever it hides.
func TestContainersAreFoundAtAnyDepth(t *testing.T) {
	hide := func(doc chart.Document, keys ...string) chart.Document {
		for _, key := range keys {
			doc = chart.Document{key: []any{map[string]any{"deeper": doc}}}
		}
		return doc
	}
	for _, list := range []string{"containers", "initContainers", "ephemeralContainers"} {
		for depth := range 6 {
			doc := hide(chart.Document{list: []any{map[string]any{"name": "hidden"}}}, []string{"a", "spec", "template", "items", "rayClusterSpec"}[:min(depth, 5)]...)
			found := chart.Containers(doc)
			if len(found) != 1 || found[0].Name != "hidden" || len(chart.Unsafe(found[0])) == 0 {
				t.Errorf("%s at depth %d: %v", list, depth, found)
			}
		}
	}
}

// context is the security context of a container or of its pod.
func context(t *testing.T, c chart.Container, of string) map[string]any {
	t.Helper()
	from := c.Fields
	if of == "pod" {
		from = c.Pod
	}
	m, ok := from["securityContext"].(map[string]any)
	if !ok {
		t.Fatalf("%s: the %s has no security context", c.Where, of)
	}
	return m
}

func own(c chart.Container) map[string]any { return c.Fields["securityContext"].(map[string]any) }

func clone(t testing.TB, doc chart.Document) chart.Document {
	t.Helper()
	src, err := yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var out chart.Document
	if err := yaml.Unmarshal(src, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
