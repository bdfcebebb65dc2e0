// SPDX-License-Identifier: Apache-2.0

package chart_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/chart"
)

var update = flag.Bool("update", false, "write infra/06-applications/manifests anew")

var environments = []string{"dev", "test", "prod", "sbx"}

// environment is what 06-applications hands to the chart in an environment. It adds where images come from and where pods
// may go, which it reads from the states of other layers.
func environment(t testing.TB, env string) chart.Values {
	t.Helper()
	return values(t, read(t, layer, "environments", env, "ray.yaml"))
}

const head = `# What 06-applications deploys with enable_ray, for policies/ray.rego to be asked about: the chart, with
# ../environments/%s/ray.yaml. The layer itself adds registries and addresses. Written by
# go -C infra/test test ./chart -update
`

// The bot asks its policies about these files, so they are what is deployed.
func TestManifestsAreWhatTheChartMakes(t *testing.T) {
	for _, env := range environments {
		name := filepath.Join(layer, "manifests", "ray-"+env+".yaml")
		want := strings.ReplaceAll(head, "%s", env) + deployed(stream(t, environment(t, env)))
		if *update {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := read(t, name); got != want {
			t.Errorf("%s is not what the chart makes now: go -C infra/test test ./chart -update", name)
		}
	}
}

// deployed is a rendering without what only `helm test` runs.
func deployed(stream string) string {
	var b strings.Builder
	for _, part := range strings.SplitAfter(stream, "\n---\n") {
		if !strings.Contains(part, "# Source: ray/templates/tests/") {
			b.WriteString(part)
		}
	}
	return strings.TrimSuffix(b.String(), "---\n")
}

func TestTheBotJudgesWhatIsDeployed(t *testing.T) {
	bot := build(t)
	ask := func(manifest, stdin string) (string, int) {
		cmd := exec.CommandContext(t.Context(), bot, "policy", "--manifest", manifest, "--policies", "policies/ray.rego")
		cmd.Dir, cmd.Stdin = "../../..", strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	// As docs/policies.md says: helm template charts/ray | bot policy --manifest - --policies policies/ray.rego
	if out, code := ask("-", stream(t)); code != 0 {
		t.Errorf("%d: %s", code, out)
	}
	for _, env := range environments {
		if out, code := ask("infra/06-applications/manifests/ray-"+env+".yaml", ""); code != 0 {
			t.Errorf("%s: %d: %s", env, code, out)
		}
	}
	out, code := ask("-", stream(t, values(t, `{workers: {cpu: {maxReplicas: 60}}}`)))
	if code != 3 || !strings.Contains(out, "may grow to 65 workers, more than 50") {
		t.Errorf("60 workers: %d: %s", code, out)
	}
}

// build is the bot of this repository.
func build(t *testing.T) string {
	t.Helper()
	bot := filepath.Join(t.TempDir(), "bot")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bot, "./cmd/bot")
	cmd.Dir = "../../.."
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Fatal(err, said.String())
	}
	return bot
}
