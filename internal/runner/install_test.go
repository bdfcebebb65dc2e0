// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

// versioned is a program that knows only its version, and what it was asked.
func versioned(version, log string) string {
	return "#!/bin/sh\necho \"$@\" >> " + log + "\necho '{\"terraform_version\":\"" + version + "\"}'\n"
}

func TestTheFirstProgramThatFitsIsTaken(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	log := filepath.Join(t.TempDir(), "log")
	write(t, dirs[0], map[string]string{"terraform": versioned("1.5.7", log)})
	write(t, dirs[1], map[string]string{"terraform": versioned("1.11.4", log), "tofu": versioned("1.10.6", log)})
	write(t, dirs[2], map[string]string{"terraform": versioned("1.11.9", log)})
	b := newBench(t, nil, func(o *Options) { o.Environ["PATH"] = strings.Join(dirs, ":") })

	tests := map[string]struct {
		tool, version, required string
		want                    string // the folder and program, or the error
	}{
		"no wish":              {"", "", "", "0/terraform"},
		"exact":                {"terraform", "1.11.9", "", "2/terraform"},
		"exact beats required": {"terraform", "1.5.7", "~> 1.11.0", "0/terraform"},
		"required":             {"terraform", "", "~> 1.11.0", "1/terraform"},
		"required twice":       {"terraform", "", ">= 1.6, != 1.11.4", "2/terraform"},
		"tofu":                 {"tofu", "", ">= 1.10", "1/tofu"},
		"wrong version":        {"terraform", "1.9.0", "", "terraform 1.5.7 is on PATH, 1.9.0 is needed"},
		"wrong tofu":           {"tofu", "", ">= 2", "tofu 1.10.6 is on PATH, >= 2 is needed"},
		"unknown tool":         {"terragrunt", "", "", `unknown tool "terragrunt"`},
		"not a version":        {"", "latest", "", `version "latest": malformed version: latest`},
		"not constraints":      {"", "", "newest", `required_version "newest": malformed constraint: newest`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			j := job(target())
			j.Tool, j.Version, j.Target.RequiredVersion = tt.tool, tt.version, tt.required
			found, err := b.tools.find(t.Context(), j, b.root)
			got := filepath.Base(filepath.Dir(found.path)) + "/" + filepath.Base(found.path)
			for i, dir := range dirs {
				if filepath.Dir(found.path) == dir {
					got = string(rune('0'+i)) + "/" + filepath.Base(found.path)
				}
			}
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMissingAndWrongToolAreFailuresWithAHint(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.Environ["PATH"] = t.TempDir() })
	f := b.bad(job(target()))
	if f.Kind != report.Broken || f.Message != "terraform is not on PATH" || !strings.Contains(f.Hint, "let Layerbot install it") {
		t.Errorf("%+v", f)
	}
	j := job(target())
	j.Tool, j.Version = "tofu", "1.10.6"
	if f := b.bad(j); f.Message != "tofu is not on PATH, 1.10.6 is needed" || !strings.Contains(f.Hint, "opentofu.org") {
		t.Errorf("%+v", f)
	}
}

// A pull request chooses the version, and old ones take programs from the layer's own folder.
func TestNoProgramBeforeTheFirstMajorVersionIsRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"terraform": versioned("0.12.31", "/dev/null")})
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.Environ["PATH"] = dir })
	j := job(target())
	j.Target.RequiredVersion = "~> 0.12"
	if f := b.bad(j); f.Message != "terraform 0.12.31 is on PATH, ~> 0.12 is needed, and none before 1.0.0 is run" {
		t.Errorf("%+v", f)
	}
}

func TestAProgramThatDoesNotRunIsPassedOver(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir()}
	write(t, dirs[0], map[string]string{"terraform": "#!/bin/sh\necho 'No version is set' >&2\nexit 126\n"})
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.Environ["PATH"] = strings.Join(dirs, ":") })
	if f := b.bad(job(target())); !strings.HasPrefix(f.Message, "the terraform on PATH does not run: ") || !strings.Contains(f.Message, "No version is set") {
		t.Errorf("%+v", f)
	}
	write(t, dirs[1], map[string]string{"terraform": versioned("1.11.4", "/dev/null")})
	if found, err := b.tools.find(t.Context(), job(target()), b.root); err != nil || filepath.Dir(found.path) != dirs[1] {
		t.Errorf("%v %v", found, err)
	}
}

// A real program is asked for its version once, over several Runners; when it is replaced, again.
func TestVersionIsRemembered(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	find := func() tool {
		b := newBench(t, nil, func(o *Options) { o.CacheDir = cache })
		found, err := b.tools.find(t.Context(), job(target()), b.root)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := find()
	kept, _ := filepath.Glob(filepath.Join(cache, "tools", "version-*"))
	if len(kept) != 1 {
		t.Fatalf("kept %v", kept)
	}
	if err := os.WriteFile(kept[0], []byte("1.2.3"), 0o644); err != nil {
		t.Fatal(err)
	}
	if second := find(); second.path != first.path || second.version.String() != "1.2.3" {
		t.Errorf("asked again: %v", second)
	}
}

func TestScriptsAreAskedInEveryFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"bin/terraform":          "#!/bin/sh\nread v < .terraform-version\necho '{\"terraform_version\":\"'$v'\"}'\n",
		"old/.terraform-version": "1.5.7\n", "new/.terraform-version": "1.11.4\n",
	})
	b := newBench(t, nil, func(o *Options) { o.Environ["PATH"] = filepath.Join(dir, "bin") })
	for folder, want := range map[string]string{"old": "1.5.7", "new": "1.11.4"} {
		found, err := b.tools.find(t.Context(), job(target()), filepath.Join(dir, folder))
		if err != nil || found.version.String() != want {
			t.Errorf("%s: %v %v", folder, found.version, err)
		}
	}
}

func TestAnUnsignedDownloadIsRefused(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "index.json"):
			_, _ = w.Write([]byte(`{"name":"terraform","version":"1.9.0","shasums":"SHA256SUMS","shasums_signature":"SHA256SUMS.sig","builds":[]}`))
		default:
			_, _ = w.Write([]byte("0000000000000000000000000000000000000000000000000000000000000000  terraform_1.9.0_linux_amd64.zip\n"))
		}
	}))
	t.Cleanup(server.Close)
	b := newBench(t, map[string]string{"app/main.tf": local}, func(o *Options) { o.Download, o.ReleasesURL = true, server.URL })
	j := job(target())
	j.Version = "1.9.0"
	rep, err := b.Plan(t.Context(), aws.ReadOnly{}, j)
	if err != nil {
		t.Fatal(err)
	}
	f := rep.Failure
	if asked == 0 || f == nil || !strings.HasPrefix(f.Message, "terraform 1.11.4 is on PATH, 1.9.0 is needed, and it could not be installed: ") ||
		!strings.Contains(f.Hint, "releases.hashicorp.com") {
		t.Errorf("asked %d times: %+v", asked, f)
	}
	if left, _ := filepath.Glob(filepath.Join(b.tools.dir, "*terraform*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
