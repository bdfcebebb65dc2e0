// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/layerbot/layerbot/internal/config"
)

// A layout is the layers of a drawn repository, what they build on, and where they are applied from.
type layout struct {
	layers []string            // names of their folders
	after  map[string][]string // layer → layers, from the configuration
	envs   map[string][]string // layer → its environments
	branch map[string]string   // environment → branch
	write  writer

	previous   bool            // prod waits for dev
	unreviewed map[string]bool // environments that apply what nobody reviewed
	changed    map[string]bool // environments that apply what changed since review
}

// A writer gives the code of a layer and the values of an environment in some version, and where its state is.
type writer struct {
	code   func(name string, version int) string
	values func(env string, version int) string
	state  func(name, env string) string // "": the file is not written
}

var simple = writer{
	code: func(_ string, version int) string {
		return fmt.Sprintf("# %d\nterraform {\n  backend \"local\" {}\n}\n", version)
	},
	values: func(_ string, version int) string { return fmt.Sprintf("v = %d\n", version) },
	state:  func(string, string) string { return "" },
}

const layersDir = "infra/"

func codeOf(name string) string { return layersDir + name + "/main.tf" }
func valuesOf(name, env string) string {
	return layersDir + name + "/environments/" + env + "/values.auto.tfvars"
}
func stateOf(name, env string) string {
	return layersDir + name + "/environments/" + env + "/backend-config.hcl"
}

// drawLayout draws a repository of up to 30 targets. Where prod waits for dev, no layer is only in prod: one in dev that
// builds on it could then wait for itself, which is reported and never applied.
func drawLayout(t *rapid.T, most ...int) layout {
	l := layout{
		write: simple, after: map[string][]string{}, envs: map[string][]string{}, branch: map[string]string{},
		unreviewed: map[string]bool{}, changed: map[string]bool{},
	}
	envs := []string{"dev"}
	switch rapid.SampledFrom([]string{"one environment", "two of one branch", "two with a branch each"}).Draw(t, "scheme") {
	case "one environment":
		l.branch["dev"] = "main"
	case "two of one branch":
		l.branch["dev"], l.branch["prod"], envs = "main", "main", []string{"dev", "prod"}
	default:
		l.branch["dev"], l.branch["prod"], envs = "main", "prod", []string{"dev", "prod"}
	}
	l.previous = len(envs) == 2 && rapid.Bool().Draw(t, "prod waits for dev")
	for _, env := range envs {
		l.unreviewed[env] = rapid.Bool().Draw(t, env+" applies the unreviewed")
		l.changed[env] = rapid.IntRange(0, 3).Draw(t, env+" applies the changed") == 3
	}
	numbers := rapid.SampledFrom([]string{"none", "some", "all"}).Draw(t, "numbers")
	dense := rapid.IntRange(0, 3).Draw(t, "density")
	n := rapid.IntRange(1, rapid.SampledFrom(most).Draw(t, "most targets")/len(envs)).Draw(t, "layers")
	for i := range n {
		name := fmt.Sprintf("l%02d", i)
		if numbers == "all" || numbers == "some" && rapid.Bool().Draw(t, "numbered") {
			name = fmt.Sprintf("%02d-%s", rapid.IntRange(1, 12).Draw(t, "number"), name)
		}
		for _, up := range l.layers {
			if numbers != "all" && dense > 0 && rapid.IntRange(0, n).Draw(t, "edge") < dense {
				l.after[name] = append(l.after[name], up)
			}
		}
		l.layers = append(l.layers, name)
		l.envs[name] = envs
		k := rapid.IntRange(0, 7).Draw(t, "only")
		if circle := l.previous && k == 1; k < len(envs) && len(envs) == 2 && !circle {
			l.envs[name] = envs[k : k+1]
		}
	}
	return l
}

// branches returns the branches that something is applied from.
func (l layout) branches() []string {
	return slices.Compact(slices.Sorted(maps.Values(l.branch)))
}

// targets returns how many targets there are.
func (l layout) targets() (n int) {
	for _, envs := range l.envs {
		n += len(envs)
	}
	return n
}

// files returns the first commit.
func (l layout) files() files {
	f := files{config.Path: l.config()}
	for i, name := range l.layers {
		f[codeOf(name)] = l.write.code(name, -i)
		for _, env := range l.envs[name] {
			f[valuesOf(name, env)] = l.write.values(env, -i)
			f[stateOf(name, env)] = l.write.state(name, env)
		}
	}
	return patched(f, nil)
}

// config returns the configuration.
func (l layout) config() string {
	var b strings.Builder
	for _, env := range slices.Sorted(maps.Keys(l.branch)) {
		fmt.Fprintf(&b, "environment %q {\n  branch = %q\n", env, l.branch[env])
		if l.unreviewed[env] {
			b.WriteString("  unreviewed = \"apply\"\n")
		}
		if l.changed[env] {
			b.WriteString("  when_plan_changed = \"apply\"\n")
		}
		if env == "prod" && l.previous {
			b.WriteString("  previous = \"dev\"\n")
		}
		b.WriteString("}\n")
	}
	for _, name := range l.layers {
		if len(l.after[name]) > 0 {
			fmt.Fprintf(&b, "layer %q {\n  depends_on = [\"%s\"]\n}\n", name, strings.Join(l.after[name], `", "`))
		}
	}
	return b.String()
}

// leaves returns the layers that no other builds on by the configuration.
func (l layout) leaves() []string {
	return slices.DeleteFunc(slices.Clone(l.layers), func(name string) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(l.after)), func(ups []string) bool { return slices.Contains(ups, name) })
	})
}

// without returns l without a layer.
func (l layout) without(name string) layout {
	l.layers = slices.DeleteFunc(slices.Clone(l.layers), func(n string) bool { return n == name })
	return l
}
