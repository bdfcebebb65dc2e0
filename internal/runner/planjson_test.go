// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// readPlan reads the JSON of a plan, given its sections.
func readPlan(t *testing.T, sections string, refreshOnly bool) *planReader {
	t.Helper()
	p := &planReader{runner: &Runner{o: Options{Redactor: redact.New("registered-secret")}}, refreshOnly: refreshOnly, print: report.NewFingerprinter(nil, report.Tool{})}
	if err := p.read(strings.NewReader(`{"format_version":"1.2",` + sections + `}`)); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReadPlanSections(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		sections string
		refresh  bool
		changes  []string
		drift    []string
		code     []report.Code
	}{
		"sorted, without no-ops": {
			sections: `"resource_changes":[{"address":"b.b","change":{"actions":["create"]}},{"address":"c.c","change":{"actions":["no-op"],"before":{"x":1},"after":{"x":1}}},{"address":"a.a","change":{"actions":["delete"]}}]`,
			changes:  []string{"delete a.a", "create b.b"},
		},
		"data sources are read, and leave the state unseen": {
			sections: `"resource_changes":[{"address":"data.x.y","mode":"data","change":{"actions":["read"]}},{"address":"data.x.z","mode":"data","change":{"actions":["delete"]}}]`,
			changes:  []string{"read data.x.y"},
		},
		"deposed objects": {
			sections: `"resource_changes":[{"address":"a.a","deposed":"1234abcd","change":{"actions":["delete"]}}]`,
			changes:  []string{"delete a.a (deposed object 1234abcd)"},
		},
		"deferred": {
			sections: `"deferred_changes":[{"reason":"provider_config_unknown","resource_change":{"address":"a.a","change":{"actions":["create"]}}}]`,
			changes:  []string{"create a.a deferred provider_config_unknown"},
		},
		"imports that must not or cannot be shown": {
			sections: `"resource_changes":[
				{"address":"a.a","change":{"actions":["update"],"before":{"id":"s3cr3t"},"after":{"id":"s3cr3t"},"after_sensitive":{"id":true},"importing":{"id":"s3cr3t"}}},
				{"address":"a.b","change":{"actions":["create"],"importing":{"unknown":true}}},
				{"address":"a.c","change":{"actions":["no-op"],"importing":{"id":"registered-secret"}}}]`,
			changes: []string{"update a.a imported (sensitive)", "create a.b imported (known after apply)", "no-op a.c imported [redacted]"},
		},
		"drift that bears on the plan": {
			sections: `"resource_drift":[{"address":"a.a","change":{"actions":["update"]}},{"address":"a.b","change":{"actions":["update"]}},{"address":"a.c","change":{"actions":["delete"]}}],
				"resource_changes":[{"address":"a.c","change":{"actions":["create"]}}],"relevant_attributes":[{"resource":"a.b","attribute":["id"]}]`,
			changes: []string{"create a.c"},
			drift:   []string{"update a.b", "delete a.c"},
		},
		"all drift when only refreshing": {
			sections: `"resource_drift":[{"address":"a.a","change":{"actions":["update"]}}]`, refresh: true,
			drift: []string{"update a.a"},
		},
		"what runs code": {
			sections: `"configuration":{"root_module":{"resources":[
				{"address":"data.external.x","mode":"data","type":"external","expressions":{"program":{"constant_value":["sh"]}}},
				{"address":"data.http.x","mode":"data","type":"http"}],
				"module_calls":{"local":{"source":"./m","module":{"module_calls":{"vpc":{"source":"terraform-aws-modules/vpc/aws","version_constraint":"5.1.0",
				"module":{"resources":[{"address":"null_resource.x","mode":"managed","type":"null_resource","provisioners":[{"type":"local-exec"},{"type":"remote-exec"}]}]}}}}}}}}`,
			code: []report.Code{
				{Kind: "external data", Address: "data.external.x"},
				{Kind: "provisioner", Address: "module.local.module.vpc.null_resource.x", Detail: "local-exec"},
				{Kind: "provisioner", Address: "module.local.module.vpc.null_resource.x", Detail: "remote-exec"},
			},
		},
		"sections and fields of the future": {
			sections: `"action_invocations":[{"x":[1,2]}],"resource_changes":[{"address":"a.a","new":{},"change":{"newer":[],"actions":["create"]}}]`,
			changes:  []string{"create a.a"},
		},
		"null sections": {sections: `"resource_changes":null,"output_changes":null,"configuration":null,"checks":null,"resource_drift":null`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := readPlan(t, tt.sections, tt.refresh)
			if diff := cmp.Diff(tt.changes, briefs(p.changes)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.drift, briefs(p.drift)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.code, p.code); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRegisteredSecretsAreRedactedEverywhere(t *testing.T) {
	t.Parallel()
	p := readPlan(t, `"resource_changes":[{"address":"a.a[\"registered-secret\"]","previous_address":"a.b[\"registered-secret\"]","change":{"actions":["create"],
		"after":{"tags":{"registered-secret":"1"},"x":"pass \"registered-secret\""},"after_unknown":{"tags":{"registered-secret2":true}}}}],
		"output_changes":{"o":{"actions":["create"],"after":"registered-secret"}}`, false)
	r := &report.Report{Version: report.Version, Target: target(), Status: report.Changed, Changes: p.changes, Outputs: p.outputs, Fingerprint: p.print.Sum("")}
	if text := dump(t, r); strings.Contains(text, "registered-secret") || !strings.Contains(text, `pass \"[redacted]\"`) {
		t.Error(text)
	}
}

func TestReadPlanRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":            ``,
		"half a plan":        `{"format_version":"1.2","resource_changes":[{"address":"a`,
		"no format":          `{}`,
		"another shape":      `{"format_version":"1.2","resource_changes":{"a":1}}`,
		"an unknown action":  `{"format_version":"1.2","resource_changes":[{"address":"a.a","change":{"actions":["explode"]}}]}`,
		"no action":          `{"format_version":"1.2","resource_changes":[{"address":"a.a"}]}`,
		"too deep":           `{"format_version":"1.2","resource_changes":[{"address":"a.a","change":{"actions":["create"],"after":` + strings.Repeat("[", 20000),
		"text after the end": `{"format_version":"1.2"} {"format_version":"1.2"}`,
	} {
		t.Run(name, func(t *testing.T) {
			p := &planReader{runner: &Runner{o: Options{Redactor: redact.New()}}, print: report.NewFingerprinter(nil, report.Tool{})}
			if err := p.read(strings.NewReader(text)); err == nil {
				t.Errorf("read %v", briefs(p.changes))
			}
		})
	}
}
