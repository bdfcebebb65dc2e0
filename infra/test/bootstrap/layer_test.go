// SPDX-License-Identifier: Apache-2.0

// Package bootstrap plays infra/01-bootstrap: whom its roles admit, what they may do, and its first run.
package bootstrap

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/standin"
	"github.com/layerbot/layerbot/infra/test/tree"
)

// accounts are those of 00-config.auto.tfvars.
var accounts = map[string]string{"dev": "111122223333", "test": "444455556666", "prod": "777788889999", "sbx": "123456789012"}

// A layer is 01-bootstrap of one environment, applied with the provider that stands in for AWS.
type layer struct {
	environment string
	outputs     map[string]string
	resources   []resource
}

type resource struct {
	Address, Type, Mode string
	Values              map[string]any
}

func (r resource) text(name string) string {
	s, _ := r.Values[name].(string)
	return s
}

var applied = struct {
	sync.Mutex
	layers map[string]*layer
}{layers: map[string]*layer{}}

// apply returns the layer of an environment, applied once for all tests.
func apply(t *testing.T, environment string) *layer {
	t.Helper()
	applied.Lock()
	defer applied.Unlock()
	if l := applied.layers[environment]; l != nil {
		return l
	}
	dir := filepath.Join(checkout(t), "infra", "01-bootstrap")
	write(t, filepath.Join(dir, "local_override.tf"), "terraform {\n  backend \"local\" {}\n}\n")
	variables := []string{"-var-file=../common.auto.tfvars", "-var-file=environments/" + environment + "/00-config.auto.tfvars"}
	terraform(t, dir, "init", "-input=false")
	terraform(t, dir, append([]string{"apply", "-input=false", "-auto-approve"}, variables...)...)
	terraform(t, dir, append([]string{"plan", "-input=false", "-detailed-exitcode"}, variables...)...) // 2 if it would change something

	var shown struct {
		Values struct {
			Outputs map[string]struct{ Value string }
			Root    struct{ Resources []resource } `json:"root_module"`
		}
	}
	if err := json.Unmarshal(terraform(t, dir, "show", "-json"), &shown); err != nil {
		t.Fatal(err)
	}
	l := &layer{environment: environment, resources: shown.Values.Root.Resources, outputs: map[string]string{}}
	for name, o := range shown.Values.Outputs {
		l.outputs[name] = o.Value
	}
	applied.layers[environment] = l
	return l
}

// checkout returns a copy of infra that a test may leave things in, without infra/test.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for _, part := range []string{"01-bootstrap", "modules", "scripts", "common.auto.tfvars"} {
		from := filepath.Join(root, "infra", part)
		err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == ".terraform" {
				return skip(err)
			}
			rel, err := filepath.Rel(root, path)
			if err != nil || d.IsDir() {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			dest := filepath.Join(to, rel)
			if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
				return err
			}
			return os.WriteFile(dest, src, 0o700)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// skip skips a folder, unless there was an error.
func skip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

var configuration = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "bootstrap-standin-")
	if err != nil {
		return "", err
	}
	made = dir
	_, rc, err := standin.Install(context.Background(), dir)
	return rc, err
})

var made string // by configuration

func TestMain(m *testing.M) {
	code := m.Run()
	if made != "" {
		os.RemoveAll(made)
	}
	os.Exit(code)
}

// environ is what Terraform gets: nothing of AWS, and nothing that steers it.
func environ(t *testing.T) []string {
	t.Helper()
	rc, err := configuration()
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "NO_COLOR=1", "TF_CLI_CONFIG_FILE=" + rc,
	}
}

func terraform(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "terraform", args...)
	cmd.Dir, cmd.Env = dir, environ(t)
	var out, failure bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failure
	if err := cmd.Run(); err != nil {
		t.Fatalf("terraform %s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), failure.Bytes())
	}
	return out.Bytes()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// of returns the managed resources of a type.
func (l *layer) of(kind string) (all []resource) {
	for _, r := range l.resources {
		if r.Mode == "managed" && r.Type == kind {
			all = append(all, r)
		}
	}
	return all
}

// one returns the resource of an address.
func (l *layer) one(t *testing.T, address string) resource {
	t.Helper()
	for _, r := range l.resources {
		if r.Address == address {
			return r
		}
	}
	t.Fatalf("%s: there is no %s", l.environment, address)
	return resource{}
}

// policies returns the statements of the policies that are attached to a role and made here, and the names of AWS's own.
func (l *layer) policies(t *testing.T, role string) (statements []iam.Statement, aws []string) {
	t.Helper()
	for _, a := range l.of("aws_iam_role_policy_attachment") {
		if a.text("role") != role {
			continue
		}
		arn := a.text("policy_arn")
		found := false
		for _, p := range l.of("aws_iam_policy") {
			if p.text("arn") == arn {
				statements, found = append(statements, parse(t, p.text("policy"))...), true
			}
		}
		if !found {
			aws = append(aws, arn[strings.LastIndex(arn, "/")+1:])
		}
	}
	return statements, aws
}

func parse(t *testing.T, document string) []iam.Statement {
	t.Helper()
	statements, err := iam.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	return statements
}

// id is the prefix of names.
func (l *layer) id() string { return "layerbot-" + l.environment + "-euw1" }
