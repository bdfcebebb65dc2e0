// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// A Vault reads AWS Secrets Manager. Its zero value cannot.
type Vault struct{ held }

// Vault returns the Secrets Manager that c may read.
func (c ReadOnly) Vault() Vault { return Vault{c.reading} }

// Vault returns the Secrets Manager that c may read.
func (c ReadWrite) Vault() Vault { return Vault{c.writing} }

// Secret returns the value of a secret: its name or ARN, or, for one key of a JSON object, "name#key". A key's string
// is returned as it is, any other value of it as JSON. The region is that of the ARN, else that of the credentials'
// variables. Credentials that were granted are used as they are at this moment; else AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
//
// The error is a *SecretError, which says what is missing and has a Hint, or that of ctx. None holds a value, or
// anything else that was answered.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (v Vault) Secret(ctx context.Context, id string) (string, error) {
	name, key, keyed := strings.Cut(id, "#")
	value, problem := v.read(ctx, name)
	if problem == nil && keyed {
		value, problem = field(value, key)
	}
	switch {
	case problem == nil:
		return value, nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("read the AWS secret %s: %w", name, ctx.Err())
	}
	return "", &SecretError{Secret: id, Problem: problem.problem, hint: problem.hint}
}

// read returns the whole value of a secret.
func (v Vault) read(ctx context.Context, name string) (string, *fault) {
	limited, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	region := v.regionOf(name)
	client, problem := v.client(limited, region)
	if problem != nil {
		return "", problem
	}
	out, err := client.GetSecretValue(limited, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		return "", explain(err, name, region)
	}
	return valueOf(out)
}

// regionOf returns the region of an ARN, for a name that of the environment, or "".
func (v Vault) regionOf(name string) string {
	if parts := strings.Split(name, ":"); len(parts) > 5 && parts[0] == "arn" && parts[3] != "" {
		return parts[3]
	}
	return v.region()
}

// client returns a client that knows nothing but v's credentials.
func (v Vault) client(ctx context.Context, region string) (*secretsmanager.Client, *fault) {
	if region == "" {
		return nil, &fault{problem: "no region is set", hint: "set AWS_REGION, or name the secret by its ARN"}
	}
	keys, problem := v.keys(ctx)
	if problem != nil {
		return nil, problem
	}
	client, problem := httpClient(v.env)
	if problem != nil {
		return nil, problem
	}
	o := secretsmanager.Options{
		Region: region, Credentials: signing(keys), Retryer: retryer(callWait), HTTPClient: client, BaseEndpoint: endpoint(v.env, "SECRETS_MANAGER"),
	}
	o.EndpointOptions.UseFIPSEndpoint, o.EndpointOptions.UseDualStackEndpoint = fips(v.env), dualStack(v.env)
	return secretsmanager.New(o), nil
}

// valueOf returns the text of a secret.
func valueOf(out *secretsmanager.GetSecretValueOutput) (string, *fault) {
	switch {
	case out.SecretString != nil:
		return *out.SecretString, nil
	case len(out.SecretBinary) == 0:
		return "", &fault{problem: "it has no value", hint: "put a value into it: aws secretsmanager put-secret-value"}
	case !utf8.Valid(out.SecretBinary):
		return "", &fault{problem: "it is binary, and no text", hint: "store it in base64, as text, and let the layer decode it: base64decode(var.NAME)"}
	}
	return string(out.SecretBinary), nil
}

// field returns one key of a JSON object: a string as it is, anything else as JSON.
func field(object, key string) (string, *fault) {
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(object), &all) != nil || all == nil {
		return "", &fault{problem: "it is no JSON object", hint: "remove \"#" + key + "\" to use it as it is, or store an object with that key"}
	}
	raw, ok := all[key]
	if !ok || string(raw) == "null" {
		return "", &fault{problem: fmt.Sprintf("its JSON object has no key %q", key), hint: "compare the key with the secret's, capital letters too"}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	return string(raw), nil
}
