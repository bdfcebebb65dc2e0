// SPDX-License-Identifier: Apache-2.0

package hcl_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/hcl"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// layer is a folder with one file.
func layer(t *testing.T, src string) *hcl.Layer {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := hcl.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEveryLayerFitsTheSchema(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	folders := slices.Clone(tree.Layers)
	modules, err := os.ReadDir(filepath.Join(root, "infra", "modules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		folders = append(folders, filepath.Join("modules", m.Name()))
	}
	for _, name := range folders {
		l, err := hcl.Load(filepath.Join(root, "infra", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.AgainstSchema(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatTheProviderWouldRefuse(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"a good one":           {`resource "aws_sqs_queue" "q" { name = "q" }`, ""},
		"no such type":         {`resource "aws_nothing" "x" {}`, "has no resource aws_nothing"},
		"no such data source":  {`data "aws_nothing" "x" {}`, "has no data aws_nothing"},
		"no such argument":     {`resource "aws_sqs_queue" "q" { nam = "q" }`, "no argument nam"},
		"a computed one":       {`resource "aws_sqs_queue" "q" { arn = "x" }`, "arn is for the provider"},
		"one that is missing":  {`resource "aws_eks_addon" "a" { addon_name = "coredns" }`, "cluster_name is missing"},
		"no such block":        {"resource \"aws_sqs_queue\" \"q\" {\n settings {}\n}", "no block settings"},
		"a block is missing":   {"resource \"aws_eks_cluster\" \"c\" {\n name = \"c\"\n role_arn = \"r\"\n}", "vpc_config is missing"},
		"two blocks for one":   {"resource \"aws_eks_cluster\" \"c\" {\n name = \"c\"\n role_arn = \"r\"\n vpc_config { subnet_ids = [] }\n vpc_config { subnet_ids = [] }\n}", "2 blocks vpc_config"},
		"within a block":       {"resource \"aws_eks_cluster\" \"c\" {\n name = \"c\"\n role_arn = \"r\"\n vpc_config {\n subnets = []\n }\n}", "subnet_ids is missing"},
		"within a dynamic one": {"resource \"aws_eks_node_group\" \"g\" {\n cluster_name = \"c\"\n node_role_arn = \"r\"\n subnet_ids = []\n scaling_config {\n desired_size = 1\n max_size = 2\n min_size = 0\n }\n dynamic \"taint\" {\n for_each = []\n content {\n key = \"k\"\n efect = \"x\"\n }\n }\n}", "no argument efect"},
		"Terraform's own":      {"resource \"aws_sqs_queue\" \"q\" {\n count = 1\n lifecycle { prevent_destroy = true }\n}", ""},
		"of another provider":  {`resource "helm_release" "r" { nothing = 1 }`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := layer(t, c.src).AgainstSchema()
			if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not %q", err, c.want)
			}
		})
	}
}

func TestWhatIsWrittenOut(t *testing.T) {
	l := layer(t, `
variable "flag" { default = true }
variable "open" {}
resource "aws_sqs_queue" "q" {
  name                      = "q-${1 + 1}"
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = var.flag
  kms_master_key_id         = var.open
  tags                      = { Name = aws_sqs_queue.other.name }
  for_each                  = { one = aws_sqs_queue.other.id, (var.open) = 2 }
  depends_on                = [aws_sqs_queue_policy.p]
}`)
	q, err := l.One("resource", "aws_sqs_queue", "q")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := q.String("name"); err != nil || s != "q-2" {
		t.Errorf("name: %q, %v", s, err)
	}
	if n, err := q.Number("message_retention_seconds"); err != nil || n != 300 {
		t.Errorf("retention: %d, %v", n, err)
	}
	if b, err := q.Bool("sqs_managed_sse_enabled"); err != nil || !b {
		t.Errorf("the default of a variable: %v, %v", b, err)
	}
	for _, name := range []string{"kms_master_key_id", "tags", "not_there", "name"} {
		if _, err := q.Bool(name); err == nil {
			t.Errorf("%s is taken for a flag", name)
		}
	}
	if got := q.Names("depends_on"); !slices.Equal(got, []string{"aws_sqs_queue_policy.p"}) {
		t.Errorf("depends_on: %v", got)
	}
	if got := q.Keys("for_each"); !slices.Equal(got, []string{"var.open"}) {
		t.Errorf("keys: %v", got)
	}
	if _, err := l.One("variable"); err == nil {
		t.Error("two variables are one")
	}
	if _, err := hcl.Load(t.TempDir()); err == nil {
		t.Error("a folder without files is a layer")
	}
}
