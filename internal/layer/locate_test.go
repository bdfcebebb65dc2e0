// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"
)

const declaredFiles = `
-- a/main.tf --
resource "aws_vpc" "this" {
  for_each = toset(["a.b", "c"])
}

data "aws_ami" "this" {}
variable "name" {}
output "id" {
  value = 1
}
module "inner" {
  source = "../modules/inner"
}
module "far" {
  source = "terraform-aws-modules/vpc/aws"
}
module "gone" {
  source = "../modules/gone"
}
module "back" {
  source = "../a"
}
check "said" {
  data "http" "asked" {}
}
-- a/broken.tf --
resource "aws_vpc" "broken" {}
resource "aws_vpc"
-- a/broken.tf.json --
{"resource": {"aws_vpc": {"json_broken": {}}}
-- a/more.tf.json --
{
  "resource": {
    "aws_subnet": {
      "json": {},
      "list": [{}]
    }
  },
  "module": {
    "json": {"source": "../modules/inner"}
  }
}
-- a/aaa_override.tf --
resource "aws_vpc" "this" {}
module "moved" {
  source = "../modules/tofu"
}
-- a/zzz.tf --

module "moved" {
  source = "../modules/inner"
}
-- a/linked.tf -> ../shared/linked.tf --
-- a/README.md --
resource "aws_vpc" "text" {}
-- shared/linked.tf --
resource "aws_vpc" "linked" {}
-- modules/inner/main.tf --
resource "aws_subnet" "private" {
  count = 2
}
module "deep" {
  source = "./deep"
}
module "far" {
  source = "git::https://example.com/x"
}
variable "name" {}
output "id" {}
-- modules/inner/deep/main.tf --
# a line
ephemeral "random_password" "this" {}
-- modules/tofu/main.tofu --
resource "aws_subnet" "tofu" {}
`

func TestPlaces(t *testing.T) {
	d, err := Places(os.DirFS(onDisk(t, declaredFiles)), "a")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"aws_vpc.this":                                  "a/main.tf:1",
		`aws_vpc.this["a.b"]`:                           "a/main.tf:1",
		`aws_vpc.this["]\"[ module.x"]`:                 "a/main.tf:1",
		`aws_vpc.this["a.b"] (deposed object 1a2b3c4d)`: "a/main.tf:1",
		"data.aws_ami.this[0]":                          "a/main.tf:5",
		"var.name":                                      "a/main.tf:6",
		"output.id":                                     "a/main.tf:7",
		"check.said":                                    "a/main.tf:22",
		"data.http.asked":                               "a/main.tf:23",
		"aws_vpc.broken":                                "a/broken.tf:1",
		"aws_vpc.linked":                                "a/linked.tf:1",
		"aws_subnet.json":                               "a/more.tf.json:4",
		"aws_subnet.list":                               "a/more.tf.json:5",
		"module.inner":                                  "a/main.tf:10",
		"module.inner[0]":                               "a/main.tf:10",
		"module.inner.aws_subnet.private[1]":            "modules/inner/main.tf:1",
		`module.inner["module.far.x"].aws_subnet.private`:         "modules/inner/main.tf:1",
		"module.json.aws_subnet.private":                          "modules/inner/main.tf:1",
		"module.inner.var.name":                                   "modules/inner/main.tf:10",
		"module.inner.output.id":                                  "modules/inner/main.tf:11",
		"module.inner.module.deep":                                "modules/inner/main.tf:4",
		"module.inner.module.deep.ephemeral.random_password.this": "modules/inner/deep/main.tf:2",
		"module.inner.module.far.aws_x.y":                         "modules/inner/main.tf:7",
		"module.far.aws_vpc.this[0]":                              "a/main.tf:13",
		"module.far.module.inner.aws_vpc.this[0]":                 "a/main.tf:13",
		"module.gone.aws_vpc.this":                                "a/main.tf:16",
		"module.back.module.back.module.back.aws_vpc.this":        "a/main.tf:1",
		"module.moved":                                            "a/zzz.tf:2",
		"module.moved.aws_subnet.tofu":                            "modules/tofu/main.tofu:1",

		"module.moved.aws_subnet.private": "",
		"aws_vpc.json_broken":             "",
		"aws_vpc.text":                    "",
		"aws_vpc.that":                    "",
		"aws_vpc":                         "",
		"this":                            "",
		"aws_ami.this":                    "",
		"module.inner.aws_vpc.this":       "",
		"module.none.aws_vpc.this":        "",
		"module.none":                     "",
		"module.":                         "",
		"module":                          "",
		"module.inner.":                   "",
		"module..aws_vpc.this":            "",
		".aws_vpc.this":                   "",
		"aws_vpc.this.":                   "",
		`aws_vpc.this["c]`:                "",
		`aws_vpc.this[`:                   "",
		"[0]":                             "",
		" aws_vpc.this":                   "",
		"":                                "",
		"\xff\x00":                        "",
	} {
		u, ok := d.Find(address)
		got := ""
		if ok {
			got = fmt.Sprintf("%s:%d", u.File, u.Line)
		}
		if got != want {
			t.Errorf("%s is at %q, not %q", address, got, want)
		}
	}
}

