// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// code returns what runs code: what the configuration says, modules from elsewhere, and the providers.
func (r *run) code(configured []report.Code) []report.Code {
	code := slices.Clone(configured)
	for _, m := range r.modules() {
		if m.Key != "" && !m.local() {
			code = append(code, report.Code{
				Kind:    "module",
				Address: m.address(),
				Detail:  r.text(strings.TrimSpace(m.Source + " " + m.Version)),
			})
		}
	}
	providers := r.report.Tool.Providers
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		code = append(code, report.Code{Kind: "provider", Address: name, Detail: providers[name]})
	}
	return code
}

// A module is one that init put in place, as Terraform keeps it in its data folder. The root has no Key.
type module struct{ Key, Source, Version, Dir string }

// local reports whether m is beside the module that calls it.
func (m module) local() bool {
	return strings.HasPrefix(m.Source, "./") || strings.HasPrefix(m.Source, "../")
}

func (m module) address() string { return "module." + strings.ReplaceAll(m.Key, ".", ".module.") }

// modules returns the modules of the run. Without an init there is the root alone.
func (r *run) modules() []module {
	var manifest struct{ Modules []module }
	data, err := os.ReadFile(filepath.Join(r.data(), "modules", "modules.json"))
	if err != nil || json.Unmarshal(data, &manifest) != nil || len(manifest.Modules) == 0 {
		return []module{{Dir: "."}}
	}
	slices.SortFunc(manifest.Modules, func(a, b module) int { return strings.Compare(a.Key, b.Key) })
	return manifest.Modules
}

// nothingToShow reports whether the plan's JSON could add nothing to what is known: no policy asks for it, the plan,
// ended with err, does nothing, said of nothing that it changed, and nothing in the configuration runs code. For a layer
// of AWS resources that is half of the work saved: show, too, starts the provider to ask for its schema.
func (r *run) nothingToShow(err error, out *stream) bool {
	return r.job.Judge == nil && err == nil && out.summed && !out.changed && len(out.diagnostics) == 0 && r.job.Mode.Zero() && !r.runsCode
}

// mayRunCode reports whether what was found may hold provisioners or external data sources.
func mayRunCode(found *layer.Inspection) bool {
	external := func(u layer.Use) bool { return u.Name == "external" }
	return len(found.Provisioners)+len(found.Unreadable)+len(found.Unclear) > 0 || slices.ContainsFunc(found.Data, external)
}
