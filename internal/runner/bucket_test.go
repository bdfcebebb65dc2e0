// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// TestTheFirstRunIsSaidToBeByHand: where the bucket of the states is not there, whoever reads of it is led to the layer that
// makes it.
func TestTheFirstRunIsSaidToBeByHand(t *testing.T) {
	t.Parallel()
	const making = `resource "aws_s3_bucket" "state" {}`
	for name, tt := range map[string]struct {
		files map[string]string
		hint  string // part of it
		not   string // no part of it
	}{
		"a layer that makes it, with a README": {
			files: map[string]string{"01-bootstrap/state.tf": making, "01-bootstrap/README.md": "# The first run"},
			hint:  "apply 01-bootstrap once by hand, from an administrator's machine, as 01-bootstrap/README.md says",
		},
		"one without":                     {files: map[string]string{"00_tf-state/main.tf": making}, hint: "apply 00_tf-state once by hand", not: "README"},
		"a README that is a folder":       {files: map[string]string{"backend/main.tf": making, "backend/README.md/x": ""}, hint: "apply backend once", not: "README"},
		"one that makes no bucket":        {files: map[string]string{"01-bootstrap/main.tf": "# " + making, "01-bootstrap/README.md": "x"}, hint: "create the bucket", not: "bootstrap"},
		"a layer with a bucket, not this": {files: map[string]string{"02-estate/main.tf": making, "statements/main.tf": making}, hint: "create the bucket", not: "apply"},
		"two of them":                     {files: map[string]string{"bootstrap-dev/main.tf": making, "bootstrap-prod/main.tf": making}, hint: "create the bucket", not: "apply"},
		"none":                            {hint: "create the bucket, or correct `bucket`", not: "apply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newS3(t, "", nil)
			b.rewrite(map[string]string{"app/main.tf": strings.Replace(s3Backend, s3Bucket, "nowhere", 1)})
			b.rewrite(tt.files)
			f := b.plans(b.job()).Failure
			if f == nil || f.Kind != report.Broken || f.Message != "the bucket of the state is not there: nowhere" {
				t.Fatalf("%+v", f)
			}
			if !strings.Contains(f.Hint, tt.hint) || tt.not != "" && strings.Contains(f.Hint, tt.not) {
				t.Error(f.Hint)
			}
		})
	}
}

// TestTheFirstRunOfTheBootstrapItself is refused as that of any other layer, and so is one that only reads a state there.
func TestTheFirstRunOfTheBootstrapItself(t *testing.T) {
	t.Parallel()
	b := newS3(t, "", nil)
	elsewhere := strings.Replace(s3Backend, s3Bucket, "nowhere", 1)
	b.rewrite(map[string]string{"bootstrap/main.tf": elsewhere + `resource "aws_s3_bucket" "state" {}`, "bootstrap/README.md": "x"})
	j := b.job()
	j.Target.Dir, j.Target.Layer = "bootstrap", "bootstrap"
	const hint = "apply bootstrap once by hand, from an administrator's machine, as bootstrap/README.md says"
	if f := b.plans(j).Failure; f == nil || !strings.Contains(f.Hint, hint) {
		t.Errorf("its own: %+v", f)
	}
	b.rewrite(map[string]string{"app/main.tf": s3Backend + `
data "terraform_remote_state" "other" {
  backend = "s3"
  config = {
    bucket                      = "nowhere"
    key                         = "other.tfstate"
    region                      = "eu-west-1"
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }
}
`})
	if f := b.plans(b.job()).Failure; f == nil || f.Message != "the bucket of the state is not there: nowhere" || !strings.Contains(f.Hint, hint) {
		t.Errorf("another's: %+v", f)
	}
}
