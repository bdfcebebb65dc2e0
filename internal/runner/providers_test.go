// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// packages is a mirror with packages of a few providers. Their programs are never started by init.
func packages(t *testing.T) string {
	mirror := t.TempDir()
	for _, name := range []string{"one/1.0.0", "one/1.1.0", "two/2.0.0", "three/3.0.0"} {
		kind, version, _ := strings.Cut(name, "/")
		write(t, mirror, map[string]string{
			"example.com/acme/" + name + "/" + platform + "/terraform-provider-" + kind + "_v" + version: "#!/bin/sh\nexit 1\n",
		})
	}
	return mirror
}

func requiring(providers ...string) string {
	var b strings.Builder
	b.WriteString("terraform {\n  backend \"local\" {}\n  required_providers {\n")
	for _, p := range providers {
		fmt.Fprintf(&b, "    %s = { source = \"example.com/acme/%s\" }\n", p, p)
	}
	return b.String() + "  }\n}\n"
}

// prepare takes a run through init, and returns the providers it got.
func (b *bench) prepare(dir string) (map[string]string, error) {
	return b.prepareWith(dir, layer.Rules{})
}

// prepareWith does so under rules that hold from init on.
func (b *bench) prepareWith(dir string, rules layer.Rules) (map[string]string, error) {
	tg := target()
	tg.Dir, tg.Layer = dir, dir
	x := &run{runner: b.Runner, job: job(tg), report: &report.Report{}}
	err := x.sound()
	if err == nil {
		err = x.inspect()
	}
	x.job.Rules = rules
	if err == nil {
		err = x.open(b.t.Context())
	}
	if err == nil {
		err = x.init(b.t.Context())
	}
	got := installed(x.data())
	if end := x.end(); err == nil {
		err = end
	}
	return got, err
}

func TestProvidersAreSharedWithoutARace(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 8 {
		files[fmt.Sprintf("l%d/main.tf", i)] = requiring([]string{"one", "two", "three"}[:1+i%3]...)
	}
	b := newBench(t, files, func(o *Options) { o.ProviderMirror = packages(t) })
	var wg sync.WaitGroup
	for round := range 2 {
		for i := range 8 {
			wg.Go(func() {
				got, err := b.prepare(fmt.Sprintf("l%d", i))
				if err != nil || len(got) != 1+i%3 || got["example.com/acme/one"] != "1.1.0" {
					t.Errorf("round %d, l%d: %v %v", round, i, got, err)
				}
			})
		}
		wg.Wait()
	}
	for i := range 8 {
		entries, err := os.ReadDir(filepath.Join(b.root, fmt.Sprintf("l%d", i)))
		if err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v %v", entries, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(b.store.dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheLockFileOfTheRepositoryHolds(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": requiring("one"), "old/main.tf": requiring("one")}, func(o *Options) { o.ProviderMirror = packages(t) })
	lock := func(version, hash string) string {
		return "provider \"example.com/acme/one\" {\n  version = \"" + version + "\"\n  hashes = [\n    \"" + hash + "\",\n  ]\n}\n"
	}
	sum := "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	b.rewrite(map[string]string{"old/" + lockFile: lock("1.0.0", sum)})
	if _, err := b.prepare("old"); err == nil || !strings.Contains(err.Error(), "install") {
		t.Errorf("a package with another digest was taken: %v", err)
	}
	if got, err := b.prepare("app"); err != nil || got["example.com/acme/one"] != "1.1.0" {
		t.Errorf("%v %v", got, err)
	}
	if data, err := os.ReadFile(filepath.Join(b.root, "old", lockFile)); err != nil || string(data) != lock("1.0.0", sum) {
		t.Errorf("the lock file was changed: %s %v", data, err)
	}
}

// store returns a store that keeps the given packages, by name with a text as their content.
func kept(t *testing.T, packages map[string]string) *store {
	s := &store{dir: t.TempDir()}
	staging, err := s.stage("")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range packages {
		write(t, staging, map[string]string{name + "/" + platform + "/program": text})
	}
	if err := s.keep(staging); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStageOnlyWhatTheLockFileAdmits(t *testing.T) {
	t.Parallel()
	s := kept(t, map[string]string{"h/n/one/1.0.0": "1", "h/n/two/2.0.0": "2"})
	sum, err := os.ReadFile(filepath.Join(s.dir, "h/n/one/1.0.0", platform, "h1"))
	if err != nil || !strings.HasPrefix(string(sum), "h1:") {
		t.Fatalf("%s %v", sum, err)
	}
	tests := map[string]struct {
		lock string
		want []string
	}{
		"no lock file":     {"", []string{"one", "two"}},
		"its digest":       {`provider "h/n/one" { hashes = ["zh:00", "` + string(sum) + `"] }`, []string{"one", "two"}},
		"another digest":   {`provider "h/n/one" { hashes = ["zh:00", "h1:xx"] }`, []string{"two"}},
		"both are other":   {`provider "h/n/one" {} provider "h/n/two" {}`, nil},
		"only a neighbour": {`provider "h/n/onetwo" {}`, []string{"one", "two"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			staging, err := s.stage(tt.lock)
			if err != nil {
				t.Fatal(err)
			}
			found, _ := filepath.Glob(filepath.Join(staging, "h/n/*/*", platform, "program"))
			var got []string
			for _, path := range found {
				got = append(got, strings.Split(strings.TrimPrefix(path, staging), "/")[3])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAKeptPackageIsNeverReplaced(t *testing.T) {
	t.Parallel()
	s := kept(t, map[string]string{"h/n/one/1.0.0": "first"})
	staging, err := s.stage(`provider "h/n/one" {}`)
	if err != nil {
		t.Fatal(err)
	}
	mine := "h/n/one/1.0.0/" + platform + "/program"
	write(t, staging, map[string]string{mine: "second"})
	if err := s.keep(staging); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(staging, mine):                                   "second",
		filepath.Join(s.dir, filepath.Dir(mine), "package", "program"): "first",
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: %s %v", path, got, err)
		}
	}
}

func TestWarm(t *testing.T) {
	t.Parallel()
	s := kept(t, map[string]string{"h/n/aws/1.0.0": "1"})
	for providers, want := range map[string]bool{
		"":                true,
		"h/n/aws":         true,
		"elsewhere/n/aws": true,
		"h/n/random":      false,
		"h/n/aws h/o/aws": false,
		"h/n/[":           false,
	} {
		var uses []layer.Use
		for _, name := range strings.Fields(providers) {
			uses = append(uses, layer.Use{Name: name})
		}
		if got := s.warm(uses); got != want {
			t.Errorf("%s: %v", providers, got)
		}
	}
}

// The data folder of a target is its own: a person's .terraform is neither used nor changed.
func TestAPersonsDataFolderIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local, "app/.terraform/environment": "mine", "app/.terraform/terraform.tfstate": "{"}, nil)
	if _, err := b.Plan(t.Context(), aws.ReadOnly{}, job(target())); err != nil {
		t.Fatal(err)
	}
	if rep := b.good(job(target())); rep.Status != report.Unchanged {
		t.Errorf("%+v", rep)
	}
}
