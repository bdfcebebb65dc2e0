// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package runner

import (
	"context"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/aws/trust"
	"github.com/layerbot/layerbot/internal/awstest"
	"github.com/layerbot/layerbot/internal/report"
)

const (
	planRole  = "arn:aws:iam::123456789012:role/layerbot-plan"
	applyRole = "arn:aws:iam::123456789012:role/layerbot-apply"
)

// A cloud is a checkout, and what GitHub and AWS are to it: tokens, roles by OIDC, and an S3 that knows who asks.
type cloud struct {
	*bench
	issuer *awstest.Issuer
	minio  *awstest.MinIO
	sts    *awstest.STS
}

// newCloud returns one with files, whose roles may do everything in S3: what holds a session back is its own policy.
func newCloud(t *testing.T, files map[string]string) *cloud {
	t.Helper()
	c := &cloud{bench: newBench(t, files, quick)}
	var err error
	closing := func(f func() error) {
		t.Cleanup(func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		})
	}
	if c.issuer, err = awstest.NewIssuer(); err != nil {
		t.Fatal(err)
	}
	closing(c.issuer.Close)
	if c.minio, err = awstest.NewMinIO(t.Context(), "minio", t.TempDir(), c.issuer, s3Bucket, "assets"); err != nil {
		t.Fatal(err)
	}
	closing(c.minio.Close)
	role := func(arn, environment string) awstest.Role {
		claims := trust.Claims{"aud": "sts.amazonaws.com", "sub": "repo:acme/infra:environment:" + environment}
		return awstest.Role{ARN: arn, Trust: `{"Version": "2012-10-17", "Statement": [{
  "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
  "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
  "Condition": ` + claims.Condition() + "}]}"}
	}
	if c.sts, err = awstest.NewSTS(c.issuer, c.minio, role(planRole, "plan-prod"), role(applyRole, "prod")); err != nil {
		t.Fatal(err)
	}
	closing(c.sts.Close)
	return c
}

// environ is the environment of a job of GitHub Actions.
func (c *cloud) environ(environment string) map[string]string {
	env := c.issuer.Job(trust.Claims{"sub": "repo:acme/infra:environment:" + environment})
	env["AWS_ENDPOINT_URL_S3"], env["AWS_ENDPOINT_URL_STS"] = c.minio.URL, c.sts.URL
	return env
}

// reading are the credentials of a plan of a target that reads states.
func (c *cloud) reading(own string, reads ...string) aws.ReadOnly {
	c.t.Helper()
	readers := aws.NewReaders(aws.Options{Environ: c.environ("plan-prod")})
	c.t.Cleanup(func() { readers.Close() })
	state := &aws.State{Own: aws.Object{Bucket: s3Bucket, Key: own}}
	for _, key := range reads {
		state.Reads = append(state.Reads, aws.Object{Bucket: s3Bucket, Key: key})
	}
	creds, err := readers.Credentials(context.Background(), &aws.Grant{Role: planRole, Region: "eu-west-1", Session: "layerbot-pr-12-4711", State: state})
	if err != nil {
		c.t.Fatal(err)
	}
	return creds
}

// writing are the credentials of an apply.
func (c *cloud) writing() aws.ReadWrite {
	c.t.Helper()
	writers := aws.NewWriters(aws.Options{Environ: c.environ("prod")})
	c.t.Cleanup(func() { writers.Close() })
	creds, err := writers.Credentials(context.Background(), &aws.Grant{Role: applyRole, Region: "eu-west-1", Session: "layerbot-apply-4711"})
	if err != nil {
		c.t.Fatal(err)
	}
	return creds
}

// at is a job on the layer in a folder.
func (c *cloud) at(dir string) Job {
	tg := target()
	tg.Layer, tg.Dir, tg.Backend = dir, dir, "s3"
	return job(tg)
}

// get is an object as root sees it, nil if there is none.
func (c *cloud) get(key string) []byte {
	c.t.Helper()
	content, _, err := c.minio.Get(context.Background(), s3Bucket, key)
	if err != nil {
		c.t.Fatal(err)
	}
	return content
}

// stateAt is a backend as people write it, but that buckets have no names in this machine's DNS.
func stateAt(key string) string {
	return `terraform {
  backend "s3" {
    bucket         = "` + s3Bucket + `"
    key            = "` + key + `"
    region         = "eu-west-1"
    encrypt        = true
    use_lockfile   = true
    use_path_style = true
  }
}
`
}

// reads is the state of another layer as data.
func reads(name, key string) string {
	return `data "terraform_remote_state" "` + name + `" {
  backend = "s3"
  config  = { bucket = "` + s3Bucket + `", key = "` + key + `", region = "eu-west-1", use_path_style = true }
}
output "` + name + `" { value = data.terraform_remote_state.` + name + `.outputs.id }
`
}

const (
	networkKey, secretKey, appKey = "prod/network.tfstate", "prod/secret.tfstate", "prod/app.tfstate"

	withOutput = "resource \"terraform_data\" \"a\" {}\noutput \"id\" { value = terraform_data.a.id }\n"
)

// layers are two layers with outputs and one that builds on the first of them.
func layers() map[string]string {
	return map[string]string{
		"network/main.tf": stateAt(networkKey) + withOutput,
		"secret/main.tf":  stateAt(secretKey) + withOutput,
		"app/main.tf":     stateAt(appKey) + reads("network", networkKey) + withOutput,
	}
}

// settled applies network and secret.
func (c *cloud) settled() {
	c.t.Helper()
	creds := c.writing()
	for _, dir := range []string{"network", "secret"} {
		j := c.at(dir)
		j.Accept = true
		if rep := c.sound(c.Apply(context.Background(), creds, j)); rep.Status != report.Applied {
			c.t.Fatalf("%s\n%+v", outcome(rep), rep.Failure)
		}
	}
}
