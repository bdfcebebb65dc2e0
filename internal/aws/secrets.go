package aws

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// What one secret may take in all, and the longest wait between its three attempts.
const (
	secretLimit = 30 * time.Second
	secretWait  = 2 * time.Second
)

// A Vault reads AWS Secrets Manager. Its zero value cannot.
type Vault struct{ env map[string]string }

// Vault returns the Secrets Manager that c may read.
func (c ReadOnly) Vault() Vault { return Vault(c) }

// Vault returns the Secrets Manager that c may read.
func (c ReadWrite) Vault() Vault { return Vault(c) }

// Secret returns the value of a secret: its name or ARN, or, for one key of a JSON object, "name#key". A key's string
// is returned as it is, any other value of it as JSON. The region is that of the ARN, else AWS_REGION, else
// AWS_DEFAULT_REGION. The credentials are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; a profile
// is not read, for the SDK cannot be kept from looking around in the process's environment on the way.
//
// The error is a *SecretError, which says what is missing and has a Hint, or that of ctx. None holds a value, or
// anything else that was answered.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (v Vault) Secret(ctx context.Context, id string) (string, error) {
	name, key, keyed := strings.Cut(id, "#")
	region := v.region(name)
	client, problem := v.client(region)
	if problem != nil {
		return "", problem.of(id)
	}
	limited, cancel := context.WithTimeout(ctx, secretLimit)
	defer cancel()
	out, err := client.GetSecretValue(limited, &secretsmanager.GetSecretValueInput{SecretId: &name})
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("read the AWS secret %s: %w", name, ctx.Err())
	case err != nil:
		return "", explain(err, name, region).of(id)
	}
	value, problem := valueOf(out)
	if problem == nil && keyed {
		value, problem = field(value, key)
	}
	if problem != nil {
		return "", problem.of(id)
	}
	return value, nil
}

// region returns the region of an ARN, for a name that of the environment, or "".
func (v Vault) region(name string) string {
	if parts := strings.Split(name, ":"); len(parts) > 5 && parts[0] == "arn" && parts[3] != "" {
		return parts[3]
	}
	if region := v.env["AWS_REGION"]; region != "" {
		return region
	}
	return v.env["AWS_DEFAULT_REGION"]
}

// client returns a client that knows nothing but v's environment.
func (v Vault) client(region string) (*secretsmanager.Client, *SecretError) {
	keys := aws.Credentials{
		AccessKeyID: v.env["AWS_ACCESS_KEY_ID"], SecretAccessKey: v.env["AWS_SECRET_ACCESS_KEY"], SessionToken: v.env["AWS_SESSION_TOKEN"],
	}
	switch {
	case region == "":
		return nil, &SecretError{Problem: "no region is set", hint: "set AWS_REGION, or name the secret by its ARN"}
	case !keys.HasKeys() && v.env["AWS_PROFILE"] != "":
		return nil, &SecretError{Problem: "AWS_PROFILE is set, and secrets are read with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only",
			hint: "`eval \"$(aws configure export-credentials --format env)\"` sets them from the profile"}
	case !keys.HasKeys():
		return nil, &SecretError{Problem: "there are no AWS credentials", hint: "give the environment an `aws` block with its roles; on your own machine, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
	}
	transport, problem := v.transport()
	if problem != nil {
		return nil, problem
	}
	o := secretsmanager.Options{
		Region:      region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil }),
		Retryer:     retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = secretWait }),
		HTTPClient:  transport,
	}
	if endpoint := v.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"]; endpoint != "" {
		o.BaseEndpoint = &endpoint
	}
	if v.env["AWS_USE_FIPS_ENDPOINT"] == "true" {
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if v.env["AWS_USE_DUALSTACK_ENDPOINT"] == "true" {
		o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	return secretsmanager.New(o), nil
}

// transport returns the SDK's own HTTP client, which trusts AWS_CA_BUNDLE alone where that is set.
func (v Vault) transport() (*awshttp.BuildableClient, *SecretError) {
	client := awshttp.NewBuildableClient()
	file := v.env["AWS_CA_BUNDLE"]
	if file == "" {
		return client, nil
	}
	pool := x509.NewCertPool()
	if bundle, err := os.ReadFile(file); err != nil || !pool.AppendCertsFromPEM(bundle) {
		return nil, &SecretError{Problem: "AWS_CA_BUNDLE names " + file + ", which holds no certificate that can be read",
			hint: "correct AWS_CA_BUNDLE, or remove it to trust the system's certificates"}
	}
	return client.WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig.RootCAs = pool }), nil
}

// valueOf returns the text of a secret.
func valueOf(out *secretsmanager.GetSecretValueOutput) (string, *SecretError) {
	switch {
	case out.SecretString != nil:
		return *out.SecretString, nil
	case len(out.SecretBinary) == 0:
		return "", &SecretError{Problem: "it has no value", hint: "put a value into it: aws secretsmanager put-secret-value"}
	case !utf8.Valid(out.SecretBinary):
		return "", &SecretError{Problem: "it is binary, and no text", hint: "store it in base64, as text, and let the layer decode it: base64decode(var.NAME)"}
	}
	return string(out.SecretBinary), nil
}

// field returns one key of a JSON object: a string as it is, anything else as JSON.
func field(object, key string) (string, *SecretError) {
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(object), &all) != nil || all == nil {
		return "", &SecretError{Problem: "it is no JSON object", hint: "remove \"#" + key + "\" to use it as it is, or store an object with that key"}
	}
	raw, ok := all[key]
	if !ok || string(raw) == "null" {
		return "", &SecretError{Problem: fmt.Sprintf("its JSON object has no key %q", key), hint: "compare the key with the secret's, capital letters too"}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	return string(raw), nil
}
