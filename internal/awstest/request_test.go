// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestARequestBearsTheCredentialsOfItsEnvironment(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var signature, session string
	s.Refuse(func(_ http.ResponseWriter, r *http.Request) bool {
		signature, session = r.Header.Get("Authorization"), r.Header.Get("X-Amz-Security-Token")
		return false
	})
	container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "shown" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"message": "who are you?"}`)
			return
		}
		_, _ = io.WriteString(w, `{"AccessKeyId": "ASIASERVED", "SecretAccessKey": "x", "Token": "of the container"}`)
	}))
	t.Cleanup(container.Close)

	for key, env := range map[string]map[string]string{
		"ASIAGIVEN":  {"AWS_ACCESS_KEY_ID": "ASIAGIVEN", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "of the environment"},
		"ASIASERVED": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "shown"},
	} {
		env["AWS_ENDPOINT_URL_S3"] = s.URL
		status, err := Request(t.Context(), env, "PUT", "states", key+"/a b", []byte("content"))
		if err != nil || status != http.StatusOK || !strings.Contains(signature, "Credential="+key+"/") || !strings.HasPrefix(session, "of the ") {
			t.Errorf("%v %d %q %q", err, status, signature, session)
		}
		if content, _, err := s.Get("states", key+"/a b"); err != nil || string(content) != "content" {
			t.Errorf("%v %q", err, content)
		}
	}
	_, err := Request(t.Context(), map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.URL}, "GET", "states", "a", nil)
	if err == nil || !strings.Contains(err.Error(), "who are you?") {
		t.Error(err)
	}
}
