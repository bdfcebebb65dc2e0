// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// drifts looks for drift and fails the test if that does not succeed.
func (b *bench) drifts(job Job) *report.Report {
	b.t.Helper()
	rep := b.sound(b.Drift(context.Background(), aws.ReadOnly{}, job))
	if rep.Failure != nil {
		b.t.Fatalf("%+v", rep.Failure)
	}
	return rep
}

func TestDrift(t *testing.T) {
	t.Parallel()
	const files = local + `
data "terraform_remote_state" "up" {
  backend = "local"
  config  = { path = "../up.tfstate" }
}
resource "terraform_data" "a" { input = data.terraform_remote_state.up.outputs.x }
`
	const more = `resource "terraform_data" "b" {}` + "\n"
	up := func(x string) string {
		return `{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{"x":{"value":"` + x + `","type":"string"}},"resources":[]}`
	}
	tests := map[string]struct {
		change  map[string]string
		want    report.Status
		changes []string
	}{
		"nothing changed":          {nil, report.Unchanged, nil},
		"what it reads changed":    {map[string]string{"up.tfstate": up("2")}, report.Changed, []string{"update terraform_data.a"}},
		"merged and never applied": {map[string]string{"app/main.tf": files + more}, report.Changed, []string{"create terraform_data.b"}},
		"a new output is a change": {map[string]string{"app/main.tf": files + `output "o" { value = 1 }`}, report.Changed, nil},
		"only words of it differ":  {map[string]string{"app/main.tf": files + "# words\n"}, report.Unchanged, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, map[string]string{"app/main.tf": files, "up.tfstate": up("1")}, nil)
			b.apply()
			before := b.state()
			b.rewrite(tt.change)
			rep := b.drifts(job(target()))
			if diff := cmp.Diff(tt.changes, briefs(rep.Changes)); diff != "" || rep.Status != tt.want || !rep.Mode.Zero() || rep.Fingerprint == nil {
				t.Errorf("%s\n%+v", diff, rep)
			}
			if string(b.state()) != string(before) {
				t.Error("the state was written")
			}
		})
	}
}

// Objects that changed or are gone: without a provider that has any, as the program would tell of them.
func TestDriftIsEverythingThatChangedOutside(t *testing.T) {
	t.Parallel()
	const gone = `{"address":"x_y.gone","mode":"managed","change":{"actions":["delete"],"before":{"id":"1"},"after":null}}`
	const changed = `{"address":"x_y.changed","mode":"managed","change":{"actions":["update"],"before":{"id":"2","size":1},"after":{"id":"2","size":2}}}`
	b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, `
[ "$1" = plan ] && { echo "$*" >> ../calls; echo '{"type":"change_summary","changes":{"add":1}}'; exit 2; }
[ "$1" = show ] && case "$(tail -1 ../calls)" in
*-refresh-only*) echo '{"format_version":"1.2","resource_drift":[`+gone+`,`+changed+`]}' ;;
*) echo '{"format_version":"1.2","resource_drift":[`+gone+`],"relevant_attributes":[{"resource":"x_y.gone"}],"resource_changes":[{"address":"x_y.gone","mode":"managed","change":{"actions":["create"],"before":null,"after":{"id":"1"}}}]}' ;;
esac
exit 0`))
	rep := b.drifts(job(target()))
	if diff := cmp.Diff([]string{"update x_y.changed", "delete x_y.gone"}, briefs(rep.Drift)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"create x_y.gone"}, briefs(rep.Changes)); diff != "" || rep.Status != report.Changed {
		t.Error(diff)
	}
}

func TestDriftSaysWhyItCannotTell(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + `variable "x" {}`}, nil)
	rep := b.sound(b.Drift(context.Background(), aws.ReadOnly{}, job(target())))
	if rep.Failure == nil || rep.Failure.Kind != report.Broken || rep.Mode.RefreshOnly {
		t.Errorf("%+v", rep)
	}
	if _, err := os.Stat(filepath.Join(b.root, "app", "terraform.tfstate")); err == nil {
		t.Error("a state was written")
	}
}
