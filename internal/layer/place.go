// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"cmp"
	"slices"
	"strings"
)

// A Place is where a state is kept, as far as that can be read without running anything.
type Place struct {
	Backend  string `json:"backend"`            // type, "s3"; "local" for none
	Endpoint string `json:"endpoint,omitempty"` // of a backend that is told one: "https://minio.example.com", "app.terraform.io"
	Bucket   string `json:"bucket,omitempty"`   // or what the backend has in its place
	Key      string `json:"key,omitempty"`      // with the workspace, where that is known
}

// Place returns where the target of an ID keeps its state. ok is false where a part of it is only known when Terraform
// runs, or for an ID that names nothing.
func (m *Map) Place(id string) (p Place, ok bool) {
	p, ok = m.places[id]
	return p, ok
}

// Reads returns the places that a target reads other states from by declaration, sorted and without its own: those of
// the targets it builds on, and those that its terraform_remote_state data name with values that can be read here,
// whether or not a layer of this repository keeps its state there.
func (m *Map) Reads(id string) []Place { return slices.Clone(m.reads[id]) }

// collectPlaces returns what Place and Reads answer.
func (d *discovery) collectPlaces(targets []*Target) (places map[string]Place, reads map[string][]Place) {
	places, reads = map[string]Place{}, map[string][]Place{}
	for _, t := range targets {
		if p, ok := d.place(t); ok {
			places[t.ID()] = p
		}
	}
	for _, t := range targets {
		found := slices.Clone(d.info[t].reads)
		for _, up := range d.info[t].upstreams {
			if p, ok := places[up.ID()]; ok {
				found = append(found, p)
			}
		}
		slices.SortFunc(found, func(a, b Place) int {
			return cmp.Or(cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Bucket, b.Bucket), cmp.Compare(a.Key, b.Key))
		})
		own := places[t.ID()]
		reads[t.ID()] = slices.DeleteFunc(slices.Compact(found), func(p Place) bool { return p == own })
	}
	return places, reads
}

// place returns where a target keeps its state in the workspace that it runs in.
func (d *discovery) place(t *Target) (p Place, ok bool) {
	args := d.backendArguments(d.info[t].root, t)
	states := d.info[t].states
	s := states[0]
	if t.Workspace != "" {
		s = states[len(states)-1]
	}
	return s.place(t.Backend, args, t.Workspace)
}

// place returns the place of a state of a backend with such arguments.
func (s state) place(backend string, args map[string]string, workspace string) (p Place, ok bool) {
	p = Place{Backend: cmp.Or(backend, "local"), Bucket: s.bucket, Key: s.key}
	for _, name := range [...]string{"endpoint", "endpoints.s3", "hostname", "storage_custom_endpoint", "metadata_host"} {
		p.Endpoint = cmp.Or(p.Endpoint, args[name])
	}
	if s.kind == "gcs" && (workspace == "" || workspace == "default") {
		p.Key = strings.TrimPrefix(s.key+"/default.tfstate", "/")
	}
	return p, !strings.Contains(p.Endpoint+p.Bucket+p.Key, unknown)
}

// declares notes the place that a data source of terraform_remote_state names, if it can be read.
func (i *targetInfo) declares(sc *scope, ref stateRef, s state, args map[string]string, dir string) {
	backend, known := "remote", true // of tfe_outputs
	if ref.kind != nil {
		backend, known = sc.text(ref.kind)
	}
	workspace := ""
	if ref.workspace != nil && ref.kind != nil {
		workspace, _ = sc.text(ref.workspace)
	}
	if workspace != "" && workspace != "default" {
		if s, known = s.in(workspace, args, dir); !known {
			return
		}
	}
	if p, ok := s.place(backend, args, workspace); ok && known {
		i.reads = append(i.reads, p)
	}
}
