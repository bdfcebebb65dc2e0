// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// planning is a program that plans a creation, a replacement and a read.
const planning = `
case "$1" in
init) exit ;;
plan) echo '{"type":"change_summary","changes":{"add":1}}'; exit 2 ;;
show) echo '{"format_version":"1.2","resource_changes":[{"address":"x.a","mode":"managed","change":{"actions":["create"],"before":null,"after":{"i":1}}},{"address":"x.b","mode":"managed","change":{"actions":["delete","create"],"before":{"i":1},"after":{"i":2}}},{"address":"data.x.c","mode":"data","change":{"actions":["read"],"before":null,"after":{"i":2}}}]}'; exit ;;
esac
say() { echo '{"type":"'$1'","hook":{"resource":{"addr":"'$3'"},"action":"'$2'"}}'; }
`

func TestFaultsDuringApply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script, want string
		hint, log    string
	}{
		"a full disk": {
			`say apply_start create x.a; say apply_complete create x.a; echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Failed to write","detail":"no space left on device"}}'; exit 1`,
			"failed different (error: 1 of 2 changes were carried out, then: Failed to write): x.a", "disk of the runner is full", "",
		},
		"a provider crashes": {
			`say apply_start create x.a; echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Plugin did not respond","detail":"The plugin encountered an error"}}'; echo 'panic: nil map' >&2; exit 1`,
			"failed different (error: 0 of 2 changes were carried out, then: Plugin did not respond): ", "not done twice", "panic: nil map",
		},
		"Terraform panics": {
			`say apply_start create x.a; say apply_complete create x.a; say apply_complete delete x.b; echo 'panic: index out of range' >&2; exit 11`,
			"failed different (interrupted: 1 of 2 changes were carried out, x.b was destroyed and not created again, then: terraform crashed during apply (exit status 11)): x.a", "`/unlock app prod`", "index out of range",
		},
		"the other half of a replacement": {
			`say apply_start create x.b; say apply_complete create x.b; exit 1`,
			"failed different (error: 0 of 2 changes were carried out, x.b was created anew and its old object is still there, then: terraform apply failed (exit status 1)): ", "output", "",
		},
		"both halves of a replacement": {
			`say apply_start delete x.b; say apply_complete delete x.b; say apply_complete create x.b; exit 1`,
			"failed different (error: 1 of 2 changes were carried out, then: terraform apply failed (exit status 1)): x.b", "output", "",
		},
		"before anything is begun": {
			`echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Inconsistent dependency lock file"}}'; exit 1`,
			"failed (error: Inconsistent dependency lock file)", "apply again", "",
		},
		"exit 0 with an error is no success": {
			`say apply_start create x.a; say apply_complete create x.a; echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"No"}}'; exit 0`,
			"failed different (error: 1 of 2 changes were carried out, then: No): x.a", "not done twice", "",
		},
		"a word is no event": {
			`echo 'x.a: Creation complete'; echo '{"type":"apply_complete"}'; echo '{"type":"apply_start","hook":3}'; exit 1`,
			"failed (error: terraform apply failed (exit status 1))", "output", "Creation complete",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, map[string]string{"app/main.tf": local}, fake(t, planning+tt.script))
			j := job(target())
			j.Accept = true
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if f := rep.Failure; f == nil || !strings.Contains(f.Hint, tt.hint) || !strings.Contains(f.Log, tt.log) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestAnApplyThatIsCancelledBeforeItBeginsAppliesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local + two}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	j := job(target())
	j.Accept = true
	rep, err := b.Apply(ctx, aws.ReadWrite{}, j)
	if err == nil || rep.Failure == nil || rep.Failure.Kind != report.Interrupted || rep.Apply != nil {
		t.Errorf("%v %+v", err, rep)
	}
	if _, err := os.Stat(filepath.Join(b.root, "app", "terraform.tfstate")); err == nil {
		t.Error("a state was written")
	}
}

func TestTheTimeLimitDoesNotInterruptAnApply(t *testing.T) {
	t.Parallel()
	option := fake(t, planning+`sleep 3.2`)
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { option(o); o.Timeout = 3 * time.Second })
	j := job(target())
	j.Accept = true
	if got := outcome(b.applies(j)); got != "applied different: x.a x.b" {
		t.Error(got)
	}
}
