// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// hidden are words in places where one does not look for them.
const hidden = `resource "aws_s3_bucket" "comment" { # tfsec:ignore:AVD-AWS-0090 trivy:ignore:AVD-AWS-0089 checkov:skip=CKV_AWS_21: why
  bucket = "comment" # checkov:skip=CKV_AWS_18: why
}

resource "aws_s3_bucket" "string" {
  bucket = "checkov:skip=CKV_AWS_18: in a string"
}

resource "aws_s3_bucket" "heredoc" {
  tags = {
    a = <<-EOT
    #checkov:skip=CKV_AWS_18
    EOT
  }
}

resource "aws_security_group_rule" "string" {
  type        = "ingress"
  protocol    = "tcp"
  from_port   = 22
  to_port     = 22
  description = "a tfsec:ignore:aws-ec2-no-public-ingress-sgr trivy:ignore:AVD-AWS-0107 b"
  cidr_blocks = ["0.0.0.0/0"]
}

resource "aws_security_group_rule" "odd" {
  type        = "ingress"
  protocol    = "tcp"
  from_port   = 22
  to_port     = 22
  description = "a ` + "\u00a0" + `tfsec:ignore:AVD-AWS-0107 b"
  cidr_blocks = ["0.0.0.0/0"]
}

locals {
  unused = "TOKEN ALLOW" # tflint-ignore: terraform_unused_declarations
}
`

// TestNoWordIsMissed has the real tools say what they keep quiet: each of that must be by a word that we list, for what
// nobody lists nobody accounts for.
func TestNoWordIsMissed(t *testing.T) {
	e := realEngine(t)
	head := map[string]string{"app/main.tf": strings.NewReplacer("TOKEN", "ghp_"+"1234567890abcdefghijABCDEFGHIJ123456", "ALLOW", gitleaksWord).Replace(hidden)}
	for tool, want := range map[string][]string{
		"trivy": {"1 tfsec", "1 trivy", "22 trivy", "31 tfsec"}, "tfsec": {"1 tfsec", "1 trivy", "22 tfsec", "31 tfsec"},
		"checkov": {"2 checkov", "6 checkov", "12 checkov"}, "gitleaks": {"36 gitleaks"}, "tflint": {"36 tflint"},
	} {
		t.Run(tool, func(t *testing.T) {
			s, err := e.Scan(t.Context(), jobOf(head, tool))
			if err != nil || s.Tools[0].State != report.Ran {
				t.Fatalf("%+v, %v", s, err)
			}
			heeded := map[string]bool{}
			for _, f := range s.Findings {
				w := f.Suppressed
				if w == nil {
					continue
				}
				if !slices.ContainsFunc(s.Suppressions, func(o report.Suppression) bool { return o.Tool == w.Tool && o.Rule == w.Rule && o.Line == w.Line }) {
					t.Errorf("%s is kept quiet by nothing that is listed: %+v", tell(f), w)
				}
				heeded[fmt.Sprintf("%d %s", w.Line, w.Tool)] = true
			}
			var got []string
			for _, w := range s.Suppressions {
				if key := fmt.Sprintf("%d %s", w.Line, w.Tool); heeded[key] && !slices.Contains(got, key) {
					got = append(got, key)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("words that keep something quiet: %s", diff)
			}
		})
	}
}
