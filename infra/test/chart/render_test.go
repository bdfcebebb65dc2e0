// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/chart"
)

const (
	dir   = "../../../charts/ray"
	layer = "../../06-applications"
)

var here = chart.Release{Name: "ray", Namespace: "ray"}

// variants are the values that the chart is tried with: its own, every switch the other way, and each environment's.
func variants(t testing.TB) map[string]chart.Values {
	t.Helper()
	all := map[string]chart.Values{
		"default":  {},
		"switched": values(t, switched),
		"one GPU":  values(t, `{workers: {gpu: {replicas: 1, minReplicas: 1}}}`),
		"no GPUs":  values(t, `{workers: {gpu: null}}`),
		"no token": values(t, `{auth: {enabled: false}}`),
	}
	for _, env := range environments {
		all[env] = environment(t, env)
	}
	return all
}

const switched = `
image: {registry: 777788889999.dkr.ecr.eu-west-1.amazonaws.com/docker-hub, digest: "sha256:` +
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + `"}
auth: {enabled: false}
autoscaler: {enabled: false}
head:
  nodeSelector: {lifecycle: persistent}
  tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]
workers:
  gpu:
    replicas: 2
    gpus: 2
    image: {digest: ""}
    nodeSelector: {pool: gpu}
    tolerations: [{key: spot, operator: Exists}]
env: {RAY_DEDUP_LOGS: "0"}
networkPolicy: {namespaces: [kuberay-system, monitoring], egressCidrs: [], podIdentity: true}
protectHead: true
`