func TestPlacesOfNoFolder(t *testing.T) {
	files := os.DirFS(onDisk(t, declaredFiles))
	for _, dir := range []string{"nowhere", "..", "/a", "a/main.tf"} {
		if d, err := Places(files, dir); err == nil {
			t.Errorf("%s: %v", dir, d)
		}
	}
	if u, ok := (Declarations{}).Find("aws_vpc.this"); ok {
		t.Errorf("the zero value finds %v", u)
	}
}

// Modules that call each other in all ways have more addresses than fit anywhere.
func TestPlacesOfModulesThatCallEachOther(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 40 {
		text := fmt.Sprintf("resource \"aws_x\" \"y%d\" {}\n", i)
		for _, call := range []string{"a", "b", "c"} {
			text += fmt.Sprintf("module %q {\n source = \"../m%d\"\n}\n", call, (i+1)%40)
		}
		files[fmt.Sprintf("m%d/main.tf", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	start := time.Now()
	d, err := Places(files, "m0")
	if err != nil || time.Since(start) > 5*time.Second {
		t.Fatal(err, time.Since(start))
	}
	if u, ok := d.Find(strings.Repeat("module.a.module.b.module.c.", 1000) + "aws_x.y0"); !ok || u.File != "m0/main.tf" {
		t.Error(u, ok)
	}
	if u, ok := d.Find(strings.Repeat("module.a[0]", 100_000)); ok {
		t.Error(u)
	}
}

// FuzzFind looks any address up in any configuration: what is found is in a file that is there.
func FuzzFind(f *testing.F) {
	for _, address := range []string{"aws_vpc.this", `module.inner["a\"]"].aws_subnet.private[0]`, "module.back.module.far.x", "data.http.asked", "module.module.module"} {
		f.Add([]byte(declaredFiles), address)
	}
	f.Add([]byte("-- a/x.tf --\nresource \"a.b\" \"c[0]\" {}\nmodule \"module\" {\n source = \"./\"\n}\n"), "module.module.a.b.c[0]")
	f.Fuzz(func(t *testing.T, archive []byte, address string) {
		files := fstest.MapFS{"a/keep": {}}
		read, _ := fromArchive(txtar.Parse(archive))
		for name, content := range read.content {
			files[name] = &fstest.MapFile{Data: content}
		}
		d, err := Places(files, "a")
		if err != nil {
			return // a file that is a folder, too
		}
		u, ok := d.Find(address)
		if ok && (files[u.File] == nil || u.Line < 1 || u.Name == "") {
			t.Errorf("%q is at %+v", address, u)
		}
		if again, found := d.Find(keys.ReplaceAllString(address, "")); again != u || found != ok {
			t.Errorf("%q is at %+v with its keys, and at %+v without", address, u, again)
		}
	})
}
