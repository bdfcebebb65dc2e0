// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// What does nothing is not read, unless there is more to say of it: the stage "read" tells.
func TestPlansThatDoNothingAreReadOnlyIfTheyMustBe(t *testing.T) {
	t.Parallel()
	const provisioned = "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" { command = \"true\" }\n}\n"
	tests := map[string]struct {
		file string
		read bool
	}{
		"nothing":            {`locals { a = 1 }`, false},
		"unchanged":          {`resource "terraform_data" "a" { input = 1 }`, false},
		"unchanged output":   {`output "o" { value = 1 }`, false},
		"a provisioner":      {provisioned, true},
		"in a module":        {`module "m" { source = "../m" }`, true},
		"a check that fails": {"resource \"terraform_data\" \"a\" { input = 1 }\ncheck \"c\" {\n assert {\n  condition = terraform_data.a.output == 2\n  error_message = \"No.\"\n }\n}", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := false
			b := newBench(t, map[string]string{
				"app/backend.tf": local, "app/main.tf": tt.file,
				"m/main.tf": provisioned,
			}, func(o *Options) { o.Progress = func(p Progress) { read = read || p.Stage == "read" } })
			b.apply()
			rep := b.good(job(target()))
			if read != tt.read || rep.Status != report.Unchanged || rep.Fingerprint == nil {
				t.Errorf("read %v, %+v", read, rep)
			}
			again := &planReader{runner: b.Runner, print: report.NewFingerprinter(nil, rep.Tool)}
			if want := again.print.Sum(""); rep.Fingerprint.Digest != want.Digest {
				t.Errorf("the fingerprint of nothing depends on how it came about")
			}
		})
	}
}

// What needs no init goes without; the stage "init" tells.
func TestInitIsLeftOutOnlyWhereItDoesNothing(t *testing.T) {
	t.Parallel()
	const provided = `variable "x" { default = "a backend for module and provider" }
resource "terraform_data" "a" { input = "import, check" }
data "terraform_remote_state" "up" {
  count   = 0
  backend = "local"
}
removed {
  from = terraform_data.gone
  lifecycle { destroy = false }
}
`
	for name, tt := range map[string]struct {
		files map[string]string
		init  bool
	}{
		"what is inside Terraform": {map[string]string{"app/main.tf": provided}, false},
		"the same in JSON":         {map[string]string{"app/main.tf.json": `{"resource":{"terraform_data":{"a":{}}}}`}, false},
		"a file of OpenTofu":       {map[string]string{"app/main.tf": provided, "app/more.tofu": `output "o" { value = 1 }`}, false},
		"a backend":                {map[string]string{"app/main.tf": local + provided}, true},
		"a backend in JSON":        {map[string]string{"app/main.tf": provided, "app/b.tf.json": `{"terraform":{"backend":{"local":{}}}}`}, true},
		"a module":                 {map[string]string{"app/main.tf": `module "m" { source = "../m" }`, "m/main.tf": ""}, true},
		"a lock file":              {map[string]string{"app/main.tf": provided, "app/.terraform.lock.hcl": ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			init := false
			b := newBench(t, tt.files, func(o *Options) { o.Progress = func(p Progress) { init = init || p.Stage == "init" } })
			j := job(target())
			j.Target.Backend = ""
			if b.good(j); init != tt.init {
				t.Errorf("init %v", init)
			}
		})
	}
}
