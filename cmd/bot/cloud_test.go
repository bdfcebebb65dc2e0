// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/examples"
	"github.com/layerbot/layerbot/internal/aws/trust"
	"github.com/layerbot/layerbot/internal/awstest"
	"github.com/layerbot/layerbot/internal/phase"
)

// A cloud is one script's AWS: roles that jobs assume by OIDC, and states in S3.
type cloud struct {
	issuer *awstest.Issuer
	sts    *awstest.STS
	store  *awstest.Store // or
	minio  *awstest.MinIO

	claims map[string]string // that differ from what GitHub would say of a job
	none   bool              // jobs may not ask for tokens

	started []io.Closer
}

// cloudEnvs are the environments of the sample repository; each has a bucket, a plan role and an apply role of its own.
var cloudEnvs = []string{"dev", "test", "prod"}

func bucketOf(env string) string { return "acme-state-" + env }

func roleOf(kind, env string) string {
	return "arn:aws:iam::111122223333:role/layerbot-" + kind + "-" + env
}

// cloud [minio] starts an AWS; its S3 is MinIO, which enforces policies, or one that asks nobody.
func (s *stage) startCloud(ts *testscript.TestScript, neg bool, args []string) {
	c := &cloud{}
	s.cloud = c
	var err error
	c.issuer, err = awstest.NewIssuer()
	ts.Check(err)
	c.started = append(c.started, c.issuer)
	var buckets []string
	var roles []awstest.Role
	for _, env := range cloudEnvs {
		buckets = append(buckets, bucketOf(env))
		for _, kind := range []string{"plan", "apply"} {
			policy, err := os.ReadFile(filepath.Join(s.examples, "aws", "trust-"+kind+".json"))
			ts.Check(err)
			roles = append(roles, awstest.Role{ARN: roleOf(kind, env), Trust: strings.ReplaceAll(string(policy), "prod", env)})
		}
	}
	if slices.Contains(args, "minio") {
		program, err := exec.LookPath("minio")
		ts.Check(err)
		dir := filepath.Join(s.work, "minio")
		ts.Check(os.Mkdir(dir, 0o700))
		c.minio, err = awstest.NewMinIO(context.Background(), program, dir, c.issuer, buckets...)
		ts.Check(err)
		c.started = append(c.started, c.minio)
	} else {
		c.store, err = awstest.NewStore(buckets...)
		ts.Check(err)
		c.started = append(c.started, c.store)
	}
	c.sts, err = awstest.NewSTS(c.issuer, c.minio, roles...)
	ts.Check(err)
	c.started = append(c.started, c.sts)
}

func (c *cloud) close() {
	for _, server := range slices.Backward(c.started) {
		_ = server.Close() // the script has ended; its result stands
	}
}

// job returns what a job with Terraform has of AWS: the way to OIDC tokens with the claims that GitHub would give it.
func (c *cloud) job(t *phase.Ticket, env string) []string {
	kind, ref := "plan-", fmt.Sprintf("refs/pull/%d/merge", t.PullRequest)
	if t.Work == phase.Applying || t.Work == phase.Unlocking {
		kind, ref = "", "refs/heads/"+t.BaseRef
	}
	var url string
	if c.minio != nil {
		url = c.minio.URL
	} else {
		url = c.store.URL
	}
	claims := trust.Claims{
		"sub": "repo:acme/infra:environment:" + kind + env, "environment": kind + env, "ref": ref,
		"repository": "acme/infra", "repository_id": "2222222", "repository_owner": "acme",
		"job_workflow_ref": "layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567", "event_name": t.Event,
	}
	maps.Copy(claims, c.claims)
	vars := c.issuer.Job(claims)
	if c.none {
		clear(vars)
	}
	maps.Copy(vars, map[string]string{"AWS_ENDPOINT_URL_STS": c.sts.URL, "AWS_ENDPOINT_URL_S3": url})
	var out []string
	for name, value := range vars {
		out = append(out, name+"="+value)
	}
	return out
}

// oidc [CLAIM=VALUE]… changes what GitHub says of the jobs from now on; `none` keeps them from asking.
func (s *stage) oidc(ts *testscript.TestScript, neg bool, args []string) {
	s.cloud.claims, s.cloud.none = map[string]string{}, slices.Contains(args, "none")
	for _, a := range args {
		if name, value, ok := strings.Cut(a, "="); ok {
			s.cloud.claims[name] = value
		}
	}
}

// stsFails CODE N lets STS answer the next N requests with an error.
func (s *stage) stsFails(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	s.cloud.sts.Fail(args[0], n)
}

// sessions prints who was given which role, and the session policies' lengths.
func (s *stage) sessions(ts *testscript.TestScript, neg bool, args []string) {
	if neg && len(s.cloud.sts.Sessions()) > 0 {
		ts.Fatalf("there are sessions: %v", s.cloud.sts.Sessions())
	}
	for _, g := range s.cloud.sts.Sessions() {
		bounds := "unbounded"
		if g.Policy != "" {
			bounds = "bounded: " + g.Policy
		}
		fmt.Fprintf(ts.Stdout(), "%s as %s for %s, %s\n", g.Role, g.Name, g.Claims["sub"], bounds)
	}
}

// objects ENV prints the keys in the bucket of an environment.
func (s *stage) objects(ts *testscript.TestScript, neg bool, args []string) {
	keys, err := s.cloud.keys(bucketOf(args[0]))
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), strings.Join(keys, "\n"))
}

func (c *cloud) keys(bucket string) ([]string, error) {
	if c.minio != nil {
		return c.minio.Objects(context.Background(), bucket)
	}
	return c.store.Objects(bucket)
}

// statePath matches where the sample keeps a state.
var statePath = regexp.MustCompile(`path\s*=\s*"../../state/([^/"]+)/([a-z]+)\.tfstate"`)

// sampleInS3 returns the sample repository with its states in S3 and a configuration that names the roles.
func sampleInS3() (map[string][]byte, error) {
	files, err := examples.Sample()
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		indent := "    "
		if strings.HasSuffix(name, "backend-config.hcl") {
			indent = ""
		}
		arguments := []string{`bucket = "acme-state-$1"`, `key = "$2/terraform.tfstate"`, `region = "eu-west-1"`, "use_path_style = true",
			"skip_credentials_validation = true", "skip_requesting_account_id = true", "skip_s3_checksum = true"}
		if indent == "" {
			arguments = append(arguments, "use_lockfile = true")
		}
		text = statePath.ReplaceAll(text, []byte(strings.Join(arguments, "\n"+indent)))
		text = bytes.ReplaceAll(text, []byte(`backend "local"`), []byte(`backend "s3"`))
		files[name] = bytes.ReplaceAll(text, []byte(`backend = "local"`), []byte(`backend = "s3"`))
	}
	var cfg strings.Builder
	for _, env := range cloudEnvs {
		fmt.Fprintf(&cfg, "environment %q {\n  branch     = %q\n  unreviewed = \"apply\"\n  aws {\n    region     = \"eu-west-1\"\n    plan_role  = %q\n    apply_role = %q\n  }\n}\n",
			env, env, roleOf("plan", env), roleOf("apply", env))
	}
	files[".github/layerbot.hcl"] = []byte(cfg.String())
	return files, nil
}
