// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

const kmsKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// Where the App's key is in KMS, no PEM exists in the job: GitHub, which verifies each token of the App with the public key, takes
// what KMS signed, and nothing that another key signed.
func TestThreat16TheftOfTheKey(t *testing.T) {
	d := newDoor(t, githubtest.Options{})
	block, _ := pem.Decode(d.server.PrivateKey)
	own, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(key *rsa.PrivateKey) (code int, signatures int32) {
		url, n := kms(t, key)
		code = d.gate(environment{KMSKey: kmsKey, All: map[string]string{
			"AWS_ENDPOINT_URL_KMS": url, "AWS_ACCESS_KEY_ID": "AKIA" + "IOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-of-the-job",
		}})
		return code, n.Load()
	}
	if code, n := signed(own); code != exitOK || n == 0 || !strings.Contains(d.printed.String(), "@rita may not command") {
		t.Errorf("exit %d after %d signatures\n%s", code, n, d.printed.String())
	}
	before := len(d.server.Requests())
	if code, n := signed(other); code != exitError || n == 0 {
		t.Errorf("another key: exit %d after %d signatures", code, n)
	}
	for _, r := range d.server.Requests()[before:] {
		if r.Status != http.StatusUnauthorized {
			t.Errorf("another key: %s %s is answered %d", r.Method, r.Path, r.Status)
		}
	}
}

// kms is a KMS with one key. It counts what it signs.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
func kms(t *testing.T, key *rsa.PrivateKey) (url string, signed *atomic.Int32) {
	signed = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			KeyID                         string `json:"KeyId"`
			MessageType, SigningAlgorithm string
			Message                       []byte
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("X-Amz-Target") != "TrentService.Sign" || json.Unmarshal(body, &in) != nil ||
			in.KeyID != kmsKey || in.MessageType != "RAW" || in.SigningAlgorithm != "RSASSA_PKCS1_V1_5_SHA_256" ||
			!strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
			t.Errorf("KMS is asked %v %s", r.Header, body)
		}
		digest := sha256.Sum256(in.Message)
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		if err != nil {
			t.Error(err)
		}
		signed.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if err := json.NewEncoder(w).Encode(map[string]any{"KeyId": in.KeyID, "Signature": signature, "SigningAlgorithm": in.SigningAlgorithm}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, signed
}

// No phase that runs Terraform begins where the key, or the right to sign with it, is at hand.
func TestThreat16NoKeyBesideTerraform(t *testing.T) {
	ticket := filepath.Join(t.TempDir(), "ticket.json")
	if err := os.WriteFile(ticket, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"plan", "apply", "drift"} {
		for name, env := range map[string]environment{"the key": {PrivateKey: "-"}, "the right to sign": {KMSKey: kmsKey}} {
			var printed lockedBuffer
			env.All = map[string]string{}
			code := run([]string{verb, "--ticket", ticket, "--out", t.TempDir()}, env, &printed, &printed)
			if code != exitError || !strings.Contains(printed.String(), "in the environment of a job that runs Terraform") {
				t.Errorf("%s with %s: exit %d\n%s", verb, name, code, printed.String())
			}
		}
	}
}
