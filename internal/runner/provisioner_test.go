// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

// A plan says nothing of provisioners, and they run with it: what they are is reviewed too, in every instance and module.
func TestAnotherProvisionerIsNotWhatWasReviewed(t *testing.T) {
	t.Parallel()
	const provisioned = `resource "terraform_data" "a" {
  for_each = toset(["x", "y.z\"]"])
  provisioner "local-exec" { command = "true" }
}
`
	b := newBench(t, map[string]string{
		"app/main.tf": local + provisioned + `module "m" {
  source = "../modules/m"
  count  = 1
}
`,
		"modules/m/main.tf": provisioned,
	}, nil)
	j := b.reviewed(job(target()))
	for _, file := range []string{"app/main.tf", "modules/m/main.tf"} {
		before := read(t, b.root+"/"+file)
		write(t, b.root, map[string]string{file: strings.Replace(before, `"true"`, `"touch ../stolen"`, 1)})
		rep := b.applies(j)
		if rep.Status != report.Stopped || len(rep.Differences) != 2 || rep.Differences[0].Why != "what its provisioners run, or which configuration of its provider it uses, differs" {
			t.Errorf("%s: %s %+v", file, rep.Status, rep.Differences)
		}
		write(t, b.root, map[string]string{file: before})
	}
	if rep := b.applies(j); rep.Status != report.Applied || rep.Verdict != report.Same {
		t.Errorf("as reviewed: %s %s %+v", rep.Status, rep.Verdict, rep.Differences)
	}
}

// A plan's changes say nothing of the provider's alias either, which may stand for another account.
func TestAnotherAliasIsNotWhatWasReviewed(t *testing.T) {
	t.Parallel()
	const aliased = `provider "terraform" {
  alias = "one"
}

provider "terraform" {
  alias = "two"
}

resource "terraform_data" "a" {
  provider = terraform.one
}
`
	b := newBench(t, map[string]string{"app/main.tf": local + aliased}, nil)
	j := b.reviewed(job(target()))
	for _, other := range []string{"provider = terraform.two", ""} {
		write(t, b.root, map[string]string{"app/main.tf": local + strings.Replace(aliased, "provider = terraform.one", other, 1)})
		if rep := b.applies(j); rep.Status != report.Stopped || len(rep.Differences) != 1 || rep.Differences[0].Address != "terraform_data.a" {
			t.Errorf("%q: %s %+v", other, rep.Status, rep.Differences)
		}
	}
	write(t, b.root, map[string]string{"app/main.tf": local + aliased})
	if rep := b.applies(j); rep.Status != report.Applied || rep.Verdict != report.Same {
		t.Errorf("as reviewed: %s %s %+v", rep.Status, rep.Verdict, rep.Differences)
	}
}
