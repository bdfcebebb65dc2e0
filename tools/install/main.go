// SPDX-License-Identifier: Apache-2.0

// Command install puts the tools of `make check` in place and links them from one folder.
//
// For each tool it takes the first of: the one on PATH, if its version is right; the one it put into
// its folder earlier; the project's release, if its SHA-256 is known here; one built from source, or
// put into a Python environment, with everything it is made of pinned by a go.sum or by hashes; one
// installed by apt. It never goes on without a tool: one that cannot be had is an error that says what
// to do.
//
//	go -C tools run ./install [--dir FOLDER] [TOOL…]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
)

// tools are all that can be installed. Versions are pinned in one other place only: the go.mod of the
// folder that Source names, or the file that Requirements names.
var tools = []Tool{
	{
		Name: "terraform", Version: "1.11.4", VersionArgs: []string{"version"},
		// As published in https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_SHA256SUMS and
		// repeated by several package collections; this file was not written with the original at hand.
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip",
				SHA256: "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
			},
			"linux/arm64": {
				URL:    "https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_arm64.zip",
				SHA256: "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
			},
		},
		Source: Source{
			Dir: "terraform", Package: "github.com/hashicorp/terraform", Takes: "about 6 minutes",
			LDFlags: "-s -w -X github.com/hashicorp/terraform/version.dev=no",
		},
	},
	{
		Name: "tofu", Version: "1.10.6", VersionArgs: []string{"version"},
		// From https://github.com/opentofu/opentofu/releases/tag/v1.10.6, as repeated by package collections.
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://github.com/opentofu/opentofu/releases/download/v1.10.6/tofu_1.10.6_linux_amd64.zip",
				SHA256: "15b7bed76420b50da3e121769c43341df8cd57d751ca14e6dbe9c850124c6dac",
			},
		},
		Source: Source{
			Dir: "opentofu", Package: "github.com/opentofu/opentofu/cmd/tofu", Takes: "about 4 minutes",
			LDFlags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
		},
	},
	{
		// No release: its SHA-256 was not at hand when this was written.
		Name: "golangci-lint", Version: "2.15.0", VersionArgs: []string{"version", "--short"},
		Source: Source{
			Dir: "golangci-lint", Package: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", Takes: "about 4 minutes",
			LDFlags: "-s -w",
		},
	},
	{
		// The tests' S3 and STS. Only run, never shipped: it is AGPL. It has no releases any more, and no version of its own.
		Name: "minio", Version: "0.0.0-20260212201848-7aac2a2c5b7c", VersionArgs: []string{"--version"},
		Source: Source{
			Dir: "minio", Package: "github.com/minio/minio", Takes: "about 9 minutes",
			LDFlags: "-s -w -X github.com/minio/minio/cmd.ReleaseTag=v0.0.0-20260212201848-7aac2a2c5b7c",
		},
	},
	{
		// Where releases of scanners are given: as pinned, independently of each other, by several projects that check what
		// they download; this file was not written with the originals at hand.
		Name: "tfsec", Version: "1.28.14", VersionArgs: []string{"--version"},
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://github.com/aquasecurity/tfsec/releases/download/v1.28.14/tfsec_1.28.14_linux_amd64.tar.gz",
				SHA256: "329ae7f67f2f1813ebe08de498719ea7003c75d3ca24bb0b038369062508008e",
			},
		},
		Source: Source{
			Dir: "tfsec", Package: "github.com/aquasecurity/tfsec/cmd/tfsec", Takes: "about 6 minutes",
			LDFlags: "-s -w -X github.com/aquasecurity/tfsec/version.Version=v1.28.14",
		},
	},
	{
		Name: "gitleaks", Version: "8.30.1", VersionArgs: []string{"version"},
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://github.com/gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_linux_x64.tar.gz",
				SHA256: "551f6fc83ea457d62a0d98237cbad105af8d557003051f41f3e7ca7b3f2470eb",
			},
			"linux/arm64": {
				URL:    "https://github.com/gitleaks/gitleaks/releases/download/v8.30.1/gitleaks_8.30.1_linux_arm64.tar.gz",
				SHA256: "e4a487ee7ccd7d3a7f7ec08657610aa3606637dab924210b3aee62570fb4b080",
			},
		},
		Source: Source{
			Dir: "gitleaks", Package: "github.com/zricethezav/gitleaks/v8", Takes: "about 2 minutes",
			LDFlags: "-s -w -X github.com/zricethezav/gitleaks/v8/version.Version=8.30.1",
		},
	},
	{
		Name: "tflint", Version: "0.64.0", VersionArgs: []string{"--version"},
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://github.com/terraform-linters/tflint/releases/download/v0.64.0/tflint_linux_amd64.zip",
				SHA256: "cca9d13e2e1d7a2c627af60ff899a3c9b74212899416aeb96ec764d2ef954537",
			},
			"linux/arm64": {
				URL:    "https://github.com/terraform-linters/tflint/releases/download/v0.64.0/tflint_linux_arm64.zip",
				SHA256: "560da89aacf59389d4eb029730dd5b109b7288096c32f2726a0d9e783a5ea8eb",
			},
		},
		Source: Source{
			Dir: "tflint", Package: "github.com/terraform-linters/tflint", Takes: "about 4 minutes", LDFlags: "-s -w",
		},
	},
	{
		// Releases of 0.27.0 to 0.69.1 were deleted, https://github.com/aquasecurity/trivy/issues/10345. The digests are repeated
		// by several package collections. It is built with Go's experimental JSON, as its releases are.
		Name: "trivy", Version: "0.74.0", VersionArgs: []string{"--version"},
		Releases: map[string]Release{
			"linux/amd64": {
				URL:    "https://github.com/aquasecurity/trivy/releases/download/v0.74.0/trivy_0.74.0_Linux-64bit.tar.gz",
				SHA256: "2ae6fe3ee734b7fdf11335663e18c75ea12dccc76062f09f164a3b0f8be4371a",
			},
			"linux/arm64": {
				URL:    "https://github.com/aquasecurity/trivy/releases/download/v0.74.0/trivy_0.74.0_Linux-ARM64.tar.gz",
				SHA256: "b94ce1976bbf3c15b514b605ee88be7c6d94a29be2302847ff01cb794d47aad5",
			},
		},
		Source: Source{
			Dir: "trivy", Package: "github.com/aquasecurity/trivy/cmd/trivy", Takes: "10 to 20 minutes", Env: []string{"GOEXPERIMENT=jsonv2"},
			LDFlags: "-s -w -X github.com/aquasecurity/trivy/pkg/version/app.ver=0.74.0",
		},
	},
	{
		Name: "checkov", Version: "3.3.30", VersionArgs: []string{"--version"}, Requirements: "checkov/requirements.txt",
		Otherwise: "it takes Python 3.11 or newer with its module venv (on Debian: apt-get install python3-venv) and the Python Package Index, or checkov 3.3.30 on PATH",
	},
	{
		Name: "actionlint", Version: "1.7.12", VersionArgs: []string{"--version"},
		Source: Source{
			Dir: "actionlint", Package: "github.com/rhysd/actionlint/cmd/actionlint", Takes: "about a minute", LDFlags: "-s -w",
		},
	},
	{
		Name: "act", Version: "0.2.89", VersionArgs: []string{"--version"},
		Source: Source{Dir: "act", Package: "github.com/nektos/act", Takes: "about 3 minutes", LDFlags: "-s -w"},
	},
	{
		// Not the newest: some of what later ones are made of is not to be had from the module proxy. For the same reason
		// `go mod tidy` fails in its folder: its go.mod is what `go get -tool` made.
		Name: "goreleaser", Version: "2.16.0", VersionArgs: []string{"--version"},
		Source: Source{
			Dir: "goreleaser", Package: "github.com/goreleaser/goreleaser/v2", Takes: "about 6 minutes", LDFlags: "-s -w",
		},
	},
	{
		Name: "zizmor", Version: "1.32.0", VersionArgs: []string{"--version"}, Requirements: "zizmor/requirements.txt",
		Otherwise: "it takes Python 3.11 or newer with its module venv (on Debian: apt-get install python3-venv) and the Python Package Index, or zizmor 1.32.0 on PATH",
	},
	{
		// Any version: the tests ask for nothing that browsers changed in years.
		Name: "chromium", Names: []string{"chromium-browser", "google-chrome", "google-chrome-stable", "headless_shell"},
		VersionArgs: []string{"--version"}, Apt: []string{"chromium"},
		Otherwise: "install Chromium or Google Chrome so that chromium or google-chrome is on PATH",
	},
	{
		Name: "gcc", Names: []string{"cc", "clang"}, VersionArgs: []string{"--version"}, Apt: []string{"gcc", "libc6-dev"},
		Otherwise: "install a C compiler: `go test -race` needs one",
	},
}

func main() {
	dir := flag.String("dir", defaultDir(), "the `folder` that holds what is installed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "make tools:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stopped just above
	}
}

func run(ctx context.Context, dir string, names []string) error {
	in, err := newInstaller(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !slices.ContainsFunc(tools, func(t Tool) bool { return t.Name == n }) {
			return fmt.Errorf("there is no tool %q", n)
		}
	}
	var failed []error
	for _, t := range tools {
		if len(names) > 0 && !slices.Contains(names, t.Name) {
			continue
		}
		if err := in.install(ctx, t); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// defaultDir is ${LAYERBOT_TOOLS}, or layerbot/tools in the user's cache.
func defaultDir() string {
	if dir := os.Getenv("LAYERBOT_TOOLS"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "layerbot", "tools")
}
