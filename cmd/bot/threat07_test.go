// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/aws/trust"
	"github.com/layerbot/layerbot/internal/awstest"
)

// The session of a plan reads the state of its own target and of those that it builds on, and writes nothing but its own lock, on an
// S3 that enforces that; the role itself, without the session's bounds, may do all of it.
func TestThreat07StateOfOtherLayers(t *testing.T) {
	t.Parallel()
	const role, bucket = "arn:aws:iam::111122223333:role/layerbot-plan", "acme-state-dev"
	state := func(layer string) []byte {
		return fmt.Appendf(nil, `{"version": 4, "terraform_version": "1.5.0", "serial": 7, "lineage": "6a2f0c3e-0000-4000-8000-000000000001",`+
			`"outputs": {"layer": {"value": %q, "type": "string"}}, "resources": []}`, layer)
	}
	c := s3(t, bucket, role)
	for _, layer := range []string{"compute", "network", "data"} {
		if err := c.minio.Put(t.Context(), bucket, layer+"/terraform.tfstate", state(layer)); err != nil {
			t.Fatal(err)
		}
	}
	object := func(layer string) aws.Object { return aws.Object{Bucket: bucket, Key: layer + "/terraform.tfstate"} }
	bounds := &aws.State{Own: object("compute"), Reads: []aws.Object{object("network")}}
	nowhere := &aws.State{Buckets: []string{bucket}}
	elsewhere := &aws.State{Own: aws.Object{Bucket: "spies", Key: "x"}, Buckets: []string{bucket}}

	for name, tt := range map[string]struct {
		bounds  *aws.State
		layer   string
		args    []string // of terraform
		denied  bool
		written bool // the state is another afterwards
	}{
		"its own state is read":                {bounds, "compute", []string{"state", "pull"}, false, false},
		"a state that it builds on is read":    {bounds, "network", []string{"state", "pull"}, false, false},
		"another layer's state is not read":    {bounds, "data", []string{"state", "pull"}, true, false},
		"its own state is locked and released": {bounds, "compute", []string{"plan", "-lock=true", "-input=false"}, false, false},
		"its own state is not written":         {bounds, "compute", []string{"state", "push", "new.tfstate"}, true, false},
		"nor is one that it builds on":         {bounds, "network", []string{"state", "push", "-lock=false", "new.tfstate"}, true, false},
		"nor is another one locked":            {bounds, "network", []string{"plan", "-lock=true", "-input=false"}, true, false},
		"an apply writes nothing":              {bounds, "compute", []string{"apply", "-auto-approve", "-input=false"}, true, false},
		"without a state no other is read":     {nowhere, "data", []string{"state", "pull"}, true, false},
		"nor with one in another bucket":       {elsewhere, "data", []string{"state", "pull"}, true, false},
		"unbounded, another state is read":     {nil, "data", []string{"state", "pull"}, false, false},
		"unbounded, a state is written":        {nil, "data", []string{"state", "push", "new.tfstate"}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			key := tt.layer + "/terraform.tfstate"
			before, _, err := c.minio.Get(t.Context(), bucket, key)
			if err != nil {
				t.Fatal(err)
			}
			out, err := c.terraform(t, &aws.Grant{Role: role, Region: "eu-west-1", Session: "layerbot-test", State: tt.bounds}, bucket, key, tt.args...)
			switch {
			case tt.denied && (err == nil || !strings.Contains(out, "AccessDenied") && !strings.Contains(out, "StatusCode: 403")):
				t.Errorf("not denied: %v\n%s", err, out)
			case !tt.denied && err != nil:
				t.Errorf("%v\n%s", err, out)
			}
			after, ok, err := c.minio.Get(t.Context(), bucket, key)
			if err != nil || !ok || bytes.Equal(before, after) == tt.written {
				t.Errorf("afterwards the state is %v %s %v", ok, after, err)
			}
			if _, locked, err := c.minio.Get(t.Context(), bucket, key+".tflock"); err != nil || locked {
				t.Errorf("a lock is left: %v", err)
			}
		})
	}
}

// s3 starts a MinIO with a bucket, and an STS with a role that may do everything.
func s3(t *testing.T, bucket, role string) *cloud {
	t.Helper()
	c := &cloud{}
	t.Cleanup(c.close)
	policy, err := os.ReadFile(filepath.Join("..", "..", "examples", "aws", "trust-plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("minio")
	if err != nil {
		t.Fatal(err)
	}
	if c.issuer, err = awstest.NewIssuer(); err != nil {
		t.Fatal(err)
	}
	c.started = append(c.started, c.issuer)
	if c.minio, err = awstest.NewMinIO(t.Context(), program, t.TempDir(), c.issuer, bucket); err != nil {
		t.Fatal(err)
	}
	c.started = append(c.started, c.minio)
	if c.sts, err = awstest.NewSTS(c.issuer, c.minio, awstest.Role{ARN: role, Trust: string(policy)}); err != nil {
		t.Fatal(err)
	}
	c.started = append(c.started, c.sts)
	return c
}

// terraform runs a command over a configuration that keeps its state in S3, with the credentials that a plan is given.
func (c *cloud) terraform(t *testing.T, g *aws.Grant, bucket, key string, args ...string) (string, error) {
	t.Helper()
	var plan trust.Subject
	repository := trust.Repository{Owner: "acme", Name: "infra", OwnerID: "1111111", ID: "2222222",
		Workflow: "layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567"}
	for _, s := range trust.Subjects(repository, "prod", "prod") {
		if s.Wanted(trust.Plan) {
			plan = s
		}
	}
	env := c.issuer.Job(plan.Claims)
	env["AWS_ENDPOINT_URL_STS"], env["AWS_ENDPOINT_URL_S3"] = c.sts.URL, c.minio.URL
	readers := aws.NewReaders(aws.Options{Environ: env})
	defer readers.Close()
	creds, err := readers.Credentials(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.tf": fmt.Sprintf(`terraform {
  backend "s3" {
    bucket                      = %q
    key                         = %q
    region                      = "eu-west-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_s3_checksum            = true
  }
}
output "layer" {
  value = "written"
}
`, bucket, key),
		"new.tfstate": `{"version": 4, "terraform_version": "1.5.0", "serial": 8, "lineage": "6a2f0c3e-0000-4000-8000-000000000001",` +
			`"outputs": {}, "resources": []}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var all bytes.Buffer
	for _, args := range [][]string{{"init", "-input=false", "-lock=false"}, args} {
		cmd := exec.CommandContext(t.Context(), "terraform", args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &all, &all
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1"}
		for name, value := range creds.Environ() {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		if err := cmd.Run(); err != nil {
			return all.String(), err
		}
	}
	return all.String(), nil
}
