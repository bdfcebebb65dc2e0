// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/redact"
	"github.com/layerbot/layerbot/internal/report"
)

// recorded replaces Terraform by a program that notes how it was called, but for the question for its version.
func recorded(t *testing.T) (option func(*Options), calls string) {
	calls = filepath.Join(t.TempDir(), "calls")
	return fake(t, `echo "$*" >> `+calls+`; exit 1`), calls
}

func TestWhatMayNotBeRunIsRefusedBeforeAnythingIsStarted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files   map[string]string
		rules   layer.Rules
		backend string // of the target; "" is local
		kind    report.FailureKind
		message string
		at      string // of the first diagnostic
		hint    string // part of it
		theirs  bool   // on a person's own machine it is not refused
	}{
		"a data source": {
			files: map[string]string{"app/main.tf": local + "\ndata \"external\" \"x\" { program = [\"sh\"] }\n"},
			rules: layer.Rules{Deny: []string{"data.external"}},
			kind:  report.Denied, message: `the data source "external" is denied`, at: "app/main.tf:5", hint: "deny",
		},
		"a provisioner in a module": {
			files: map[string]string{
				"app/main.tf":     local + "module \"m\" { source = \"../modules/m\" }\n",
				"modules/m/x.tf":  "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" { command = \"true\" }\n}\n",
				"modules/m/y.tf":  "resource \"terraform_data\" \"b\" {\n  provisioner \"file\" { destination = \"x\" }\n}\n",
				"modules/o/no.tf": "resource \"terraform_data\" \"b\" {\n  provisioner \"file\" { destination = \"x\" }\n}\n",
			},
			rules: layer.Rules{Deny: []string{"provisioner.*"}},
			kind:  report.Denied, message: `the provisioner "local-exec" is denied, and 1 more`, at: "modules/m/x.tf:2", hint: "deny",
		},
		"a provider": {
			files: map[string]string{"app/main.tf": local + evil},
			rules: layer.Rules{Providers: []string{"hashicorp/*"}},
			kind:  report.Denied, message: "the provider registry.terraform.io/acme/evil is not among those allowed", at: "app/main.tf:7", hint: "acme/evil",
		},
		"a module from elsewhere": {
			files: map[string]string{"app/main.tf": local + "module \"m\" { source = \"git::https://example.com/m.git\" }\n"},
			rules: layer.Rules{Deny: []string{"module.git::*"}},
			kind:  report.Denied, message: `the module source "git::https://example.com/m.git" is denied`, at: "app/main.tf:4", hint: "deny",
		},
		"another backend": {
			files:   map[string]string{"app/main.tf": local},
			backend: "s3", theirs: true,
			kind: report.Denied, message: `the backend is "local", and that of the base branch is "s3"`, at: "app/main.tf:2", hint: "backend_may_change",
		},
		"an override that sets the backend": {
			files:   map[string]string{"app/main.tf": remote, "app/x_override.tf": remote},
			backend: "http", theirs: true,
			kind: report.Denied, message: `an override file sets the backend "http"`, at: "app/x_override.tf:2", hint: "override",
		},
		"an override for a layer without a backend": {
			files: map[string]string{"app/main.tf": trivial, "app/override.tf.json": `{"terraform":{"backend":{"local":{"path":"/x"}}}}`}, theirs: true,
			kind: report.Denied, message: `an override file sets the backend "local"`, at: "app/override.tf.json:1", hint: "override",
		},
		"a file that cannot be parsed": {
			files: map[string]string{"app/main.tf": local, "app/x.tf": "\nlocals {"},
			rules: layer.Rules{Deny: []string{"data.*"}},
			kind:  report.Broken, message: "Unclosed configuration block", at: "app/x.tf:2", hint: "not run",
		},
		"one that cannot beside one that is denied": {
			files: map[string]string{"app/main.tf": local, "app/x.tf": "\nlocals {", "app/y.tf": `data "external" "x" {}`},
			rules: layer.Rules{Deny: []string{"data.*"}},
			kind:  report.Denied, message: "Unclosed configuration block, and 1 more", at: "app/x.tf:2", hint: "not run",
		},
		"a secret in a name": {
			files: map[string]string{"app/main.tf": local + "module \"m\" { source = \"git::https://u:canary-secret@example.com/m.git\" }\n"},
			rules: layer.Rules{Deny: []string{"module.*"}},
			kind:  report.Denied, message: `the module source "git::https://u:[redacted]@example.com/m.git" is denied`, at: "app/main.tf:4", hint: "deny",
		},
	}
	for name, tt := range tests {
		for _, local := range []bool{false, true} {
			if local && tt.theirs {
				continue
			}
			t.Run(fmt.Sprintf("%s, local %v", name, local), func(t *testing.T) {
				t.Parallel()
				option, calls := recorded(t)
				b := newBench(t, tt.files, func(o *Options) { option(o); o.Local = local })
				j := job(target())
				j.Rules = tt.rules
				if tt.backend != "" {
					j.Target.Backend = tt.backend
				}
				for verb, do := range map[string]func() (*report.Report, error){
					"plan":   func() (*report.Report, error) { return b.Plan(t.Context(), aws.ReadOnly{}, j) },
					"drift":  func() (*report.Report, error) { return b.Drift(t.Context(), aws.ReadOnly{}, j) },
					"apply":  func() (*report.Report, error) { return b.Apply(t.Context(), aws.ReadWrite{}, j) },
					"unlock": func() (*report.Report, error) { return b.Unlock(t.Context(), aws.ReadWrite{}, j) },
				} {
					rep, err := do()
					if err != nil {
						t.Fatal(verb, err)
					}
					f := rep.Failure
					if rep.Status != report.Failed || f == nil || f.Kind != tt.kind || f.Message != tt.message || !strings.Contains(f.Hint, tt.hint) {
						t.Fatalf("%s: %s %+v", verb, rep.Status, f)
					}
					if len(f.Diagnostics) == 0 || where(f.Diagnostics[0]) != tt.at {
						t.Errorf("%s: %+v", verb, f.Diagnostics)
					}
					if strings.Contains(dump(t, rep), "canary-secret") {
						t.Error("a secret shows")
					}
				}
				if said, err := os.ReadFile(calls); err == nil {
					t.Errorf("Terraform was started:\n%s", said)
				}
			})
		}
	}
}

