// SPDX-License-Identifier: Apache-2.0

// Package standin installs Terraform providers that stand in for hashicorp/aws and hashicorp/helm, so that layers can be
// initialised, validated, planned and applied on a machine without AWS and without a registry.
package standin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// The versions that the stand-in answers to.
const (
	AWSVersion  = "5.100.0"
	HelmVersion = "2.17.0"
)

const module = "github.com/layerbot/layerbot/infra/test"

// Install lays out a mirror of providers in dir, and writes dir/terraformrc that leads Terraform there: set
// TF_CLI_CONFIG_FILE to it. It is to be called within the Go module of infra's tests.
//
// What is built is kept in the user's cache folder under the digest of its sources: the second call, also for another
// dir, copies nothing but links. Calls at the same time, also of several processes, do not disturb each other.
func Install(ctx context.Context, dir string) (mirror, terraformrc string, err error) {
	if mirror, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	built, err := build(ctx)
	if err != nil {
		return "", "", err
	}
	for name, version := range map[string]string{"aws": AWSVersion, "helm": HelmVersion} {
		if err := layOut(built, mirror, name, version); err != nil {
			return "", "", fmt.Errorf("install the stand-in of %s: %w", name, err)
		}
	}
	terraformrc = filepath.Join(mirror, "terraformrc")
	return mirror, terraformrc, replace(terraformrc, strings.NewReader(fmt.Sprintf(configuration, mirror)), 0o644)
}

// configuration of Terraform: no registry is asked for anything.
const configuration = `provider_installation {
  filesystem_mirror {
    path    = %q
    include = ["registry.terraform.io/hashicorp/*"]
  }
}
disable_checkpoint = true
`

// layOut puts one provider where Terraform looks for it. What is there already and the same is left alone.
func layOut(built, mirror, name, version string) error {
	dir := filepath.Join(mirror, "registry.terraform.io", "hashicorp", name, version, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(filepath.Join(dir, "large"), 0o755); err != nil {
		return err
	}
	files := map[string]string{"provider": "terraform-provider-" + name + "_v" + version, name + ".pb": name + ".pb"}
	large, err := filepath.Glob(filepath.Join(built, "large", name+"_*"))
	if err != nil {
		return err
	}
	for _, file := range large {
		part := filepath.Join("large", filepath.Base(file))
		files[part] = part
	}
	for from, to := range files {
		if err := link(filepath.Join(built, from), filepath.Join(dir, to)); err != nil {
			return err
		}
	}
	return nil
}

// link makes to the same file as from: a hard link, or a copy where there can be none.
func link(from, to string) error {
	a, err := os.Stat(from)
	if err != nil {
		return err
	}
	if b, err := os.Stat(to); err == nil && (os.SameFile(a, b) || a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())) {
		return nil
	}
	beside := fmt.Sprintf("%s.%d.new", to, os.Getpid())
	_ = os.Remove(beside)
	if os.Link(from, beside) == nil {
		err := os.Rename(beside, to)
		_ = os.Remove(beside) // a rename to another name of the same file leaves both
		return err
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := replace(to, f, a.Mode()); err != nil {
		return err
	}
	return os.Chtimes(to, a.ModTime(), a.ModTime())
}

// replace writes a file beside its place and renames it, so that nobody sees half of it.
func replace(path string, content io.Reader, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, content)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), mode); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// build is the folder of the binary and the schemas, made if the cache has none for these sources.
func build(ctx context.Context) (string, error) {
	root, err := run(ctx, "", "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return "", err
	}
	sum, err := digest(root)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	cache = filepath.Join(cache, "layerbot", "standin")
	built := filepath.Join(cache, sum)
	if _, err := os.Stat(built); err == nil {
		return built, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	made, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(made)
	if err := os.Chmod(made, 0o755); err != nil {
		return "", err
	}
	if _, err := run(ctx, root, "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(made, "provider"), "./standin/provider"); err != nil {
		return "", err
	}
	if _, err := run(ctx, root, "run", "./standin/pack", made); err != nil {
		return "", err
	}
	if err := os.Rename(made, built); err != nil {
		if _, there := os.Stat(built); there == nil {
			return built, nil // another process was faster
		}
		return "", err
	}
	return built, nil
}

// digest is of all that decides what is built.
func digest(root string) (string, error) {
	files := []string{filepath.Join(root, "go.mod")}
	err := filepath.WalkDir(filepath.Join(root, "standin"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(files)
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", strings.TrimPrefix(file, root), len(data), data)
	}
	return hex.EncodeToString(h.Sum(nil))[:24], nil
}

func run(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, problem.String())
	}
	return strings.TrimSpace(string(out)), nil
}
