// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Write stores r in dir under its FileName, for ReadAll. A report over MaxBytes loses the attributes of its
// largest changes, which Omitted counts and a warning says, and its largest output values; counts stay exact. r itself
// is left alone.
func Write(dir string, r *Report) error {
	data, err := encode(r, MaxBytes)
	if err != nil {
		return fmt.Errorf("write the report on %s: %w", r.Target.ID(), err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, FileName(r.Target)), data, 0o644)
}

// encode returns r as JSON of at most limit bytes.
func encode(r *Report, limit int) ([]byte, error) {
	data, err := marshal(r)
	if err != nil || len(data) <= limit {
		return data, err
	}
	small, err := shorten(*r, len(data)-limit)
	if err != nil {
		return nil, err
	}
	if data, err = marshal(&small); err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%d bytes even without attributes", len(data))
	}
	return data, nil
}

// marshal is json.Marshal without escapes for HTML: values stay canonical.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// shorten drops the attributes of the largest changes, and the largest output values, until at least excess bytes
// are gone.
func shorten(r Report, excess int) (Report, error) {
	type part struct {
		size int
		drop func()
	}
	var parts []part
	for _, list := range []*[]Change{&r.Changes, &r.Outputs, &r.Drift} {
		*list = slices.Clone(*list)
		for i := range *list {
			c := &(*list)[i]
			data, err := marshal(c.Attrs)
			if err != nil {
				return r, err
			}
			parts = append(parts, part{len(data), func() { c.Attrs = nil; r.Omitted++ }})
		}
	}
	if r.Apply != nil {
		apply := *r.Apply
		apply.Outputs = slices.Clone(apply.Outputs)
		r.Apply = &apply
		for i := range apply.Outputs {
			o := &apply.Outputs[i]
			parts = append(parts, part{len(o.Value), func() { o.Value = nil }})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return b.size - a.size })
	excess += 1024 // the warning takes room too
	for _, p := range parts {
		if excess <= 0 {
			break
		}
		p.drop()
		excess -= p.size
	}
	r.Warnings = append(slices.Clone(r.Warnings), Diagnostic{
		Severity: "warning",
		Summary:  fmt.Sprintf("The attributes of %d changes are left out", r.Omitted),
		Detail:   fmt.Sprintf("The report was over %d MiB. Addresses, actions and counts are complete; the fingerprint covers everything.", MaxBytes>>20),
	})
	return r, nil
}
