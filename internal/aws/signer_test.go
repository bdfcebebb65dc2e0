// SPDX-License-Identifier: Apache-2.0

package aws_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/aws/trust"
	"github.com/layerbot/layerbot/internal/awstest"
)

const (
	appKey  = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	appRole = "arn:aws:iam::111122223333:role/layerbot-app"
	leak    = "hunter2-canary"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// A keeper is a KMS with one key. It refuses what KMS refuses, or gives one answer to everything.
type keeper struct {
	*httptest.Server
	status int // 0: it signs
	body   string
	asked  atomic.Int32
	auth   atomic.Value // of the last request
}

func keep(t *testing.T, status int, body string) *keeper {
	k := &keeper{status: status, body: body}
	k.Server = httptest.NewServer(k)
	t.Cleanup(k.Close)
	return k
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.asked.Add(1)
	k.auth.Store(r.Header.Get("Authorization") + " " + r.Header.Get("X-Amz-Security-Token"))
	status, body := k.status, k.body
	if status == 0 {
		status, body = k.sign(r)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (k *keeper) sign(r *http.Request) (status int, body string) {
	var in struct {
		KeyID            string `json:"KeyId"`
		Message          []byte
		MessageType      string
		SigningAlgorithm string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("X-Amz-Target") != "TrentService.Sign" {
		return 400, failure("UnknownOperationException", "")
	}
	digest := in.Message
	switch {
	case in.KeyID != appKey:
		return 400, failure("NotFoundException", "")
	case in.SigningAlgorithm != "RSASSA_PKCS1_V1_5_SHA_256":
		return 400, failure("InvalidKeyUsageException", "")
	case len(in.Message) > 4096, in.MessageType == "DIGEST" && len(digest) != sha256.Size:
		return 400, failure("ValidationException", "")
	case in.MessageType == "RAW":
		sum := sha256.Sum256(in.Message)
		digest = sum[:]
	}
	signature, err := rsa.SignPKCS1v15(nil, rsaKey(), crypto.SHA256, digest)
	if err != nil {
		return 500, failure("KMSInternalException", "")
	}
	out, _ := json.Marshal(map[string]any{"KeyId": in.KeyID, "Signature": signature, "SigningAlgorithm": in.SigningAlgorithm})
	return 200, string(out)
}

// failure is a refusal in KMS's protocol.
func failure(code, message string) string {
	out, _ := json.Marshal(map[string]string{"__type": code, "message": message + " " + leak})
	return string(out)
}

// around is a job's environment with static keys and its KMS at endpoint.
func around(endpoint string) map[string]string {
	return map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-key", "AWS_SESSION_TOKEN": "session-token",
		"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_KMS": endpoint}
}

func signer(t *testing.T, env map[string]string, role string) *aws.Signer {
	t.Helper()
	s, err := aws.NewSigner(aws.Options{Environ: env}, appKey, role)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(t *testing.T, message, signature []byte) {
	t.Helper()
	digest := sha256.Sum256(message)
	if err := rsa.VerifyPKCS1v15(&rsaKey().PublicKey, crypto.SHA256, digest[:], signature); err != nil {
		t.Error(err)
	}
}

func TestSignaturesHold(t *testing.T) {
	k := keep(t, 0, "")
	s := signer(t, around(k.URL), "")
	if k.asked.Load() != 0 {
		t.Error("asked before the first signature")
	}
	for _, size := range []int{0, 1, 4096, 4097, 100_000} {
		message := bytes.Repeat([]byte("x"), size)
		first, err := s.Sign(t.Context(), message)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		verify(t, message, first)
		if second, err := s.Sign(t.Context(), message); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%d bytes: another signature the second time (%v)", size, err)
		}
	}
	if auth := k.auth.Load().(string); !strings.Contains(auth, "AKIDEXAMPLE/") || !strings.Contains(auth, "/eu-central-1/kms/") || !strings.HasSuffix(auth, " session-token") {
		t.Errorf("signed as %s; want the environment's key, and the region of the ARN", auth)
	}
}

func TestTheEnvironmentIsKeptAsItWas(t *testing.T) {
	k := keep(t, 0, "")
	env := around(k.URL)
	s := signer(t, env, "")
	clear(env)
	if _, err := s.Sign(t.Context(), []byte("x")); err != nil {
		t.Error(err)
	}
}

// appTrust lets a job of one environment assume the role that signs.
const appTrust = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
	"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
	"Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:acme/infra:environment:layerbot"}}}}`

func TestARoleSigns(t *testing.T) {
	issuer, err := awstest.NewIssuer()
	if err != nil {
		t.Fatal(err)
	}
	defer issuer.Close()
	sts, err := awstest.NewSTS(issuer, nil, awstest.Role{ARN: appRole, Trust: appTrust})
	if err != nil {
		t.Fatal(err)
	}
	defer sts.Close()
	k := keep(t, 0, "")
	job := func(sub string) map[string]string {
		env := around(k.URL)
		maps.Copy(env, issuer.Job(trust.Claims{"sub": sub}))
		env["AWS_ENDPOINT_URL_STS"] = sts.URL
		return env
	}

	s := signer(t, job("repo:acme/infra:environment:layerbot"), appRole)
	if issuer.Issued() != 0 || len(sts.Sessions()) != 0 {
		t.Error("a role is assumed before the first signature")
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			signature, err := s.Sign(t.Context(), []byte("x"))
			if err != nil {
				t.Error(err)
				return
			}
			verify(t, []byte("x"), signature)
		})
	}
	all.Wait()
	sessions := sts.Sessions()
	if len(sessions) != 1 || sessions[0].Name != "layerbot-app" || sessions[0].Policy != "" {
		t.Fatalf("sessions: %+v; want one", sessions)
	}
	if auth := k.auth.Load().(string); !strings.Contains(auth, sessions[0].AccessKey+"/") {
		t.Errorf("signed as %s, not as the role", auth)
	}

	_, err = signer(t, job("repo:acme/infra:pull_request"), appRole).Sign(t.Context(), []byte("x"))
	unsigned(t, err, appRole, "trust")
}

// unsigned checks a refusal.
func unsigned(t *testing.T, err error, want, advice string) {
	t.Helper()
	var refused *aws.KeyError
	if !errors.As(err, &refused) {
		t.Fatalf("%v; want a *KeyError", err)
	}
	if !strings.Contains(refused.Problem, want) || !strings.Contains(refused.Hint(), advice) || refused.Hint() == "" {
		t.Errorf("%v\nhint: %s\nwant %q and %q", err, refused.Hint(), want, advice)
	}
	for _, secret := range []string{leak, "secret-key", "session-token"} {
		if all := fmt.Sprintf("%v %+v %#v", err, err, err) + refused.Hint(); strings.Contains(all, secret) {
			t.Errorf("tells too much: %s", all)
		}
	}
}

func TestRefusals(t *testing.T) {
	const user = "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: kms:Sign on resource: x "
	for name, c := range map[string]struct {
		status       int
		body         string
		want, advice string
	}{
		"denied": {400, failure("AccessDeniedException", user+"because no resource-based policy allows the kms:Sign action"),
			"kms:Sign on it is denied, because no resource-based policy allows", "allow kms:Sign on this key to whoever has the environment's credentials"},
		"no such key":             {400, failure("NotFoundException", ""), "no such key in eu-central-1", "account"},
		"disabled":                {400, failure("DisabledException", ""), "is disabled", "enable-key"},
		"waits for its deletion":  {400, failure("KMSInvalidStateException", ""), "waits for its deletion", "cancel-key-deletion"},
		"encrypts only":           {400, failure("InvalidKeyUsageException", ""), "not one for RSA signatures", "SIGN_VERIFY"},
		"an ARN that KMS refuses": {400, failure("ValidationException", ""), "does not take its ARN", "describe-key"},
		"throttled":               {400, failure("ThrottlingException", ""), "no more requests for now", "wait"},
		"unavailable":             {500, failure("KeyUnavailableException", ""), "cannot use it for now (KeyUnavailableException)", "again"},
		"failing":                 {500, failure("KMSInternalException", ""), "cannot use it for now (KMSInternalException)", "again"},
		"expired":                 {400, failure("ExpiredTokenException", ""), "have expired", "run it again"},
		"unknown credentials":     {400, failure("UnrecognizedClientException", ""), "does not accept the credentials", "belong together"},
		"something else":          {400, failure("NewException", ""), "KMS refused: NewException", "by hand"},
		"a hostile code":          {400, failure("`x` "+leak, ""), "KMS refused: an unknown error", "by hand"},
		"no signature":            {200, `{}`, "without a signature", "AWS_ENDPOINT_URL_KMS"},
		"a short signature":       {200, `{"Signature": "eA=="}`, "without a signature", "AWS_ENDPOINT_URL_KMS"},
		"no JSON":                 {200, leak, "is not KMS in eu-central-1", "AWS_ENDPOINT_URL_KMS"},
		"a proxy's page":          {403, "<html>" + leak, "KMS", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // some are tried again
			k := keep(t, c.status, c.body)
			got, err := signer(t, around(k.URL), "").Sign(t.Context(), []byte("x"))
			if got != nil {
				t.Errorf("a signature: %x", got)
			}
			unsigned(t, err, c.want, c.advice)
			if again := c.status == 500 || name == "throttled"; (k.asked.Load() == 3) != again {
				t.Errorf("asked %d times", k.asked.Load())
			}
		})
	}
}

func TestWithoutCredentialsKMSIsNotAsked(t *testing.T) {
	k := keep(t, 0, "")
	for name, c := range map[string]struct{ unset, set, role, want, advice string }{
		"no keys":        {"AWS_ACCESS_KEY_ID", "", "", "no AWS credentials", "id-token: write"},
		"only a profile": {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "", "AWS_PROFILE is set", "export-credentials"},
		"no OIDC":        {"", "", appRole, "cannot ask GitHub for an OIDC token", "id-token: write"},
		"no bundle":      {"", "AWS_CA_BUNDLE", "", "holds no certificate", "AWS_CA_BUNDLE"},
	} {
		t.Run(name, func(t *testing.T) {
			env := around(k.URL)
			delete(env, c.unset)
			if c.set != "" {
				env[c.set] = "/nonexistent"
			}
			t.Setenv("AWS_ACCESS_KEY_ID", "AKIDPROCESS") // what the process itself has is not looked at
			t.Setenv("AWS_SECRET_ACCESS_KEY", "process")
			_, err := signer(t, env, c.role).Sign(t.Context(), []byte("x"))
			unsigned(t, err, c.want, c.advice)
		})
	}
	if k.asked.Load() != 0 {
		t.Error("asked all the same")
	}
}

func TestKeysAndRolesAreCheckedFirst(t *testing.T) {
	for _, key := range []string{"", "alias/app", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/", "arn:aws:kms:a.evil.example/:111122223333:key/x",
		"arn:aws:kms::111122223333:key/x", "arn:aws:s3:::bucket", appKey + "\n"} {
		_, err := aws.NewSigner(aws.Options{}, key, "")
		unsigned(t, err, "not the ARN of a key", "describe-key")
	}
	for _, key := range []string{appKey, "arn:aws:kms:eu-west-1:111122223333:alias/layerbot/app", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"} {
		if _, err := aws.NewSigner(aws.Options{}, key, appRole); err != nil {
			t.Error(err)
		}
	}
	_, err := aws.NewSigner(aws.Options{}, appKey, "layerbot-app")
	unsigned(t, err, "layerbot-app", "arn:aws:iam::")
}

func TestSignEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if got, err := signer(t, around(slow.URL), "").Sign(ctx, []byte("x")); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("%x, %v", got, err)
	}
}
