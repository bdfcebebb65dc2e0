// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Tool is a program and the ways to get it.
type Tool struct {
	Name        string
	Names       []string // what else it is called on PATH
	Version     string   // exact; "" takes any
	VersionArgs []string // print the version

	Releases     map[string]Release // by system/processor
	Source       Source
	Requirements string   // of a Python program: the file, below the folder of Source's, that pins all it is made of
	Apt          []string // Debian packages, for a tool that has no version of its own here
	Otherwise    string   // what a person can do where nothing worked
}

// A Release is a zip or tar.gz file that holds the program at its root.
type Release struct{ URL, SHA256 string }

// A Source is a Go program in a module of this repository that pins all it is made of.
type Source struct {
	Dir, Package, LDFlags, Takes string
	Env                          []string // of the build, beside the surrounding one
}

// An installer keeps tools in a folder: NAME-VERSION/NAME for each, and bin/NAME for those in use.
type installer struct {
	dir    string
	path   []string // folders to look in, without our own
	source string   // the folder that holds the modules of Source
	out    io.Writer
	http   *http.Client
}

func newInstaller(dir string) (*installer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	source, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	path := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(p string) bool { return p == filepath.Join(dir, "bin") })
	return &installer{dir: dir, path: path, source: source, out: os.Stderr, http: &http.Client{Timeout: 10 * time.Minute}}, nil
}

// install puts t in place, or says why it cannot and what to do.
func (in *installer) install(ctx context.Context, t Tool) error {
	for _, way := range []func(context.Context, Tool) (string, error){in.onPath, in.kept, in.released, in.built, in.indexed, in.packaged} {
		program, err := way(ctx, t)
		if errors.Is(err, errNotThisWay) {
			continue
		}
		if err != nil {
			in.say("%s: %v", t.Name, err)
			continue
		}
		in.say("%-14s %-8s %s", t.Name, t.Version, program)
		return in.link(t.Name, program)
	}
	hint := t.Otherwise
	if hint == "" {
		hint = fmt.Sprintf("put %s %s on PATH, or give this machine access to the Go module proxy, and run `make tools` again", t.Name, t.Version)
	}
	return fmt.Errorf("%s cannot be had: %s", t.Name, hint)
}

// errNotThisWay says that a tool is not to be had in some way, which is no failure.
var errNotThisWay = errors.New("not this way")

func (in *installer) say(format string, args ...any) { fmt.Fprintf(in.out, format+"\n", args...) }

// onPath looks for the tool in the folders of PATH.
func (in *installer) onPath(ctx context.Context, t Tool) (string, error) {
	for _, dir := range in.path {
		for _, name := range append([]string{t.Name}, t.Names...) {
			program := filepath.Join(dir, name)
			if info, err := os.Stat(program); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
				continue
			}
			if v, err := versionOf(ctx, program, t); err == nil && (t.Version == "" || v == t.Version) {
				return program, nil
			}
		}
	}
	return "", errNotThisWay
}

var versionNumber = regexp.MustCompile(`\d+\.\d+[0-9A-Za-z.+-]*`)

func versionOf(ctx context.Context, program string, t Tool) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, t.VersionArgs...)
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1") // Terraform asks HashiCorp for news otherwise
	out, err := cmd.Output()
	return versionNumber.FindString(string(out)), err
}

// place is where a tool that is installed here stands.
func (in *installer) place(t Tool) string {
	return filepath.Join(in.dir, t.Name+"-"+t.Version, t.Name)
}

func (in *installer) kept(_ context.Context, t Tool) (string, error) {
	_, err := os.Stat(in.place(t))
	if t.Version == "" || err != nil || t.Requirements != "" && !in.sound(t) {
		return "", errNotThisWay
	}
	return in.place(t), nil
}

func (in *installer) released(ctx context.Context, t Tool) (string, error) {
	r, ok := t.Releases[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return "", errNotThisWay
	}
	in.say("%s %s: downloading %s", t.Name, t.Version, r.URL)
	return in.put(ctx, t, func(to string) error { return in.download(ctx, r, t.Name, to) })
}

func (in *installer) built(ctx context.Context, t Tool) (string, error) {
	if t.Source.Dir == "" {
		return "", errNotThisWay
	}
	in.say("%s %s: building it from source, %s on two cores", t.Name, t.Version, t.Source.Takes)
	return in.put(ctx, t, func(to string) error {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", t.Source.LDFlags, "-o", to, t.Source.Package)
		cmd.Dir = filepath.Join(in.source, t.Source.Dir)
		cmd.Env = slices.Concat(os.Environ(), []string{"CGO_ENABLED=0", "GOWORK=off"}, t.Source.Env)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w\n%s", t.Source.Package, err, lastLines(string(out), 10))
		}
		return nil
	})
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// packaged installs Debian packages, which takes root, and then looks on PATH again.
func (in *installer) packaged(ctx context.Context, t Tool) (string, error) {
	if len(t.Apt) == 0 {
		return "", errNotThisWay
	}
	if err := in.aptGet(ctx, t.Apt...); err != nil {
		return "", err
	}
	return in.onPath(ctx, t)
}

func (in *installer) aptGet(ctx context.Context, packages ...string) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return errNotThisWay
	}
	in.say("apt-get install %s", strings.Join(packages, " "))
	for _, args := range [][]string{{"update"}, append([]string{"install", "-y", "--no-install-recommends"}, packages...)} {
		cmd := exec.CommandContext(ctx, apt, args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, lastLines(string(out), 5))
		}
	}
	return nil
}

// put has a program made in a folder of its own, checks its version and moves it into place whole.
func (in *installer) put(ctx context.Context, t Tool, make func(to string) error) (string, error) {
	place := in.place(t)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil { //nolint:gosec // programs for everyone on the machine
		return "", err
	}
	tmp, err := os.MkdirTemp(in.dir, ".new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	program := filepath.Join(tmp, t.Name)
	if err := make(program); err != nil {
		return "", err
	}
	switch v, err := versionOf(ctx, program, t); {
	case err != nil:
		return "", fmt.Errorf("what came does not run: %w", err)
	case v != t.Version:
		return "", fmt.Errorf("what came is version %q, not %s", v, t.Version)
	}
	return place, os.Rename(program, place)
}

// link points bin/NAME to program.
func (in *installer) link(name, program string) error {
	link := filepath.Join(in.dir, "bin", name)
	if to, err := os.Readlink(link); err == nil && to == program {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil { //nolint:gosec // programs for everyone on the machine
		return err
	}
	tmp := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(program, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, link)
}
