// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"

	"github.com/layerbot/layerbot/infra/test/chart"
)

func TestEveryObjectIsWhatAnAPIServerTakes(t *testing.T) {
	for name, v := range variants(t) {
		docs := documents(t, v)
		if len(docs) < 5 {
			t.Errorf("%s: there are %d objects", name, len(docs))
		}
		for _, doc := range docs {
			for _, problem := range chart.Invalid(doc) {
				t.Errorf("%s: %s", name, problem)
			}
		}
	}
}

// What no API server would take is found: otherwise the test above says nothing.
func TestWhatNoAPIServerTakesIsFound(t *testing.T) {
	head := []any{"spec", "headGroupSpec", "template", "spec"}
	for want, change := range map[string]func(cluster chart.Document){
		`unknown field "spec.enableInTreeAutoscalling"`: func(c chart.Document) { put(c, true, "spec", "enableInTreeAutoscalling") },
		`unknown field "spec.headGroupSpec.template.spec.containers[0].securityContext.runAsUsr"`: func(c chart.Document) {
			put(c, 1000, append(head, "containers", 0, "securityContext", "runAsUsr")...)
		},
		"cannot unmarshal string into Go struct field": func(c chart.Document) { put(c, "three", "spec", "workerGroupSpecs", 0, "replicas") },
		"quantities must match": func(c chart.Document) {
			put(c, "8 GB", append(head, "containers", 0, "resources", "limits", "memory")...)
		},
		"requests 8Gi memory, and its limit is 4Gi": func(c chart.Document) {
			put(c, "4Gi", append(head, "containers", 0, "resources", "limits", "memory")...)
		},
		"there is no such volume":            func(c chart.Document) { put(c, []any{}, append(head, "volumes")...) },
		"has not minReplicas <= maxReplicas": func(c chart.Document) { put(c, 11, "spec", "workerGroupSpecs", 0, "minReplicas") },
		"two groups":                         func(c chart.Document) { put(c, "cpu", "spec", "workerGroupSpecs", 1, "groupName") },
		"must be no more than 15 characters": func(c chart.Document) {
			put(c, "dashboard-and-so-on", append(head, "containers", 0, "ports", 1, "name")...)
		},
		"has the restartPolicy Always":          func(c chart.Document) { put(c, "Always", append(head, "restartPolicy")...) },
		"authOptions.mode is token or disabled": func(c chart.Document) { put(c, "password", "spec", "authOptions", "mode") },
		"the label app=of ray":                  func(c chart.Document) { put(c, "of ray", "metadata", "labels", "app") },
		"a kind that nobody here knows":         func(c chart.Document) { put(c, "ray.io/v2", "apiVersion") },
	} {
		cluster := render(t)["RayCluster"][0]
		change(cluster)
		if got := strings.Join(chart.Invalid(cluster), "\n"); !strings.Contains(got, want) {
			t.Errorf("want %q, got %s", want, got)
		}
	}
}

func TestValuesThatMeanNothingAreRefused(t *testing.T) {
	for name, src := range map[string]string{
		"a misspelt value":          `{imgae: {}}`,
		"a misspelt value below":    `{head: {resuorces: {}}}`,
		"a security context":        `{head: {securityContext: {runAsUser: 0}}}`,
		"the tag latest":            `{image: {tag: latest}}`,
		"a short digest":            `{image: {digest: "sha256:abc"}}`,
		"a registry with a scheme":  `{image: {registry: "https://docker.io"}}`,
		"memory without a number":   `{head: {resources: {limits: {memory: lots}}}}`,
		"no limit":                  `{head: {resources: {limits: null}}}`,
		"a group's name":            `{workers: {"GPU big": {replicas: 0, minReplicas: 0, maxReplicas: 1, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}}}}`,
		"half a worker":             `{workers: {cpu: {replicas: 2.5}}}`,
		"more than there may be":    `{workers: {cpu: {replicas: 11}}}`,
		"fewer than there must be":  `{workers: {cpu: {replicas: 1}}}`,
		"HOME":                      `{env: {HOME: /root}}`,
		"a namespace":               `{networkPolicy: {namespaces: ["kube_system"]}}`,
		"an address that is none":   `{networkPolicy: {egressCidrs: ["10.0.0.0"]}}`,
		"a version that is no text": `{rayVersion: 2.56}`,
	} {
		if _, err := chart.Render(dir, here, values(t, src)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// As `helm lint --strict`.
func TestTheChartIsLinted(t *testing.T) {
	for name, v := range variants(t) {
		for _, m := range lint.AllWithKubeVersion(dir, v, here.Namespace, nil).Messages {
			if m.Severity > support.InfoSev {
				t.Errorf("%s: %v", name, m)
			}
		}
	}
}

// put sets what stands at a path of keys and indexes.
func put(doc chart.Document, v any, path ...any) {
	parent := at(doc, path[:len(path)-1]...)
	parent.(map[string]any)[path[len(path)-1].(string)] = v
}
