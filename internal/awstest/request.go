// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
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
	env, err = Static(ctx, env)
	if err != nil {
		return 0, err
	}
	keys := aws.Credentials{
		AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"],
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

// Static returns env with the credentials that it leads to, as they are now, in place of where they are served: nobody
// renews these.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
func Static(ctx context.Context, env map[string]string) (map[string]string, error) {
	env = maps.Clone(env)
	uri, token := env["AWS_CONTAINER_CREDENTIALS_FULL_URI"], env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	if uri == "" {
		return env, nil
	}
	delete(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
	delete(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // a reader
	var given struct{ AccessKeyID, SecretAccessKey, Token, Message string }
	if err := json.NewDecoder(resp.Body).Decode(&given); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("no credentials: %s: %s", resp.Status, given.Message)
	}
	env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"] = given.AccessKeyID, given.SecretAccessKey, given.Token
	return env, nil
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
