// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf"

// canary stands in values, and in whatever a server could say; no error may repeat it.
const canary = "hunter2-canary"

// A manager is a Secrets Manager of one answer.
type manager struct {
	*httptest.Server
	status int
	body   string
	asked  atomic.Int32
	last   atomic.Pointer[request]
}

type request struct {
	http.Header
	secret string
}

func serve(t *testing.T, status int, body string) *manager {
	m := &manager{status: status, body: body}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked.Add(1)
	var in struct {
		SecretID string `json:"SecretId"`
	}
	raw, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(raw, &in); err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	m.last.Store(&request{Header: r.Header, secret: in.SecretID})
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(m.status)
	_, _ = io.WriteString(w, m.body)
}

// environ returns what a job has, with its Secrets Manager at endpoint.
func environ(endpoint string) map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-key", "AWS_SESSION_TOKEN": "session-token",
		"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
	}
}

func answer(t *testing.T, value map[string]any) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSecretReturnsItsValue(t *testing.T) {
	object := `{"username":"ci","password":"a\"b\né","port":5432,"tls":true,"hosts":["a","b"],"empty":""}`
	for name, c := range map[string]struct {
		id, want string
		secret   map[string]any
	}{
		"text":              {"prod/db", " as it is\n", map[string]any{"SecretString": " as it is\n"}},
		"binary that is":    {"prod/db", "Größe", map[string]any{"SecretBinary": base64.StdEncoding.EncodeToString([]byte("Größe"))}},
		"an object":         {"prod/db", object, map[string]any{"SecretString": object}},
		"a key":             {"prod/db#username", "ci", map[string]any{"SecretString": object}},
		"escaped":           {"prod/db#password", "a\"b\né", map[string]any{"SecretString": object}},
		"a number":          {"prod/db#port", "5432", map[string]any{"SecretString": object}},
		"a bool":            {"prod/db#tls", "true", map[string]any{"SecretString": object}},
		"a list":            {"prod/db#hosts", `["a","b"]`, map[string]any{"SecretString": object}},
		"an empty key":      {"prod/db#empty", "", map[string]any{"SecretString": object}},
		"a key with a hash": {"prod/db#a#b", "x", map[string]any{"SecretString": `{"a#b":"x"}`}},
		"a key of an ARN":   {arn + "#username", "ci", map[string]any{"SecretString": object}},
		"a binary object":   {"prod/db#a", "x", map[string]any{"SecretBinary": base64.StdEncoding.EncodeToString([]byte(`{"a":"x"}`))}},
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, http.StatusOK, answer(t, c.secret))
			got, err := Ambient(environ(m.URL)).Vault().Secret(t.Context(), c.id)
			if err != nil || got != c.want {
				t.Fatalf("%q, %v; want %q", got, err, c.want)
			}
			asked, _, _ := strings.Cut(c.id, "#")
			if r := m.last.Load(); r.secret != asked || m.asked.Load() != 1 {
				t.Errorf("asked %d times, last for %q", m.asked.Load(), r.secret)
			}
		})
	}
}

