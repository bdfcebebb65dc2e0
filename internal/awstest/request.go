package awstest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Request sends a request to S3 as a program would that has the variables of env: AWS_ENDPOINT_URL_S3, and
// AWS_ACCESS_KEY_ID and the like or AWS_CONTAINER_CREDENTIALS_FULL_URI. It returns the status of the answer: 403 is S3's
// "AccessDenied".
func Request(ctx context.Context, env map[string]string, method, bucket, key string, content []byte) (status int, err error) {
	keys, err := credentials(ctx, env)
	if err != nil {
		return 0, err
	}
	req, err := signed(ctx, keys, method, env["AWS_ENDPOINT_URL_S3"], "/"+bucket+"/"+key, nil, content)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// credentials returns those of env.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
func credentials(ctx context.Context, env map[string]string) (aws.Credentials, error) {
	uri := env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
	if uri == "" {
		return aws.Credentials{
			AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"],
		}, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return aws.Credentials{}, err
	}
	req.Header.Set("Authorization", env["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return aws.Credentials{}, err
	}
	defer func() { _ = resp.Body.Close() }() // a reader
	var given struct{ AccessKeyID, SecretAccessKey, Token, Message string }
	if err := json.NewDecoder(resp.Body).Decode(&given); err != nil {
		return aws.Credentials{}, fmt.Errorf("%s: %w", resp.Status, err)
	}
	if resp.StatusCode != http.StatusOK {
		return aws.Credentials{}, errors.New(resp.Status + ": " + given.Message)
	}
	return aws.Credentials{AccessKeyID: given.AccessKeyID, SecretAccessKey: given.SecretAccessKey, SessionToken: given.Token}, nil
}

// signed returns a request that bears the signature of keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func signed(ctx context.Context, keys aws.Credentials, method, endpoint, path string, query url.Values, content []byte) (*http.Request, error) {
	address := endpoint + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	return req, v4.NewSigner().SignHTTP(ctx, keys, req, hash, "s3", "us-east-1", time.Now())
}
