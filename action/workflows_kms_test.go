// SPDX-License-Identifier: Apache-2.0

package action

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kmsEdits make gitops-kms.yml of gitops.yml: gate and report sign with a key in AWS KMS, for which they ask GitHub who they
// are. It is a file of its own because a job's permissions cannot depend on an input.
var kmsEdits = []struct {
	old, new string
	times    int
}{
	{
		"#       secrets:\n#         APP_ID: ${{ secrets.APP_ID }}\n#         APP_PRIVATE_KEY: ${{ secrets.APP_PRIVATE_KEY }}\n",
		"#       with:\n#         app-kms-key: arn:aws:kms:…\n#         app-kms-role: arn:aws:iam::…\n#       secrets:\n#         APP_ID: ${{ secrets.APP_ID }}\n", 1,
	},
	{"gitops.yml@COMMIT", "gitops-kms.yml@COMMIT", 1},
	{
		"# gate and report hold the App's key and run nothing from a pull request.",
		"# It is gitops.yml for an App whose private key is in AWS KMS, and made from it: go test ./action -update\n#\n# gate and report may sign as the App and run nothing from a pull request.", 1,
	},
	{
		"    inputs:\n      runs-on:\n",
		`    inputs:
      app-kms-key:
        description: ARN of the App's private key in AWS KMS.
        type: string
        required: true
      app-kms-role:
        description: ARN of the role that may sign with it.
        type: string
        required: true
      runs-on:
`, 1,
	},
	{"      APP_PRIVATE_KEY:\n        description: Private key of the App.\n", "", 1},
	{
		"    permissions: {}\n    environment: {name: layerbot, deployment: false}\n",
		"    permissions:\n      id-token: write # the role that may sign\n    environment: {name: layerbot, deployment: false}\n", 2,
	},
	{
		"          app-private-key: ${{ secrets.APP_PRIVATE_KEY }}\n",
		"          app-kms-key: ${{ inputs.app-kms-key }}\n          role-to-assume: ${{ inputs.app-kms-role }}\n", 2,
	},
}

func TestTheWorkflowForAKeyInKMSIsTheOther(t *testing.T) {
	dir := filepath.Join("..", ".github", "workflows")
	source, err := os.ReadFile(filepath.Join(dir, "gitops.yml"))
	if err != nil {
		t.Fatal(err)
	}
	want := string(source)
	for _, e := range kmsEdits {
		if n := strings.Count(want, e.old); n != e.times {
			t.Fatalf("gitops.yml has %d times, not %d:\n%s", n, e.times, e.old)
		}
		want = strings.ReplaceAll(want, e.old, e.new)
	}
	if strings.Contains(want, "PRIVATE_KEY") || strings.Contains(want, "app-private-key") {
		t.Error("the key is still handed on")
	}
	file := filepath.Join(dir, "gitops-kms.yml")
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("gitops-kms.yml is not made from gitops.yml as it is (%v): go test ./action -update", err)
	}
}