func TestRequestsAreSigned(t *testing.T) {
	for name, c := range map[string]struct {
		id     string
		env    map[string]string
		region string
	}{
		"region of the environment":            {"prod/db", nil, "eu-west-1"},
		"default region":                       {"prod/db", map[string]string{"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"}, "us-east-2"},
		"an ARN's region wins":                 {arn, nil, "eu-central-1"},
		"an ARN's region is enough":            {arn, map[string]string{"AWS_REGION": ""}, "eu-central-1"},
		"something that only looks like one":   {"arn:x", nil, "eu-west-1"},
		"keys win over a profile":              {"prod/db", map[string]string{"AWS_PROFILE": "prod"}, "eu-west-1"},
		"a folder that looks like a parameter": {"a/b/c:d", nil, "eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, http.StatusOK, `{"SecretString":"x"}`)
			env := environ(m.URL)
			maps.Copy(env, c.env)
			if _, err := AmbientReadWrite(env).Vault().Secret(t.Context(), c.id); err != nil {
				t.Fatal(err)
			}
			h := m.last.Load().Header
			// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
			scope := "/" + c.region + "/secretsmanager/aws4_request, SignedHeaders="
			if got := h.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") || !strings.Contains(got, scope) {
				t.Errorf("Authorization %q", got)
			}
			if h.Get("X-Amz-Security-Token") != "session-token" || h.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	refused := func(code, message string) string {
		return answer(t, map[string]any{"__type": code, "message": message + " " + canary})
	}
	const user = "User: arn:aws:sts::123456789012:assumed-role/plan/s is not authorized to perform: secretsmanager:GetSecretValue on resource: x "
	for name, c := range map[string]struct {
		id           string
		status       int
		body         string
		want, advice string
	}{
		"not found":         {"prod/db", 400, refused("ResourceNotFoundException", ""), "there is no such secret in eu-west-1", "account"},
		"long error name":   {"prod/db", 400, refused("com.amazonaws.secretsmanager#ResourceNotFoundException", ""), "there is no such secret", "account"},
		"marked as deleted": {"prod/db", 400, refused("InvalidRequestException", ""), "marked for deletion", "restore-secret"},
		"denied":            {"prod/db#a", 400, refused("AccessDeniedException", user), "secretsmanager:GetSecretValue on prod/db in eu-west-1 is denied", "plan role and to the apply role"},
		"denied by nothing": {arn, 400, refused("AccessDeniedException", user+"because no identity-based policy allows the secretsmanager:GetSecretValue action"),
			"on " + arn + " in eu-central-1 is denied, because no identity-based policy allows", "allow secretsmanager:GetSecretValue"},
		"denied by the session": {"prod/db", 400, refused("AccessDeniedException", user+"with an explicit deny in a session policy"), "is denied, with an explicit deny in a session policy", "session policy"},
		"denied the key":        {"prod/db", 400, refused("AccessDeniedException", "Access to KMS is not allowed"), "kms:Decrypt on the KMS key of prod/db", "allow kms:Decrypt"},
		"key disabled":          {"prod/db", 400, refused("DecryptionFailure", ""), "cannot decrypt", "KMS key"},
		"expired":               {"prod/db", 400, refused("ExpiredTokenException", ""), "have expired", "run it again"},
		"unknown key":           {"prod/db", 400, refused("UnrecognizedClientException", ""), "does not accept the credentials (UnrecognizedClientException)", "belong together"},
		"throttled":             {"prod/db", 400, refused("ThrottlingException", ""), "no more requests for now (ThrottlingException)", "wait"},
		"failing":               {"prod/db", 500, refused("InternalServiceError", ""), "AWS refused: InternalServiceError", "by hand"},
		"something else":        {"prod/db", 400, refused("NewException", ""), "AWS refused: NewException", "by hand"},
		"a hostile code":        {"prod/db", 400, refused("x `y` "+canary, ""), "AWS refused: an unknown error", "by hand"},
		"no JSON":               {"prod/db", 200, canary, "is not Secrets Manager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
		"half an answer":        {"prod/db", 200, `{"SecretString":"` + canary, "is not Secrets Manager", "proxy"},
		"a list":                {"prod/db", 200, `["` + canary + `"]`, "is not Secrets Manager", "proxy"},
		"a proxy's page":        {"prod/db", 403, "<html>" + canary, "is not Secrets Manager", "proxy"},
		"no value":              {"prod/db", 200, `{}`, "has no value", "put-secret-value"},
		"binary":                {"prod/db", 200, `{"SecretBinary":"/w=="}`, "binary", "base64"},
		"key of a text":         {"prod/db#a", 200, `{"SecretString":"` + canary + `"}`, "is no JSON object", `remove "#a"`},
		"key of a list":         {"prod/db#a", 200, `{"SecretString":"[\"` + canary + `\"]"}`, "is no JSON object", `remove "#a"`},
		"key of null":           {"prod/db#a", 200, `{"SecretString":"null"}`, "is no JSON object", `remove "#a"`},
		"missing key":           {"prod/db#a", 200, `{"SecretString":"{\"A\":\"` + canary + `\"}"}`, `has no key "a"`, "capital"},
		"key that is null":      {"prod/db#a", 200, `{"SecretString":"{\"a\":null}"}`, `has no key "a"`, "capital"},
		"empty key":             {"prod/db#", 200, `{"SecretString":"{\"a\":1}"}`, `has no key ""`, "capital"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // some are tried again
			m := serve(t, c.status, c.body)
			got, err := Ambient(environ(m.URL)).Vault().Secret(t.Context(), c.id)
			refusal(t, got, err, c.id, c.want, c.advice)
			if tries := m.asked.Load(); (name == "throttled" || name == "failing") != (tries == 3) {
				t.Errorf("asked %d times", tries)
			}
		})
	}
}

// refusal checks an error of Secret for id.
func refusal(t *testing.T, got string, err error, id, want, advice string) {
	t.Helper()
	var refused *SecretError
	if !errors.As(err, &refused) || got != "" {
		t.Fatalf("%q, %v; want a *SecretError", got, err)
	}
	if refused.Secret != id || !strings.Contains(refused.Problem, want) || !strings.Contains(refused.Hint(), advice) {
		t.Errorf("%v\nhint: %s", err, refused.Hint())
	}
	if all := fmt.Sprintf("%v %+v %#v %s", err, err, err, refused.Hint()); strings.Contains(all, canary) || strings.Contains(all, "secret-key") || strings.Contains(all, "session-token") {
		t.Errorf("tells too much: %s", all)
	}
}

func TestWithoutWhatItTakesNobodyIsAsked(t *testing.T) {
	for name, c := range map[string]struct{ unset, set, id, want, advice string }{
		"no region":      {"AWS_REGION", "", "prod/db", "no region", "AWS_REGION"},
		"no key":         {"AWS_ACCESS_KEY_ID", "", "prod/db", "no AWS credentials", "`aws` block"},
		"no secret key":  {"AWS_SECRET_ACCESS_KEY", "", arn, "no AWS credentials", "`aws` block"},
		"only a profile": {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "prod/db", "AWS_PROFILE is set", "export-credentials"},
		"no bundle":      {"", "AWS_CA_BUNDLE", "prod/db", "holds no certificate", "AWS_CA_BUNDLE"},
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, http.StatusOK, `{"SecretString":"x"}`)
			env := environ(m.URL)
			delete(env, c.unset)
			if c.set != "" {
				env[c.set] = "/nonexistent"
			}
			// What the process itself has is not looked at.
			t.Setenv("AWS_REGION", "us-east-1")
			t.Setenv("AWS_ACCESS_KEY_ID", "AKIDPROCESS")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "process")
			got, err := Ambient(env).Vault().Secret(t.Context(), c.id)
			refusal(t, got, err, c.id, c.want, c.advice)
			if m.asked.Load() != 0 {
				t.Error("asked all the same")
			}
		})
	}
	_, err := Vault{}.Secret(t.Context(), "x")
	refusal(t, "", err, "x", "no region", "")
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	m := serve(t, http.StatusOK, "")
	m.Close()
	for name, c := range map[string]struct{ endpoint, want string }{
		"nobody listens":     {m.URL, "cannot be reached"},
		"no such host":       {"http://secrets.invalid", "secrets.invalid"},
		"no URL":             {"::", "is not Secrets Manager"},
		"a name with spaces": {"http://a b", "is not Secrets Manager"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Ambient(environ(c.endpoint)).Vault().Secret(t.Context(), "prod/db")
			refusal(t, got, err, "prod/db", c.want, "AWS_ENDPOINT_URL_SECRETS_MANAGER")
		})
	}
}

