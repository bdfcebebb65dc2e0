// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// layerOf returns a layer of about that many lines, in files of 250 lines, as layers are written: groups, buckets, queues,
// roles and their policies.
func layerOf(lines int) map[string]string {
	const block = `
resource "aws_security_group" "g%[1]d" {
  name        = "g%[1]d"
  description = "Group %[1]d"
  vpc_id      = var.vpc
  ingress {
    description = "HTTPS from the load balancer"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [var.cidr]
  }
}

resource "aws_s3_bucket" "b%[1]d" {
  bucket = "${var.name}-%[1]d"
}

resource "aws_s3_bucket_public_access_block" "b%[1]d" {
  bucket                  = aws_s3_bucket.b%[1]d.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_sqs_queue" "q%[1]d" {
  name                       = "${var.name}-%[1]d"
  visibility_timeout_seconds = 60
}

data "aws_iam_policy_document" "p%[1]d" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.b%[1]d.arn}/*"]
  }
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q%[1]d.arn]
  }
}

resource "aws_iam_policy" "p%[1]d" {
  name   = "${var.name}-%[1]d"
  policy = data.aws_iam_policy_document.p%[1]d.json
}
`
	contents := map[string]string{"app/variables.tf": `terraform {
  required_version = ">= 1.5"
}
provider "aws" {
  region = "eu-west-1"
}
variable "name" {
  default = "x"
}
variable "vpc" {
  default = "vpc-1"
}
variable "cidr" {
  default = "10.0.0.0/8"
}
`}
	for i := 0; i*strings.Count(block, "\n") < lines; i++ {
		contents[fmt.Sprintf("app/part%d.tf", i/5)] += fmt.Sprintf(block, i)
	}
	return contents
}

// BenchmarkScan measures all scanners on a layer of 2,000 lines against the slowest of them alone, in turns, and takes the
// best time of each: what else the machine does weighs on what runs at once far more than on what runs alone. "x-slowest"
// is their ratio.
func BenchmarkScan(b *testing.B) {
	e := realEngine(b)
	contents := layerOf(2000)
	tools := []string{"checkov", "trivy", "tfsec", "tflint", "gitleaks"}
	e.Find(b.Context(), jobOf(nil, tools...).Scanners)
	measure := func(tools ...string) float64 {
		e.said = map[string]*shared{} // nothing is looked at twice otherwise
		start := time.Now()
		s, err := e.Scan(b.Context(), jobOf(contents, tools...))
		if err != nil {
			b.Fatal(err)
		}
		for _, st := range s.Tools {
			if st.State != "ran" {
				b.Fatalf("%+v", st)
			}
		}
		return time.Since(start).Seconds()
	}
	measure(tools...) // fills caches of files and grammars
	times := map[string][]float64{}
	for b.Loop() {
		for range 3 {
			for _, tool := range tools {
				times[tool] = append(times[tool], measure(tool))
			}
			times["all"] = append(times["all"], measure(tools...))
		}
	}
	slowest := 0.0
	for _, tool := range tools {
		slowest = max(slowest, slices.Min(times[tool]))
		b.ReportMetric(slices.Min(times[tool]), tool+"-s")
	}
	b.ReportMetric(slices.Min(times["all"]), "all-s")
	b.ReportMetric(slices.Min(times["all"])/slowest, "x-slowest")
}
