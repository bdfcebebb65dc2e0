// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// hostileProvider is a mirror with two providers, acme/evil and acme/good, each of which leaves the file of its name in
// the folder ran as soon as it is started.
func hostileProvider(t *testing.T) (mirror, ran string) {
	mirror, ran = t.TempDir(), t.TempDir()
	for _, kind := range []string{"evil", "good"} {
		write(t, mirror, map[string]string{
			"registry.terraform.io/acme/" + kind + "/1.0.0/" + platform + "/terraform-provider-" + kind + "_v1.0.0": "#!/bin/sh\ntouch " + filepath.Join(ran, kind) + "\nexit 1\n",
		})
	}
	return mirror, ran
}

// started are the providers that left their file.
func started(t *testing.T, ran string) string {
	t.Helper()
	entries, err := os.ReadDir(ran)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

const evil = `
terraform {
  required_providers {
    evil = { source = "acme/evil" }
  }
}
resource "evil_thing" "a" {}
`

// A provider that is not allowed is not run, whoever names it: the layer, a module from elsewhere, or only the state.
func TestAProviderThatIsNotAllowedIsNotRun(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	write(t, elsewhere, map[string]string{"main.tf": evil})
	const state = `{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{},"resources":[{"mode":"managed","type":"evil_thing",
"name":"a","provider":"provider[\"registry.terraform.io/acme/evil\"]","instances":[{"schema_version":0,"attributes":{"id":"x"}}]}]}`
	places := map[string]map[string]string{
		"the layer":               {"app/main.tf": local + evil},
		"a module":                {"app/main.tf": local + `module "m" { source = "../m" }`, "m/main.tf": evil},
		"a module from elsewhere": {"app/main.tf": local + `module "m" { source = "` + elsewhere + `" }`},
		"the state":               {"app/main.tf": local, "app/terraform.tfstate": state},
	}
	for name, files := range places {
		for rule, tt := range map[string]struct {
			allowed []string
			starts  string
		}{
			"without a list":   {nil, "evil"}, // else it is not the list that keeps it from running
			"it is not listed": {[]string{"acme/good", "hashicorp/*", "example.com/*/*"}, ""},
			"none is":          {[]string{}, ""},
		} {
			t.Run(name+", "+rule, func(t *testing.T) {
				t.Parallel()
				mirror, ran := hostileProvider(t)
				b := newBench(t, files, func(o *Options) { o.ProviderMirror = mirror })
				j := job(target())
				j.Rules.Providers = tt.allowed
				f := b.bad(j) // it never works: it ends as soon as it is started
				if got := started(t, ran); got != tt.starts {
					t.Errorf("started %q: %+v", got, f)
				}
				if denied := f.Kind == report.Denied; denied != (tt.starts == "") || denied && !strings.Contains(f.Message, "acme/evil") {
					t.Errorf("%+v", f)
				}
			})
		}
	}
}

// The walls stand one behind the other: without the reading of files, Terraform installs nothing that is not allowed.
func TestTheListOfProvidersHoldsWithoutTheReadingOfFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"one/main.tf": requiring("one"), "both/main.tf": requiring("one", "two")}, func(o *Options) { o.ProviderMirror = packages(t) })
	rules := layer.Rules{Providers: []string{"example.com/acme/one"}}
	if got, err := b.prepareWith("one", rules); err != nil || got["example.com/acme/one"] != "1.1.0" {
		t.Errorf("%v %v", got, err)
	}
	got, err := b.prepareWith("both", rules)
	f, ok := err.(*failed) //nolint:errorlint // made here
	if !ok || f.Kind != report.Denied || f.Message != "the provider example.com/acme/two is not among those allowed" || got["example.com/acme/two"] != "" {
		t.Errorf("%v %v", got, err)
	}
}

// That an earlier run downloaded it, and that the repository locks it, does not allow a provider.
func TestAProviderInTheCacheAndTheLockFileIsNotAllowedByThat(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	write(t, elsewhere, map[string]string{"main.tf": evil})
	mirror, ran := hostileProvider(t)
	b := newBench(t, map[string]string{"app/main.tf": local + `module "m" { source = "` + elsewhere + `" }`}, func(o *Options) { o.ProviderMirror = mirror })
	staging, err := b.store.stage("")
	if err != nil {
		t.Fatal(err)
	}
	const name = "registry.terraform.io/acme/evil/1.0.0/"
	write(t, staging, map[string]string{name + platform + "/terraform-provider-evil_v1.0.0": read(t, filepath.Join(mirror, name, platform, "terraform-provider-evil_v1.0.0"))})
	if err := b.store.keep(staging); err != nil {
		t.Fatal(err)
	}
	sum := read(t, filepath.Join(b.store.dir, name, platform, "h1"))
	b.rewrite(map[string]string{"app/" + lockFile: "provider \"registry.terraform.io/acme/evil\" {\n  version = \"1.0.0\"\n  hashes = [\n    \"" + sum + "\",\n  ]\n}\n"})
	j := job(target())
	j.Rules.Providers = []string{"acme/good"}
	if f := b.bad(j); f.Kind != report.Denied || started(t, ran) != "" {
		t.Errorf("%+v", f)
	}
	j.Rules.Providers = []string{"acme/evil"}
	if f := b.bad(j); f.Kind != report.Broken || started(t, ran) != "evil" {
		t.Errorf("%+v", f)
	}
}

// A person's own CLI configuration counts in front of a checkout, but not over the list.
func TestLocalUseObeysTheListOfProviders(t *testing.T) {
	t.Parallel()
	for rule, tt := range map[string]struct {
		allowed []string
		starts  string
	}{
		"without a list": {nil, "evil"},
		"it is not":      {[]string{"acme/good"}, ""},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			mirror, ran := hostileProvider(t)
			home := t.TempDir()
			write(t, home, map[string]string{".terraformrc": "provider_installation {\n  filesystem_mirror {\n    path = " + hclQuote(mirror) + "\n  }\n}\n"})
			b := newBench(t, map[string]string{"app/main.tf": local + `module "m" { source = "../m" }`, "m/main.tf": evil}, func(o *Options) {
				o.Local, o.Environ["HOME"] = true, home
			})
			j := job(target())
			j.Rules.Providers = tt.allowed
			f := b.bad(j)
			if got := started(t, ran); got != tt.starts {
				t.Errorf("started %q: %+v", got, f)
			}
		})
	}
}
