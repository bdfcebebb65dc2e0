// SPDX-License-Identifier: Apache-2.0

// Package aws knows how Layerbot holds AWS credentials: short-lived, one kind for planning and another for applying, so
// that a plan cannot be handed the power to change anything. Where the configuration names roles, a job's OIDC tokens are
// exchanged for their sessions, which Terraform gets from an endpoint on loopback for as long as it runs; else it gets
// what the environment holds.
//
// It never writes a credential to disk, and takes credentials, regions and endpoints only from what it is handed, never
// from the process environment or a profile: there, net/http looks for a proxy and the AWS SDK for the name it gives
// itself and for how it waits between attempts, and that is all.
package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// ReadOnly are credentials for planning. The zero value is no credentials.
type ReadOnly struct{ reading held }

// Environ returns the variables that Terraform's AWS provider and backend read.
func (c ReadOnly) Environ() map[string]string { return c.reading.env }

// Secrets returns the values among them that must never be printed.
func (c ReadOnly) Secrets() []string { return c.reading.secrets() }

// ReadWrite are credentials for applying. The zero value is no credentials. Its field has another name than that of
// ReadOnly, so that Go converts neither into the other.
type ReadWrite struct{ writing held }

// Environ returns the variables that Terraform's AWS provider and backend read.
func (c ReadWrite) Environ() map[string]string { return c.writing.env }

// Secrets returns the values among them that must never be printed.
func (c ReadWrite) Secrets() []string { return c.writing.secrets() }

// held are credentials of either kind.
type held struct {
	env     map[string]string
	session *session // what env leads to; nil: env says it all
}

// The variables that credentials are made of, and those by which AWS is reached.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
var (
	keyNames = []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
		"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_REGION", "AWS_DEFAULT_REGION",
	}
	endpointNames = []string{
		"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER",
		"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CA_BUNDLE",
	}
)

// Ambient returns the credentials that environ holds, for planning: on a person's own machine, and in workflows that
// configured credentials before. Whether they can write is beyond what can be seen here: the caller must have been
// given a plan role.
func Ambient(environ map[string]string) ReadOnly { return ReadOnly{ambient(environ)} }

// AmbientReadWrite returns the credentials that environ holds, for applying.
func AmbientReadWrite(environ map[string]string) ReadWrite { return ReadWrite{ambient(environ)} }

func ambient(environ map[string]string) held {
	env := chosen(environ, endpointNames)
	for name, v := range chosen(environ, keyNames) {
		env[name] = v
	}
	return held{env: env}
}

// chosen returns the variables of environ that have one of names.
func chosen(environ map[string]string, names []string) map[string]string {
	env := map[string]string{}
	for _, name := range names {
		if v, ok := environ[name]; ok {
			env[name] = v
		}
	}
	return env
}

func (h held) secrets() []string {
	var out []string
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"} {
		if v := h.env[name]; v != "" {
			out = append(out, v)
		}
	}
	return out
}

// region returns that of the environment, or "".
func (h held) region() string {
	if region := h.env["AWS_REGION"]; region != "" {
		return region
	}
	return h.env["AWS_DEFAULT_REGION"]
}

// keys returns what requests of our own are signed with. A profile is not read, for the SDK cannot be kept from looking
// around in the process's environment on the way. If ctx has ended the fault says nothing.
func (h held) keys(ctx context.Context) (aws.Credentials, *fault) {
	if h.session != nil {
		keys, problem := h.session.current(ctx)
		if problem != nil {
			problem = &fault{problem: h.session.error(problem).Error(), hint: problem.hint}
		}
		return keys, problem
	}
	keys := aws.Credentials{
		AccessKeyID: h.env["AWS_ACCESS_KEY_ID"], SecretAccessKey: h.env["AWS_SECRET_ACCESS_KEY"], SessionToken: h.env["AWS_SESSION_TOKEN"],
	}
	switch {
	case keys.HasKeys():
		return keys, nil
	case h.env["AWS_PROFILE"] != "":
		return keys, &fault{problem: "AWS_PROFILE is set, and only AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are read here",
			hint: "`eval \"$(aws configure export-credentials --format env)\"` sets them from the profile"}
	}
	return keys, &fault{problem: "there are no AWS credentials",
		hint: "give the environment an `aws` block with its roles; on your own machine, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
}

// signing lets the SDK sign with keys.
func signing(keys aws.Credentials) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
}
