// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// onDisk writes an archive as files and links, and returns the folder.
func onDisk(t testing.TB, archive string) string {
	t.Helper()
	top := t.TempDir()
	files, _ := fromArchive(txtar.Parse([]byte(archive)))
	for name, content := range files.content {
		writeFile(t, filepath.Join(top, name), content)
	}
	for name, target := range files.links {
		writeFile(t, filepath.Join(top, name), nil)
		if err := os.Remove(filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

// inspect inspects the folder "a" of an archive.
func inspect(t testing.TB, archive string) *Inspection {
	t.Helper()
	i, err := Inspect(os.DirFS(onDisk(t, archive)), "a")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func writeFile(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// say writes an inspection as lines: "data external a/main.tf:3".
func say(i *Inspection) string {
	var b strings.Builder
	for k, list := range i.lists() {
		for _, u := range *list {
			kind := [...]string{"provider", "data", "ephemeral", "resource", "action", "provisioner", "program", "module",
				"backend", "override", "unmasked", "unreadable", "unclear"}[k]
			fmt.Fprintf(&b, "%s %s %s:%d\n", kind, u.Name, u.File, u.Line)
		}
	}
	return b.String()
}

// TestInspect says of each configuration all that it is made of.
func TestInspect(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"nothing": {"-- a/README.md --\ndata \"external\" \"x\" {}\n", ""},
		"what there is": {`
-- a/main.tf --
terraform {
  required_version = ">= 1.9"
  backend "s3" {}
  required_providers {
    aws   = { source = "hashicorp/aws", version = "~> 5.0" }
    thing = { source = "Registry.Example.com/Acme/Thing" }
    old   = "~> 1.0"
    plain = { version = "1.0" }
  }
}
provider "aws" {
  region = "eu-west-1"
}
data "aws_caller_identity" "x" {}
data "aws_caller_identity" "y" {}
resource "aws_instance" "x" {
  provisioner "local-exec" {
    command = "true"
  }
  provisioner "remote-exec" {}
}
ephemeral "random_password" "x" {}
action "aws_lambda_invoke" "x" {}
module "far" {
  source = "terraform-aws-modules/vpc/aws"
}
resource "terraform_data" "x" {}
data "terraform_remote_state" "x" {}
`, `
provider registry.terraform.io/hashicorp/aws a/main.tf:5
provider registry.example.com/acme/thing a/main.tf:6
provider registry.terraform.io/hashicorp/old a/main.tf:7
provider registry.terraform.io/hashicorp/plain a/main.tf:8
provider registry.terraform.io/hashicorp/random a/main.tf:22
data aws_caller_identity a/main.tf:14
data terraform_remote_state a/main.tf:28
ephemeral random_password a/main.tf:22
resource aws_instance a/main.tf:16
resource terraform_data a/main.tf:27
action aws_lambda_invoke a/main.tf:23
provisioner local-exec a/main.tf:17
provisioner remote-exec a/main.tf:20
module terraform-aws-modules/vpc/aws a/main.tf:24
backend s3 a/main.tf:3
`},
		"the same in JSON": {`
-- a/main.tf.json --
{
  "//": "a comment",
  "terraform": {
    "backend": {"s3": {}},
    "required_providers": {"thing": {"source": "example.com/acme/thing"}, "old": "~> 1.0"}
  },
  "data": [{"aws_caller_identity": {"x": {}}}],
  "resource": {"null_resource": {"x": [{
    "provider": "other.east",
    "provisioner": [{"local-exec": {"command": "true"}}]
  }]}},
  "module": {"far": {"source": "git::https://example.com/x"}},
  "check": {"x": {"data": {"http": {"y": {}}}}},
  "output": {"x": {"value": "${provider::deep::f(1)}"}}
}
`, `
provider example.com/acme/thing a/main.tf.json:5
provider registry.terraform.io/hashicorp/old a/main.tf.json:5
provider registry.terraform.io/hashicorp/aws a/main.tf.json:7
provider registry.terraform.io/hashicorp/other a/main.tf.json:9
provider registry.terraform.io/hashicorp/http a/main.tf.json:13
provider registry.terraform.io/hashicorp/deep a/main.tf.json:14
data aws_caller_identity a/main.tf.json:7
data http a/main.tf.json:13
resource null_resource a/main.tf.json:8
provisioner local-exec a/main.tf.json:10
module git::https://example.com/x a/main.tf.json:12
backend s3 a/main.tf.json:4
`},
		"modules of the repository, each once, in their own words": {`
-- a/main.tf --
module "b" {
  source    = "../b"
  providers = { aws = mine.east }
}
module "again" {
  source = "./../b/"
}
-- b/main.tf --
terraform {
  backend "gcs" {}
  required_providers {
    aws = { source = "acme/aws" }
  }
}
resource "aws_x" "y" {}
module "c" {
  source = "./c"
}
-- b/c/main.tofu --
data "aws_x" "y" {}
module "back" {
  source = "../../a"
}
`, `
provider registry.terraform.io/hashicorp/mine a/main.tf:3
provider registry.terraform.io/hashicorp/aws b/c/main.tofu:1
provider registry.terraform.io/acme/aws b/main.tf:4
data aws_x b/c/main.tofu:1
resource aws_x b/main.tf:7
`},
		"providers by all names": {`
-- a/main.tf --
resource "one_x" "y" {
  provider = two
}
resource "one_x" "z" {
  provider = three.by[each.key]
}
data "one_x" "y" {
  provider = "four.x"
}
import {
  to = five_x.y
  id = "x"
}
import {
  to       = one_x.y["k"]
  id       = "x"
  provider = six
}
resource "nameless" "x" {}
locals {
  x = [for i in [1] : provider::seven::f(i)]
}
`, `
provider registry.terraform.io/hashicorp/two a/main.tf:2
provider registry.terraform.io/hashicorp/three a/main.tf:5
provider registry.terraform.io/hashicorp/four a/main.tf:8
provider registry.terraform.io/hashicorp/five a/main.tf:11
provider registry.terraform.io/hashicorp/six a/main.tf:17
provider registry.terraform.io/hashicorp/nameless a/main.tf:19
provider registry.terraform.io/hashicorp/seven a/main.tf:21
data one_x a/main.tf:7
resource one_x a/main.tf:1
resource nameless a/main.tf:19
`},
		"what is built in needs no provider": {`
-- a/main.tf --
terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}
resource "terraform_data" "x" {
  provisioner "local-exec" {}
}
output "x" {
  value = provider::terraform::decode_tfvars("")
}
`, `
resource terraform_data a/main.tf:6
provisioner local-exec a/main.tf:7
`},
		"a name of what is built in may be another provider": {`
-- a/main.tf --
terraform {
  required_providers {
    terraform = { source = "evil/terraform" }
  }
}
resource "terraform_data" "x" {}
`, `
provider registry.terraform.io/evil/terraform a/main.tf:3
resource terraform_data a/main.tf:6
`},
		"backends of other kinds": {`
-- a/cloud.tf --
terraform {
  cloud {}
}
-- a/store.tf --
terraform {
  state_store "aws_s3" {}
}
-- a/x_override.tf.json --
{"terraform": {"backend": {"http": {}}}}
-- a/a.b_override.tf --
-- a/override.more.tf --
`, `
backend cloud a/cloud.tf:2
backend state_store a/store.tf:2
backend http a/x_override.tf.json:1
override a.b_override.tf a/a.b_override.tf:0
override x_override.tf.json a/x_override.tf.json:0
`},
		"provisioners of what is gone": {"-- a/main.tf --\nremoved {\n  from = aws_x.y\n  provisioner \"local-exec\" {\n    when = destroy\n  }\n}\n",
			"\nprovisioner local-exec a/main.tf:3\n"},
		"programs that state encryption asks": {`
-- a/main.tf --
terraform {
  encryption {
    key_provider "external" "x" {
      command = ["sh"]
    }
    method "aes_gcm" "y" {}
    key_provider "newer" "z" {}
  }
}
`, `
data external a/main.tf:3
unclear a key_provider "newer" of state encryption, which Layerbot does not know a/main.tf:7
`},
		"what cannot be judged": {`
-- a/main.tf --
variable "x" {}
module "m" {
  source = "../${var.x}"
}
module "n" {
  source = true ? "../evil" : "../good"
}
terraform {
  required_providers {
    p = local.p
    q = { source = join("/", ["evil", "q"]) }
    r = { "sour${"ce"}" = "evil/r" }
    s = { (var.x) = "evil/s" }
    t = { source = "a/b/c/d" }
  }
  novelty {}
}
novelty "x" {}
resource "aws_x" "y" {
  provider = [for p in local.p : p][0]
}
-- a/b.tf.json --
{"novelty": {}, "terraform": {"other": {}}}
-- evil/main.tf --
data "external" "x" {}
`, `
provider registry.terraform.io/hashicorp/p a/main.tf:10
provider registry.terraform.io/hashicorp/q a/main.tf:11
provider registry.terraform.io/evil/r a/main.tf:12
provider registry.terraform.io/hashicorp/s a/main.tf:13
provider registry.terraform.io/hashicorp/t a/main.tf:14
resource aws_x a/main.tf:19
unclear a block "novelty", which Layerbot does not know a/b.tf.json:1
unclear a block "other", which Layerbot does not know a/b.tf.json:1
unclear the source of module "m", which is not written out a/main.tf:2
unclear the source of module "n", which is not written out a/main.tf:5
unclear the source of provider "p", which is not written out a/main.tf:10
unclear the source of provider "q", which is not written out a/main.tf:11
unclear the source of provider "s", which is not written out a/main.tf:13
unclear the source of provider "t", which is not written out a/main.tf:14
unclear a block "novelty", which Layerbot does not know a/main.tf:16
unclear a reference to a provider that cannot be read a/main.tf:20
`},
		"what cannot be read": {`
-- a/broken.tf --
data "external" "x" {
-- a/broken.tf.json --
{"data": }
-- a/labels.tf --
data "external" {}
-- a/links.tf -> nowhere.tf --
-- a/out.tf -> ../../../etc/passwd --
-- a/absolute.tf -> /etc/passwd --
-- a/loop.tf -> loop.tf --
-- a/folder.tf -> ../b --
-- a/modules.tf --
module "out" {
  source = "../../x"
}
module "none" {
  source = "../none"
}
module "file" {
  source = "../b/main.tf"
}
module "link" {
  source = "../away"
}
-- away -> /tmp --
-- b/main.tf --
`, `
provider registry.terraform.io/hashicorp/external a/broken.tf:1
data external a/broken.tf:1
unreadable leads to no file of the repository a/absolute.tf:0
unreadable Unclosed configuration block a/broken.tf:1
unreadable Missing JSON value a/broken.tf.json:1
unreadable leads to no file of the repository a/folder.tf:0
unreadable Missing name for data a/labels.tf:1
unreadable leads to no file of the repository a/links.tf:0
unreadable leads to no file of the repository a/loop.tf:0
unreadable module source "../../x" leads out of the repository a/modules.tf:1
unreadable module source "../none" is no folder that can be read a/modules.tf:4
unreadable module source "../b/main.tf" is no folder that can be read a/modules.tf:7
unreadable module source "../away" leads out of the repository a/modules.tf:10
unreadable leads to no file of the repository a/out.tf:0
`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), say(inspect(t, c.files))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
