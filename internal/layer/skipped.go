// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"path"
	"sort"
	"strings"
)

// skipOtherLayers reports numbered folders beside the layers that hold no Terraform.
func (d *discovery) skipOtherLayers() {
	beside := map[string]bool{}
	for _, r := range d.roots {
		if _, among, ok := number(r.dir); ok {
			beside[among] = true
		}
	}
	for dir := range d.tree.under {
		if !beside[path.Dir(dir)] || !numbered.MatchString(path.Base(dir)) || d.holdsConfig(dir) {
			continue
		}
		if disabled(dir) {
			d.skip(dir, reasonDisabled)
			continue
		}
		d.skip(dir, "not Terraform: "+d.kindOf(dir))
	}
}

func (d *discovery) holdsConfig(dir string) bool {
	for at := range d.folders {
		if within(at, dir) {
			return true
		}
	}
	for at := range d.tree.dirs {
		if within(at, dir) && d.hasTerragrunt(at) {
			return true
		}
	}
	return false
}

// kindOf names what a folder without Terraform holds.
func (d *discovery) kindOf(dir string) string {
	found := map[string]bool{}
	for _, name := range d.tree.paths {
		if !within(name, dir) {
			continue
		}
		base := strings.ToLower(path.Base(name))
		switch {
		case strings.HasPrefix(base, "argo"):
			found["Argo CD"] = true
		case base == "chart.yaml", strings.HasPrefix(base, "helmfile"):
			found["Helm"] = true
		case strings.HasPrefix(base, "kustomization.y"):
			found["Kustomize"] = true
		}
	}
	if len(found) == 0 {
		return "no .tf files"
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, " and ")
}
