// SPDX-License-Identifier: Apache-2.0

package standin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/layerbot/layerbot/infra/test/standin"
)

var upstream = regexp.MustCompile(`(?m)^data "terraform_remote_state" "([a-z]+)"`)

// everything switches on what the environments of the repository have off.
var everything = []string{
	"TF_VAR_enable_cloudfront_vpc_origin=true", "TF_VAR_enable_websocket_alb=true",
	"TF_VAR_cloudfront_certificate_arn=arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
	"TF_VAR_websocket_certificate_arn=arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-666666666666",
	"TF_VAR_websocket_web_acl_arn=arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/edge/11111111-2222-3333-4444-777777777777",
	`TF_VAR_cloudfront_vpc_origin_account_ids=["444455556666"]`,
	"TF_VAR_acr_registry_url=example.azurecr.io", "TF_VAR_acr_username=reader", "TF_VAR_acr_password=nobody",
	"TF_VAR_enable_kuberay_operator=true", "TF_VAR_enable_ray=true",
}

// Every type that infra uses is created, found unchanged by a second plan, and destroyed: the layers themselves say it.
func TestLayersSettle(t *testing.T) {
	t.Parallel()
	mirror, rc, err := standin.Install(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, name := range []string{"infra", "charts"} {
		if err := copyTree(filepath.Join(root, name), filepath.Join("..", "..", "..", name)); err != nil {
			t.Fatal(err)
		}
	}
	states := map[string]string{"bootstrap": "01-bootstrap", "infrastructure": "03-infrastructure", "compute": "05-compute"}
	var layers []*workspace
	vars := []string{"-input=false", "-var-file=../common.auto.tfvars", "-var-file=environments/sbx/00-config.auto.tfvars"}
	for _, layer := range []string{"01-bootstrap", "03-infrastructure", "05-compute", "06-applications"} {
		w := &workspace{t: t, dir: filepath.Join(root, "infra", layer), mirror: mirror}
		w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+rc, "TF_IN_AUTOMATION=1", "TF_DATA_DIR=")
		w.env = append(w.env, everything...)
		w.local(states, root)
		w.do("init", "-input=false")
		w.do(append([]string{"apply", "-auto-approve"}, vars...)...)
		if out, code := w.run(append([]string{"plan", "-detailed-exitcode"}, vars...)...); code != 0 {
			t.Fatalf("%s: the second plan is not empty: %d\n%s", layer, code, out)
		}
		layers = append(layers, w)
	}
	slices.Reverse(layers)
	for _, w := range layers[:3] { // the first layer's buckets and keys are not to be destroyed
		w.do(append([]string{"destroy", "-auto-approve"}, vars...)...)
	}
}

// local keeps the state of a layer, and looks for those of others, in a folder.
func (w *workspace) local(states map[string]string, root string) {
	w.t.Helper()
	override := fmt.Sprintf("terraform {\n  backend \"local\" {\n    path = %q\n  }\n}\n", filepath.Join(root, filepath.Base(w.dir)+".tfstate"))
	files, err := filepath.Glob(filepath.Join(w.dir, "*.tf"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, found := range upstream.FindAllStringSubmatch(string(text), -1) {
			path := filepath.Join(root, states[found[1]]+".tfstate")
			override += fmt.Sprintf("data \"terraform_remote_state\" %q {\n  backend = \"local\"\n  config  = { path = %q }\n}\n", found[1], path)
		}
	}
	w.write("override.tf", override)
}

// copyTree copies a folder as it is in the work tree, but for what Terraform leaves behind.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".terraform" || relative == "test" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, relative), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), data, 0o644)
	})
}
