// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-exec/tfexec"
)

// A tool is a program that was found.
type tool struct {
	path    string
	name    string // "terraform" or "tofu"
	version *version.Version
}

// A ToolError says that no fitting Terraform is at hand.
type ToolError struct {
	Tool   string // "terraform" or "tofu"
	Found  string // a version that does not fit, "" when there is none
	Old    bool   // it is older than any that is run
	Needs  string // "1.11.4", or constraints
	Broken error  // why a program that is on PATH does not tell its version; nil when each does
	Err    error  // why it could not be installed; nil when that was not tried
}

func (e *ToolError) Error() string {
	msg := e.Tool + " is not on PATH"
	switch {
	case e.Found != "":
		msg = fmt.Sprintf("%s %s is on PATH", e.Tool, e.Found)
	case e.Broken != nil:
		msg = fmt.Sprintf("the %s on PATH does not run: %v", e.Tool, e.Broken)
	}
	if e.Needs != "" {
		msg += ", " + e.Needs + " is needed"
	}
	if e.Old {
		msg += ", and none before " + oldest.String() + " is run"
	}
	if e.Err != nil {
		msg += ", and it could not be installed: " + e.Err.Error()
	}
	return msg
}

func (e *ToolError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *ToolError) Hint() string {
	switch {
	case e.Tool == "tofu":
		return "install OpenTofu " + e.Needs + " (https://opentofu.org/docs/intro/install) and put it on PATH"
	case e.Err != nil:
		return "see that releases.hashicorp.com can be reached, or put terraform " + e.Needs + " on PATH"
	}
	return "put terraform " + e.Needs + " on PATH, or let Layerbot install it; `version` in the terraform block of .github/layerbot.hcl chooses another"
}

// tools finds programs and remembers their versions.
type tools struct {
	dir      string // of the tool cache
	search   string // PATH
	env      []string
	download bool
	releases string // base address of the releases site; "" is HashiCorp's

	mu    sync.Mutex
	known map[string]*version.Version // by probe key
}

// need is what a job asks for.
type need struct {
	name string // "terraform" or "tofu"
	text string // for people
	fits func(*version.Version) bool
	exact,
	constraints string
}

// oldest is the oldest version that is run, whatever a layer asks for: those before have no JSON of all that is read
// here, and the first of them take providers from where a pull request can put them.
var oldest = version.Must(version.NewVersion("1.0.0"))

// needed returns what job asks for.
func needed(job Job) (need, error) {
	n := need{name: job.Tool, fits: oldest.LessThanOrEqual}
	if n.name == "" {
		n.name = "terraform"
	}
	if n.name != "terraform" && n.name != "tofu" {
		return n, fmt.Errorf("unknown tool %q", n.name)
	}
	switch {
	case job.Version != "":
		want, err := version.NewVersion(job.Version)
		if err != nil {
			return n, fmt.Errorf("version %q: %w", job.Version, err)
		}
		n.text, n.exact, n.fits = want.String(), want.String(), func(v *version.Version) bool { return want.Equal(v) && oldest.LessThanOrEqual(v) }
	case job.Target.RequiredVersion != "":
		want, err := version.NewConstraint(job.Target.RequiredVersion + ", >= " + oldest.String())
		if err != nil {
			return n, fmt.Errorf("required_version %q: %w", job.Target.RequiredVersion, err)
		}
		n.text, n.constraints, n.fits = job.Target.RequiredVersion, want.String(), want.Check
	}
	return n, nil
}

// find returns a program that fits job: from PATH, else from the cache, else from the network if that is allowed.
func (t *tools) find(ctx context.Context, job Job, dir string) (tool, error) {
	n, err := needed(job)
	if err != nil {
		return tool{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	missing := &ToolError{Tool: n.name, Needs: n.text}
	for _, path := range append(t.onPath(n.name), t.inCache(n.name)...) {
		v, err := t.version(ctx, path, dir)
		switch {
		case ctx.Err() != nil:
			return tool{}, ctx.Err()
		case err != nil:
			missing.Broken = err
		case n.fits(v):
			return tool{path, n.name, v}, nil
		case missing.Found == "":
			missing.Found, missing.Old = v.String(), v.LessThan(oldest)
		}
	}
	if !t.download || n.name != "terraform" {
		return tool{}, missing
	}
	path, err := t.install(ctx, n)
	if err != nil {
		missing.Err = err
		return tool{}, missing
	}
	v, err := t.version(ctx, path, dir)
	return tool{path, n.name, v}, err
}

// onPath returns the programs called name, in the order of PATH.
func (t *tools) onPath(name string) []string {
	var paths []string
	for _, dir := range filepath.SplitList(t.search) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); filepath.IsAbs(path) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			paths = append(paths, path)
		}
	}
	return paths
}

// inCache returns the programs called name that were installed before.
func (t *tools) inCache(name string) []string {
	paths, _ := filepath.Glob(filepath.Join(t.dir, name+"-*", name))
	return paths
}

// version returns the version of the program at path. Starting it takes longer than a trivial plan needs, so the
// answer is kept by what tells one file from another. A script is asked anew in every folder: version managers
// put scripts on PATH that choose by the folder.
func (t *tools) version(ctx context.Context, path, dir string) (*version.Version, error) {
	key, script, err := fileKey(path)
	if err != nil {
		return nil, err
	}
	if script {
		key += "\x00" + dir
	}
	if v := t.known[key]; v != nil {
		return v, nil
	}
	sum := sha256.Sum256([]byte(key))
	kept := filepath.Join(t.dir, "version-"+hex.EncodeToString(sum[:12]))
	if data, err := os.ReadFile(kept); err == nil && !script {
		if v, err := version.NewVersion(string(data)); err == nil {
			t.known[key] = v
			return v, nil
		}
	}
	v, err := t.ask(ctx, path, dir)
	if err != nil {
		return nil, err
	}
	t.known[key] = v
	if !script {
		err = os.WriteFile(kept, []byte(v.String()), 0o644)
	}
	return v, err
}

// fileKey names the content of a program without reading all of it, and tells whether it is a script.
func fileKey(path string) (key string, script bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", false, err
	}
	var magic [2]byte
	_, _ = f.Read(magic[:]) // too short is no script
	key = fmt.Sprintf("%s\x00%d\x00%d", path, info.ModTime().UnixNano(), info.Size())
	return key, string(magic[:]) == "#!", nil
}

// ask starts the program at path to learn its version.
func (t *tools) ask(ctx context.Context, path, dir string) (*version.Version, error) {
	tf, err := tfexec.NewTerraform(dir, path)
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for _, kv := range t.env {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	if err := tf.SetEnv(tfexec.CleanEnv(env)); err != nil {
		return nil, err
	}
	found, _, err := tf.Version(ctx, true)
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	return found, nil
}