// Many keep an override file of their own, which no commit has, so that their plans leave the common state alone.
func TestOnAPersonsOwnMachineABackendIsTheirsToOverride(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": remote + trivial, "app/override.tf": local}, func(o *Options) { o.Local = true })
	j := job(target())
	j.Rules.Deny = []string{"data.external"}
	rep := b.good(j)
	if len(rep.Changes) != 1 || len(rep.Warnings) != 1 || rep.Warnings[0].Summary != `An override file sets the backend "local"` || rep.Warnings[0].File != "app/override.tf" {
		t.Errorf("%+v %+v", rep.Changes, rep.Warnings)
	}
}

// What no rule forbids is left to Terraform.
func TestWithoutRulesNothingIsRefusedByKind(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{
		"app/main.tf":     local + "module \"m\" { source = \"../m\" }\ndata \"terraform_remote_state\" \"a\" {\n  backend = \"local\"\n  config  = { path = \"../up\" }\n}\n",
		"app/override.tf": "resource \"terraform_data\" \"a\" { input = 2 }\n",
		"m/main.tf":       "resource \"terraform_data\" \"b\" {\n  provisioner \"local-exec\" { command = \"true\" }\n}\n",
		"app/main2.tf":    "resource \"terraform_data\" \"a\" { input = 1 }\n",
		"up":              `{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{},"resources":[]}`,
	}, nil)
	if rep := b.good(job(target())); len(rep.Changes) != 2 {
		t.Errorf("%+v", rep.Changes)
	}
}

// What a module from elsewhere is made of is known once it is there, and still before any provider is started.
func TestModulesFromElsewhereAreInspectedOnceTheyAreThere(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	write(t, elsewhere, map[string]string{
		"main.tf":     "module \"inner\" { source = \"./sub\" }\n",
		"sub/main.tf": evil,
	})
	mirror, ran := hostileProvider(t)
	b := newBench(t, map[string]string{
		"app/main.tf": local + "module \"a\" { source = \"../m\" }\n",
		"m/main.tf":   "module \"far\" { source = \"" + elsewhere + "\" }\n",
	}, func(o *Options) { o.ProviderMirror = mirror })
	j := job(target())
	j.Rules.Deny = []string{"resource.evil_*"}
	f := b.bad(j)
	if f.Kind != report.Denied || f.Message != `module.a.module.far: the resource "evil_thing" is denied` || started(t, ran) != "" {
		t.Errorf("%+v, started %q", f, started(t, ran))
	}
	want := []report.Diagnostic{{Severity: "error", Summary: `the resource "evil_thing" is denied`, Detail: "(sub/main.tf:7)", Address: "module.a.module.far"}}
	if diff := cmp.Diff(want, f.Diagnostics); diff != "" {
		t.Error(diff)
	}
}

const unmasking = local + `
variable "password" {
  type      = string
  sensitive = true
}
output "password" {
  value = nonsensitive(base64encode(var.password))
}
`

// Whoever takes the mark off a secret is told so in front of everybody; the secret itself does not show.
func TestACallOfNonsensitiveIsFlaggedAndItsValueAbsent(t *testing.T) {
	t.Parallel()
	const password = "canary-of-a-password-91"
	b := newBench(t, map[string]string{"app/main.tf": unmasking}, func(o *Options) { o.Redactor = redact.New(password) })
	j := job(target())
	j.Inputs = map[string]string{"password": password}
	want := []report.Diagnostic{{
		Severity: "warning", Summary: "nonsensitive() takes the mark off var.password",
		Detail: "What comes of it is shown in plans, comments and logs, as it is or in another form.", File: "app/main.tf", Line: 10,
	}}
	planned := b.good(j)
	j.Accept = true
	applied := b.applies(j)
	unchanged := b.good(j)
	if applied.Status != report.Applied || unchanged.Status != report.Unchanged {
		t.Errorf("%s %s", outcome(applied), unchanged.Status)
	}
	for _, rep := range []*report.Report{planned, applied, unchanged} {
		if diff := cmp.Diff(want, rep.Warnings); diff != "" {
			t.Errorf("%s: %s", rep.Status, diff)
		}
		if text := dump(t, rep); strings.Contains(text, password) || strings.Contains(text, "Y2FuYXJ5LW9mLWEtcGFzc3dvcmQtOTE") {
			t.Errorf("the secret shows:\n%s", text)
		}
	}
	if got := string(applied.Apply.Outputs[0].Value); got != `"[redacted]"` {
		t.Error(got)
	}
}
