// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"os"
	"strings"
	"testing"
)

// TestSettingsThatStartProgramsAreFound holds configurations by which Terraform or OpenTofu starts a program, with no
// provider for that and no data source or provisioner that is known to.
func TestSettingsThatStartProgramsAreFound(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"profiles of a backend":             {"-- a/main.tf --\nterraform {\n  backend \"s3\" {\n    shared_config_files = [\"x\"]\n  }\n}\n", "program shared_config_files a/main.tf:3"},
		"credentials of a backend, in JSON": {"-- a/main.tf.json --\n{\"terraform\":{\"backend\":{\"s3\":{\"shared_credentials_files\":[\"x\"]}}}}\n", "program shared_credentials_files a/main.tf.json:1"},
		"profiles of a state":               {"-- a/main.tf --\ndata \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = {\n    \"shared_config_files\" = [\"x\"]\n  }\n}\n", "program shared_config_files a/main.tf:4"},
		"a state, in JSON":                  {"-- a/main.tf.json --\n{\"data\":{\"terraform_remote_state\":{\"x\":{\"backend\":\"kubernetes\",\"config\":{\"config_path\":\"x\"}}}}}\n", "program config_path a/main.tf.json:1"},
		"a state in a module":               {"-- a/main.tf --\nmodule \"m\" {\n  source = \"./m\"\n}\n-- a/m/x.tf --\ndata \"terraform_remote_state\" \"x\" {\n  config = { exec = {} }\n}\n", "program exec a/m/x.tf:2"},
		"a state whose names are computed":  {"-- a/main.tf --\ndata \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = { \"${local.x}_files\" = [\"x\"] }\n}\n", "unclear the configuration of the state \"x\", which is not written out a/main.tf:3"},
		"a state that is computed":          {"-- a/main.tf --\ndata \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n  config = merge(local.x, {})\n}\n", "unclear the configuration of the state \"x\", which is not written out a/main.tf:3"},
		"a state of an unknown kind":        {"-- a/main.tf --\ndata \"terraform_remote_state\" \"x\" {\n  backend = local.k\n  config = local.x\n}\n", "unclear the configuration of the state \"x\", which is not written out a/main.tf:3"},
		"a harmless state":                  {"-- a/main.tf --\ndata \"terraform_remote_state\" \"x\" {\n  backend = \"gcs\"\n  config = local.x\n}\n", ""},
		"a provider":                        {"-- a/main.tf --\nprovider \"k\" {\n  exec {\n    command = \"sh\"\n  }\n}\n", "program exec a/main.tf:2"},
		"a provider, deep and dynamic":      {"-- a/main.tf --\nprovider \"helm\" {\n  kubernetes {\n    dynamic \"exec\" {}\n  }\n}\n", "program exec a/main.tf:3"},
		"a provider, in an object":          {"-- a/main.tf --\nprovider \"helm\" {\n  kubernetes = {\n    exec = {}\n  }\n}\n", "program exec a/main.tf:3"},
		"a provider, in a computed object":  {"-- a/main.tf --\nprovider \"helm\" {\n  kubernetes = merge(local.x, {})\n}\n", "unclear the settings of a cluster, which are not written out a/main.tf:2"},
		"a provider, in JSON":               {"-- a/main.tf.json --\n{\"provider\":{\"helm\":[{\"kubernetes\":[{\"exec\":[{\"command\":\"sh\"}]}]}]}}\n", "program exec a/main.tf.json:1"},
		"plugins of helm":                   {"-- a/main.tf --\nprovider \"helm\" {\n  plugins_path = \"x\"\n}\n", "program plugins_path a/main.tf:2"},
		"what renders":                      {"-- a/main.tf --\ndata \"helm_template\" \"x\" {\n  postrender {\n    binary_path = \"./x\"\n  }\n}\n", "program postrender a/main.tf:2"},
		"what renders, dynamic":             {"-- a/main.tf --\nresource \"helm_release\" \"x\" {\n  dynamic \"postrender\" {}\n}\n", "program postrender a/main.tf:2"},
		"what renders, as an argument":      {"-- a/main.tf --\nresource \"helm_release\" \"x\" {\n  postrender = { binary_path = \"./x\" }\n}\n", "program postrender a/main.tf:2"},
		"what renders, in JSON":             {"-- a/main.tf.json --\n{\"data\":{\"helm_template\":{\"x\":{\"postrender\":{\"binary_path\":\"./x\"}}}}}\n", "program postrender a/main.tf.json:1"},
		"what renders, dynamic in JSON":     {"-- a/main.tf.json --\n{\"data\":{\"helm_template\":{\"x\":{\"dynamic\":{\"postrender\":{}}}}}}\n", "program postrender a/main.tf.json:1"},
		"what somebody else renders":        {"-- a/main.tf --\nresource \"aws_x\" \"x\" {\n  postrender {}\n}\n", ""},
		"the key of a state's encryption":   {"-- a/main.tofu --\nterraform {\n  encryption {\n    key_provider \"aws_kms\" \"x\" {\n      shared_config_files = [\"x\"]\n    }\n  }\n}\n", "program shared_config_files a/main.tofu:4"},
		"a resource is none of these":       {"-- a/main.tf --\nresource \"aws_x\" \"x\" {\n  config_path = \"x\"\n}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(say(inspect(t, c.files))) {
				if strings.HasPrefix(line, "program ") || strings.HasPrefix(line, "unclear ") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestBackendFile(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"a program":    {"-- b.hcl --\nbucket = \"x\"\nshared_config_files = [\"x\"]\n", "program shared_config_files b.hcl:2\n"},
		"none":         {"-- b.hcl --\nbucket = \"x\"\n", ""},
		"a link out":   {"-- b.hcl -> ../x --\n", "unreadable leads to no file of the repository b.hcl:0\n"},
		"a broken one": {"-- b.hcl --\nexec {\n", "program exec b.hcl:1\nunreadable Unclosed configuration block b.hcl:1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			i := &Inspection{}
			if err := i.BackendFile(os.DirFS(onDisk(t, c.files)), "b.hcl"); err != nil || say(i) != c.want {
				t.Errorf("got %v\n%swant\n%s", err, say(i), c.want)
			}
		})
	}
}

func TestBackendValues(t *testing.T) {
	i := &Inspection{}
	i.BackendValues(map[string]string{"bucket": "x", "shared_config_files": `["x"]`})
	if say(i) != "program shared_config_files :0\n" {
		t.Error(say(i))
	}
}