func TestTheBundleSaysWhomToTrust(t *testing.T) {
	t.Parallel() // a certificate is tried three times
	m := &manager{status: http.StatusOK, body: `{"SecretString":"x"}`}
	m.Server = httptest.NewUnstartedServer(m)
	m.Config.ErrorLog = log.New(io.Discard, "", 0)
	m.StartTLS()
	t.Cleanup(m.Close)
	env := environ(m.URL)
	got, err := Ambient(env).Vault().Secret(t.Context(), "prod/db")
	refusal(t, got, err, "prod/db", "is not trusted", "AWS_CA_BUNDLE")

	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	env["AWS_CA_BUNDLE"] = bundle
	if got, err := Ambient(env).Vault().Secret(t.Context(), "prod/db"); err != nil || got != "x" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSecretEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if got, err := Ambient(environ(s.URL)).Vault().Secret(ctx, "prod/db"); !errors.Is(err, context.Canceled) || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzField(f *testing.F) {
	f.Add(`{"a":"b"}`, "a")
	f.Add(`{"a":{"b":1}}`, "a")
	f.Add(`{"a":"\ud800","a":null}`, "a")
	f.Fuzz(func(t *testing.T, object, key string) {
		value, problem := field(object, key)
		if problem == nil && !json.Valid([]byte(object)) {
			t.Errorf("%q from what is no JSON", value)
		}
		if problem != nil && value != "" {
			t.Errorf("a value with %v", problem)
		}
	})
}
