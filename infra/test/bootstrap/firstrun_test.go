// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layerbot/layerbot/internal/awstest"
)

// A place is a checkout, an S3, and what bootstrap.sh is run with.
type place struct {
	infra string
	store *awstest.Store
	env   []string
}

// at makes a place for the environment sbx, with its bucket.
func at(t *testing.T) *place {
	t.Helper()
	store, err := awstest.NewStore(bucket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	infra := filepath.Join(checkout(t), "infra")
	// What Terraform needs to take this S3 for AWS's; nothing else differs from the committed file.
	backend := filepath.Join(infra, "01-bootstrap", "environments", "sbx", "backend-config.hcl")
	write(t, backend, read(t, backend)+`
skip_credentials_validation = true
skip_metadata_api_check     = true
skip_region_validation      = true
skip_requesting_account_id  = true
skip_s3_checksum            = true
use_path_style              = true
`)
	env := append(environ(t), "AWS_ENDPOINT_URL_S3="+store.URL, "AWS_ACCESS_KEY_ID=administrator", "AWS_SECRET_ACCESS_KEY=of-sbx")
	return &place{infra, store, env}
}

// bootstrap runs the script with answers, and returns its exit code and what it said.
func (p *place) bootstrap(t *testing.T, answers string, args ...string) (int, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.infra, "scripts", "bootstrap.sh"), args...)
	cmd.Dir, cmd.Env, cmd.Stdin = t.TempDir(), p.env, strings.NewReader(answers)
	out, _ := cmd.CombinedOutput()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("bootstrap.sh %v: %d\n%s", args, cmd.ProcessState.ExitCode(), out)
		}
	})
	return cmd.ProcessState.ExitCode(), string(out)
}

// left returns what stands in the layer and was not there before.
func (p *place) left(t *testing.T) (all []string) {
	t.Helper()
	layer := filepath.Join(p.infra, "01-bootstrap")
	for _, pattern := range []string{"*.tfstate*", "*override*", "*.tfplan", ".terraform/first-run-*", ".terraform/*/*.tfstate"} {
		found, err := filepath.Glob(filepath.Join(layer, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

const bucket = "layerbot-sbx-euw1-state"

// resources returns how many resources the state in the bucket has.
func (p *place) resources(t *testing.T) int {
	t.Helper()
	src, there, err := p.store.Get(bucket, "bootstrap/terraform.tfstate")
	if err != nil {
		t.Fatal(err)
	}
	if !there {
		return 0
	}
	var state struct{ Resources []any }
	if err := json.Unmarshal(src, &state); err != nil {
		t.Fatal(err)
	}
	return len(state.Resources)
}

// made answers for the bucket from when there is a state with it, as AWS does from when it is made: the stand-in makes none.
func (p *place) made(t *testing.T) {
	t.Helper()
	local := filepath.Join(p.infra, "01-bootstrap", ".terraform", "first-run-sbx", "local.tfstate")
	var seen atomic.Bool
	p.store.Refuse(func(w http.ResponseWriter, r *http.Request) bool {
		if src, err := os.ReadFile(local); err == nil && strings.Contains(string(src), `"aws_s3_bucket"`) {
			seen.Store(true)
		}
		return !seen.Load() && unknown(w, r)
	})
}

// unknown answers as S3 does of a bucket that is not there.
func unknown(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>`)
	return true
}

func TestFirstRunEndsWithTheStateInItsOwnBucket(t *testing.T) {
	p := at(t)
	p.made(t)
	code, said := p.bootstrap(t, "yes\n", "sbx")
	if code != 0 || !strings.Contains(said, "Done: the state is in s3://"+bucket) || !strings.Contains(said, "account 123456789012") {
		t.Errorf("exit code %d", code)
	}
	if p.resources(t) < 20 {
		t.Errorf("the state in the bucket has %d resources", p.resources(t))
	}
	keys, err := p.store.Objects(bucket)
	if err != nil || len(keys) != 1 {
		t.Errorf("in the bucket are %v, %v", keys, err)
	}
	if left := p.left(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// A second time there is nothing to run for the first time.
	if code, said := p.bootstrap(t, "yes\n", "sbx"); code != 1 || !strings.Contains(said, "is there already") {
		t.Errorf("a second time: exit code %d", code)
	}
}

func TestFirstRunMakesNothingWithoutYes(t *testing.T) {
	for _, answer := range []string{"no\n", "y\n", ""} {
		p := at(t)
		p.made(t)
		code, said := p.bootstrap(t, answer, "sbx")
		if code != 1 || !strings.Contains(said, "nothing was made") || strings.Contains(said, "Apply complete") {
			t.Errorf("%q: exit code %d", answer, code)
		}
		if _, err := os.Stat(filepath.Join(p.infra, "01-bootstrap", ".terraform", "first-run-sbx", "local.tfstate")); err == nil {
			t.Errorf("%q: there is a state", answer)
		}
	}
}

// The bucket takes a while to be seen: the state stays here, and the same command goes on with it.
func TestFirstRunGoesOnWhereItWas(t *testing.T) {
	p := at(t)
	p.store.Refuse(unknown)
	if code, said := p.bootstrap(t, "yes\n", "sbx"); code == 0 || !strings.Contains(said, "Apply complete") {
		t.Fatalf("without a bucket: exit code %d", code)
	}
	p.store.Refuse(nil)
	code, said := p.bootstrap(t, "", "sbx")
	if code != 0 || strings.Contains(said, "Make this") || p.resources(t) < 20 {
		t.Errorf("the second time: exit code %d, %d resources in the bucket", code, p.resources(t))
	}
}

func TestFirstRunIsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"an unknown flag", []string{"sbx", "--auto-approve"}, "unknown flag --auto-approve"},
		{"no environment", nil, "one environment, not 0 names"},
		{"two environments", []string{"sbx", "prod"}, "one environment, not 2 names"},
		{"an unknown environment", []string{"staging"}, "there is no environment staging"},
		{"a path", []string{"../sbx"}, "there is no environment ../sbx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := at(t)
			p.store.Refuse(unknown)
			if code, said := p.bootstrap(t, "yes\n", c.args...); code != 1 || !strings.Contains(said, c.says) || strings.Contains(said, "== ") {
				t.Errorf("exit code %d: %s", code, said)
			}
		})
	}
	t.Run("the bucket is there", func(t *testing.T) {
		p := at(t)
		if code, said := p.bootstrap(t, "yes\n", "sbx"); code != 1 || !strings.Contains(said, "is there already") || len(p.left(t)) != 0 {
			t.Errorf("exit code %d, left %v", code, p.left(t))
		}
	})
	t.Run("S3 cannot be asked", func(t *testing.T) {
		p := at(t)
		p.store.Close()
		p.env = append(p.env, "AWS_MAX_ATTEMPTS=1")
		if code, said := p.bootstrap(t, "yes\n", "sbx"); code != 1 || !strings.Contains(said, "cannot be told") {
			t.Errorf("exit code %d", code)
		}
	})
}
