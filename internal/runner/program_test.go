// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// TestCredentialsThatAProgramGivesAreNotAskedFor plans configurations that have Terraform itself start a program: no
// provider, no data source that is denied, no provisioner. Without rules the program runs, which shows that it would.
func TestCredentialsThatAProgramGivesAreNotAskedFor(t *testing.T) {
	t.Parallel()
	const profile, key = "[profile evil]\ncredential_process = touch RAN\n", "[evil]\ncredential_process = touch RAN\n"
	const s3 = "bucket = \"b\"\nkey = \"k\"\nregion = \"eu-west-1\"\nprofile = \"evil\"\nskip_credentials_validation = true\nskip_requesting_account_id = true\n"
	const kube = `{"apiVersion":"v1","kind":"Config","current-context":"x","contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],
"clusters":[{"name":"c","cluster":{"server":"https://127.0.0.1:9"}}],
"users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"touch","args":["RAN"],"interactiveMode":"Never"}}}]}`
	state := func(backend, config string) string {
		return local + "data \"terraform_remote_state\" \"x\" {\n  backend = \"" + backend + "\"\n  config = {\n" + config + "}\n}\n"
	}
	for name, c := range map[string]struct {
		files   map[string]string
		backend string
		values  map[string]string
	}{
		"profiles of a state":    {map[string]string{"app/main.tf": state("s3", s3+"shared_config_files = [\"p\"]\n"), "app/p": profile}, "local", nil},
		"credentials of a state": {map[string]string{"app/main.tf": state("s3", s3+"shared_credentials_files = [\"p\"]\n"), "app/p": key}, "local", nil},
		"a cluster's state":      {map[string]string{"app/main.tf": state("kubernetes", "secret_suffix = \"x\"\nconfig_path = \"p\"\n"), "app/p": kube}, "local", nil},
		"profiles of a backend":  {map[string]string{"app/main.tf": "terraform {\n  backend \"s3\" {\n" + s3 + "shared_config_files = [\"p\"]\n}\n}\n", "app/p": profile}, "s3", nil},
		"the backend's file":     {map[string]string{"app/main.tf": "terraform {\n  backend \"s3\" {}\n}\n", "b.hcl": s3 + "shared_credentials_files = [\"p\"]\n", "app/p": key}, "s3", nil},
		"the backend's values":   {map[string]string{"app/main.tf": "terraform {\n  backend \"s3\" {\n" + s3 + "}\n}\n", "app/p": profile}, "s3", map[string]string{"shared_config_files": `["p"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.files, nil)
			j := job(target())
			j.Target.Backend = c.backend
			j.Target.BackendValues = c.values
			if c.files["b.hcl"] != "" {
				j.Target.BackendConfig = "b.hcl"
			}
			ran := filepath.Join(b.root, "app", "RAN")
			j.Rules = layer.Rules{Deny: []string{"data.external"}}
			if f := b.bad(j); f.Kind != report.Denied {
				t.Errorf("%+v", f)
			}
			if _, err := os.Stat(ran); err == nil {
				t.Fatal("the program ran")
			}
			j.Rules = layer.Rules{}
			b.plan(j)
			if _, err := os.Stat(ran); err != nil {
				t.Errorf("nothing ran although nothing was denied: the attack is none: %v", err)
			}
		})
	}
}
