// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The gates are run as their workflows run them, on a copy of this tree: they pass, and with a finding they fail.
func TestGates(t *testing.T) {
	dir := scratch(t, tree(t))
	command(t, dir, "hack/license")
	commit(t, dir, "what is here")
	for name, c := range map[string]struct {
		gate    string
		planted map[string]string
		says    []string // none: nothing is found
	}{
		"tfsec passes what is here": {"gate-tfsec", map[string]string{"internal/testdata/main.tf": bucket}, nil},
		"tfsec finds": {
			"gate-tfsec", map[string]string{"examples/planted/main.tf": bucket, "infra/09-planted/sub/main.tf": bucket},
			[]string{"examples/planted/main.tf:1-3", "infra/09-planted/sub/main.tf:1-3", "aws-s3-enable-bucket-encryption"},
		},
		"tfsec cannot read": {"gate-tfsec", map[string]string{"infra/09-planted/main.tf": "resource {\n"}, []string{"09-planted/main.tf:1"}},

		"checkov passes what is here": {"gate-checkov", map[string]string{"internal/testdata/main.tf": bucket}, nil},
		"checkov finds": {
			"gate-checkov", map[string]string{
				"infra/09-planted/main.tf": bucket, "charts/Dockerfile": "FROM alpine:latest\n", ".github/workflows/planted.yml": shellInjection,
			},
			[]string{"CKV_AWS_18", "/infra/09-planted/main.tf:1-3", "CKV_DOCKER_7", "/charts/Dockerfile:1", "CKV_GHA_2", "/.github/workflows/planted.yml:8"},
		},
		"checkov cannot read": {"gate-checkov", map[string]string{"infra/09-planted/main.tf": "resource {\n"}, []string{"cannot read a file"}},
		"checkov leaves out": {
			"gate-checkov", map[string]string{".github/workflows/planted.yml": "on: push\npermissions: {brand-new: write}\njobs: {}\n"},
			[]string{"does not look at .github/workflows/planted.yml"},
		},

		"gitleaks passes what is here": {"gate-gitleaks", map[string]string{"internal/testdata/a": "api_key = \"canary" + planted[10:] + "\"\n"}, nil},
		"gitleaks finds": {
			"gate-gitleaks", map[string]string{
				"docs/planted.md": "token: " + planted + "\n",
				"a/a_test.go":     "// no canary\nconst key = \"" + planted + "\"\n",
				"a/testdata/near": "canary\napi_key = \"" + planted[10:] + "\"\n",
				"a/no_test_of.go": "var apiKey = \"canary" + planted[10:] + "\"\n",
			},
			[]string{"docs/planted.md", "a/a_test.go", "a/testdata/near", "a/no_test_of.go", "leaks found: 4"},
		},

		"license passes what is here": {"gate-license", map[string]string{"docs/planted.md": "# A\n"}, nil},
		"license finds": {
			"gate-license", map[string]string{"internal/layer/planted.go": "package layer\n", ".github/workflows/planted.yml": "on: push\n"},
			[]string{"internal/layer/planted.go", ".github/workflows/planted.yml"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for file, text := range c.planted {
				put(t, filepath.Join(dir, file), text)
				defer os.Remove(filepath.Join(dir, file))
			}
			said, err := attempt(t, dir, "make", "--no-print-directory", c.gate)
			if (err == nil) != (c.says == nil) {
				t.Errorf("%v: %s", err, said)
			}
			for _, part := range c.says {
				if !strings.Contains(said, part) {
					t.Errorf("no %q in\n%s", part, said)
				}
			}
			if strings.Contains(said, planted[10:]) {
				t.Error("the log shows the secret")
			}
		})
	}
}

// A secret that was committed and taken out again is known to everyone.
func TestGitleaksGateSeesTheWholeHistory(t *testing.T) {
	dir := scratch(t, tree(t))
	file := filepath.Join(dir, "docs", "planted.md")
	put(t, file, "token: "+planted+"\n")
	commit(t, dir, "a secret")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	commit(t, dir, "no secret")
	if said, err := attempt(t, dir, "make", "gate-gitleaks"); err == nil || !strings.Contains(said, "docs/planted.md") {
		t.Errorf("%v: %s", err, said)
	}
	shallow := t.TempDir()
	command(t, shallow, "git", "clone", "--quiet", "--depth", "1", "file://"+dir, ".")
	if said, err := attempt(t, shallow, "make", "gate-gitleaks"); err == nil || !strings.Contains(said, "git fetch --unshallow") {
		t.Errorf("%v: %s", err, said)
	}
}

func TestGateThatLooksAtNothingFails(t *testing.T) {
	files := tree(t)
	for name := range files {
		if strings.HasPrefix(name, "examples/") || strings.HasPrefix(name, "infra/") {
			delete(files, name)
		}
	}
	dir := scratch(t, files)
	for _, gate := range []string{"gate-tfsec", "gate-checkov"} {
		if said, err := attempt(t, dir, "make", gate); err == nil || !strings.Contains(said, "there is no Terraform") {
			t.Errorf("%v: %s", err, said)
		}
	}
}

// planted has the shape of a token. It is put together here, so that it stands in no file.
const planted = "ghp_" + "q8Zr3TmK1xW5yB7nJ0" + "pL2cV9dF4gH6sAeRtU"

const bucket = "resource \"aws_s3_bucket\" \"planted\" {\n  bucket = \"planted\"\n}\n"

const shellInjection = `
on: issues
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.issue.title }}
`

// tree returns the files of this repository, those not yet committed included.
func tree(t *testing.T) map[string]string {
	t.Helper()
	said, err := attempt(t, "..", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		t.Fatal(said, err)
	}
	files := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(said, "\x00"), "\x00") {
		if text, err := os.ReadFile(filepath.Join("..", name)); err == nil { // it may have been deleted
			files[name] = string(text)
		}
	}
	if len(files) < 1000 {
		t.Fatalf("%d files", len(files))
	}
	return files
}

func commit(t *testing.T, dir, message string) {
	t.Helper()
	command(t, dir, "git", "add", "--all")
	command(t, dir, "git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message)
}