func values(t testing.TB, src string) chart.Values {
	t.Helper()
	v, err := chart.ParseValues(src)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// render is the objects of the chart with these values, by kind.
func render(t testing.TB, v ...chart.Values) map[string][]chart.Document {
	t.Helper()
	out := map[string][]chart.Document{}
	for _, doc := range documents(t, v...) {
		kind := doc["kind"].(string)
		out[kind] = append(out[kind], doc)
	}
	return out
}

func documents(t testing.TB, v ...chart.Values) []chart.Document {
	t.Helper()
	docs, err := chart.Parse(stream(t, v...))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func stream(t testing.TB, v ...chart.Values) string {
	t.Helper()
	out, err := chart.Render(dir, here, v...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// at is what stands at a path of keys and indexes of an object; nil where there is nothing.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// 111: what the cluster has unless somebody says otherwise.
func TestTheClusterIsOfTheSizeThatTheInventorySays(t *testing.T) {
	cluster := render(t)["RayCluster"][0]
	container := []any{"template", "spec", "containers", 0}
	for name, c := range map[string]struct {
		want any
		path []any
	}{
		"head requests CPU":    {"2", slices.Concat([]any{"spec", "headGroupSpec"}, container, []any{"resources", "requests", "cpu"})},
		"head requests memory": {"8Gi", slices.Concat([]any{"spec", "headGroupSpec"}, container, []any{"resources", "requests", "memory"})},
		"head's limit of CPU":  {"4", slices.Concat([]any{"spec", "headGroupSpec"}, container, []any{"resources", "limits", "cpu"})},
		"head's memory limit":  {"16Gi", slices.Concat([]any{"spec", "headGroupSpec"}, container, []any{"resources", "limits", "memory"})},
		"CPU workers":          {3.0, []any{"spec", "workerGroupSpecs", 0, "replicas"}},
		"fewest CPU workers":   {2.0, []any{"spec", "workerGroupSpecs", 0, "minReplicas"}},
		"most CPU workers":     {10.0, []any{"spec", "workerGroupSpecs", 0, "maxReplicas"}},
		"GPU workers":          {0.0, []any{"spec", "workerGroupSpecs", 1, "replicas"}},
		"fewest GPU workers":   {0.0, []any{"spec", "workerGroupSpecs", 1, "minReplicas"}},
		"most GPU workers":     {5.0, []any{"spec", "workerGroupSpecs", 1, "maxReplicas"}},
		"autoscaler":           {true, []any{"spec", "enableInTreeAutoscaling"}},
		"GPU limit":            {"1", slices.Concat([]any{"spec", "workerGroupSpecs", 1}, container, []any{"resources", "limits", "nvidia.com/gpu"})},
		"no work on the head":  {"0", []any{"spec", "headGroupSpec", "rayStartParams", "num-cpus"}},
	} {
		if got := at(cluster, c.path...); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var ports []float64
	for i := range 4 {
		ports = append(ports, at(cluster, slices.Concat([]any{"spec", "headGroupSpec"}, container, []any{"ports", i, "containerPort"})...).(float64))
	}
	slices.Sort(ports)
	if want := []float64{6379, 8080, 8265, 10001}; !slices.Equal(ports, want) {
		t.Errorf("the head's ports are %v, want %v", ports, want)
	}
}

// 87: workers with GPUs go where the taint is, and others do not.
func TestOnlyGPUWorkersTolerateTheTaint(t *testing.T) {
	cluster := render(t)["RayCluster"][0]
	taint := map[string]any{"key": "nvidia.com/gpu", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
	for group, want := range map[int]any{0: nil, 1: taint} {
		got := at(cluster, "spec", "workerGroupSpecs", group, "template", "spec", "tolerations", 0)
		if want == nil && got != nil || want != nil && !sameMap(got, taint) {
			t.Errorf("group %d tolerates %v, want %v", group, got, want)
		}
	}
	own := at(render(t, values(t, switched))["RayCluster"][0], "spec", "workerGroupSpecs", 1, "template", "spec", "tolerations")
	if list, _ := own.([]any); len(list) != 2 || !sameMap(list[0], taint) {
		t.Errorf("tolerations of one's own take the taint's away: %v", own)
	}
}

func sameMap(got any, want map[string]any) bool {
	m, ok := got.(map[string]any)
	for key, value := range want {
		ok = ok && m[key] == value
	}
	return ok && len(m) == len(want)
}

func TestImagesComeFromTheRegistryThatIsSaid(t *testing.T) {
	for name, c := range map[string]struct{ values, head, gpu string }{
		"default": {`{}`, "docker.io/rayproject/ray:2.56.1", "docker.io/rayproject/ray:2.56.1-gpu"},
		"a cache": {
			`{image: {registry: 1.dkr.ecr.eu-west-1.amazonaws.com/docker-hub}}`,
			"1.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/rayproject/ray:2.56.1", "1.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/rayproject/ray:2.56.1-gpu",
		},
		"a digest, which is not the GPU image's": {
			`{image: {digest: "sha256:` + strings.Repeat("a", 64) + `"}}`,
			"docker.io/rayproject/ray@sha256:" + strings.Repeat("a", 64), "docker.io/rayproject/ray:2.56.1-gpu",
		},
		"a digest of the GPU image": {
			`{workers: {gpu: {image: {digest: "sha256:` + strings.Repeat("b", 64) + `"}}}}`,
			"docker.io/rayproject/ray:2.56.1", "docker.io/rayproject/ray@sha256:" + strings.Repeat("b", 64),
		},
	} {
		cluster := render(t, values(t, c.values))["RayCluster"][0]
		if got := at(cluster, "spec", "headGroupSpec", "template", "spec", "containers", 0, "image"); got != c.head {
			t.Errorf("%s: the head has %v, want %s", name, got, c.head)
		}
		if got := at(cluster, "spec", "workerGroupSpecs", 1, "template", "spec", "containers", 0, "image"); got != c.gpu {
			t.Errorf("%s: the GPU workers have %v, want %s", name, got, c.gpu)
		}
	}
}

// The token is the autoscaler's alone: code that runs in Ray cannot read it.
func TestOnlyTheAutoscalerHasATokenOfTheKubernetesAPI(t *testing.T) {
	const path = "/var/run/secrets/kubernetes.io/serviceaccount"
	for name, v := range variants(t) {
		for _, doc := range documents(t, v) {
			for _, c := range chart.Containers(doc) {
				mounts, _ := c.Fields["volumeMounts"].([]any)
				has := slices.ContainsFunc(mounts, func(m any) bool { return at(m, "mountPath") == path })
				if has != (c.Name == "autoscaler") {
					t.Errorf("%s: %s mounts a token: %v", name, c.Where, has)
				}
			}
			if automount, ok := doc["automountServiceAccountToken"].(bool); doc["kind"] == "ServiceAccount" && (!ok || automount) {
				t.Errorf("%s: a service account's token is mounted wherever it is used", name)
			}
		}
	}
}

func TestNobodyOutsideTheNamespaceReachesTheDashboard(t *testing.T) {
	policy := render(t)["NetworkPolicy"][0]
	rules, _ := at(policy, "spec", "ingress").([]any)
	for i, rule := range rules {
		from, _ := at(rule, "from").([]any)
		if len(from) == 0 {
			t.Errorf("rule %d lets everybody in", i)
		}
		for _, peer := range from {
			if at(peer, "namespaceSelector") != nil || at(peer, "ipBlock") != nil || at(peer, "podSelector") == nil {
				t.Errorf("rule %d lets in what is elsewhere: %v", i, peer)
			}
		}
	}
	if types := at(policy, "spec", "policyTypes"); !slices.Equal(types.([]any), []any{"Ingress", "Egress"}) {
		t.Errorf("it holds for %v", types)
	}
	for _, cidr := range []any{"0.0.0.0/0", "::/0"} {
		if strings.Contains(stream(t), cidr.(string)) {
			t.Errorf("the default lets pods out to %v", cidr)
		}
	}
}

func TestOneVariantIsSwitchedEverywhere(t *testing.T) {
	docs := render(t, values(t, switched))
	if len(docs["PodDisruptionBudget"]) != 1 {
		t.Error("protectHead makes no disruption budget")
	}
	cluster := docs["RayCluster"][0]
	if at(cluster, "spec", "autoscalerOptions") != nil || at(cluster, "spec", "authOptions") != nil {
		t.Error("what is off is there")
	}
	if got := at(cluster, "spec", "headGroupSpec", "template", "spec", "containers", 0, "env", 2, "value"); got != "0" {
		t.Errorf("an environment variable is %v", got)
	}
	if len(render(t, values(t, `{networkPolicy: {enabled: false}}`))["NetworkPolicy"]) != 0 {
		t.Error("the network policy cannot be switched off")
	}
}

func TestNotesSayHowToUseIt(t *testing.T) {
	for src, want := range map[string]string{
		`{}`:                                "RAY_AUTH_TOKEN=",
		`{auth: {enabled: false}}`:          "whoever reaches port 8265 or 10001 runs code",
		`{networkPolicy: {enabled: false}}`: "There is no network policy",
	} {
		got, err := chart.Notes(dir, here, values(t, src))
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v\n%s", src, err, got)
		}
	}
}

func TestNamesThatKubeRayRefusesAreRefusedFirst(t *testing.T) {
	for _, name := range []string{"1ray", "Ray", strings.Repeat("r", 54), "ray-", "ray.x"} {
		if _, err := chart.Render(dir, chart.Release{Name: name, Namespace: "ray"}); err == nil {
			t.Errorf("%s is taken for a name", name)
		}
	}
	if _, err := chart.Render(dir, chart.Release{Name: strings.Repeat("r", 53), Namespace: "ray"}); err != nil {
		t.Error(err)
	}
}

// read is a file below the chart or the layer.
func read(t testing.TB, path ...string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}
