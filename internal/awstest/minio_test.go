// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package awstest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// startMinIO starts the minio of PATH, which `make tools` puts in place.
func startMinIO(t *testing.T, i *Issuer) *MinIO {
	t.Helper()
	m, err := NewMinIO(t.Context(), "minio", t.TempDir(), i, "states", "empty")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// session exchanges a token for credentials of a role.
func session(t *testing.T, s *STS, role, token, policy string) types.Credentials {
	t.Helper()
	in := exchange(token)
	in.RoleArn = &role
	if policy != "" {
		in.Policy = &policy
	}
	out, err := s.client("").AssumeRoleWithWebIdentity(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.Credentials
}

// as sends a request with credentials and returns the status of the answer.
func (m *MinIO) as(t *testing.T, c types.Credentials, method, key string) int {
	t.Helper()
	status, err := Request(t.Context(), map[string]string{
		"AWS_ENDPOINT_URL_S3": m.URL, "AWS_ACCESS_KEY_ID": *c.AccessKeyId, "AWS_SECRET_ACCESS_KEY": *c.SecretAccessKey, "AWS_SESSION_TOKEN": *c.SessionToken,
	}, method, "states", key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// allow is a policy that allows actions on the objects of the bucket "states" that a pattern matches.
func allow(actions, pattern string) string {
	return `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [` + actions + `], "Resource": ["arn:aws:s3:::states/` + pattern + `"]}]}`
}

func TestMinIO(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	m := startMinIO(t, i)
	s, err := NewSTS(i, m,
		Role{ARN: planRole, Trust: admits(planSub), Policy: allow(`"s3:GetObject"`, "*")},
		Role{ARN: applyRole, Trust: admits(planSub)}) // the same subject: sessions of one role have nothing of another's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, key := range []string{"b", "a/1"} {
		if err := m.Put(t.Context(), "states", key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	job := i.Job(trust.Claims{"sub": planSub})
	get := func() string { return asJob(t, job, audience) }

	t.Run("objects seen as root", func(t *testing.T) {
		if keys, err := m.Objects(t.Context(), "states"); err != nil || !slices.Equal(keys, []string{"a/1", "b"}) {
			t.Errorf("%v %q", err, keys)
		}
		if keys, err := m.Objects(t.Context(), "empty"); err != nil || keys != nil {
			t.Errorf("%v %q", err, keys)
		}
		if content, ok, err := m.Get(t.Context(), "states", "a/1"); err != nil || !ok || string(content) != "a/1" {
			t.Errorf("%v %v %q", err, ok, content)
		}
		if _, ok, err := m.Get(t.Context(), "states", "none"); err != nil || ok {
			t.Errorf("%v %v", err, ok)
		}
		if _, _, err := m.Get(t.Context(), "nowhere", "none"); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
			t.Error(err)
		}
	})
	t.Run("each role may do what its policy allows", func(t *testing.T) {
		plan, apply := session(t, s, planRole, get(), ""), session(t, s, applyRole, get(), "")
		if read, write := m.as(t, plan, "GET", "b"), m.as(t, plan, "PUT", "c"); read != 200 || write != 403 {
			t.Errorf("the plan role reads %d and writes %d", read, write)
		}
		if read, write := m.as(t, apply, "GET", "b"), m.as(t, apply, "PUT", "c"); read != 200 || write != 200 {
			t.Errorf("the apply role reads %d and writes %d", read, write)
		}
	})
	t.Run("a session policy narrows a role and never widens it", func(t *testing.T) {
		narrow := session(t, s, planRole, get(), allow(`"s3:GetObject", "s3:PutObject"`, "b"))
		if own, other, write := m.as(t, narrow, "GET", "b"), m.as(t, narrow, "GET", "a/1"), m.as(t, narrow, "PUT", "b"); own != 200 || other != 403 || write != 403 {
			t.Errorf("own %d, other %d, write %d", own, other, write)
		}
	})
	t.Run("a session ends with its token", func(t *testing.T) {
		token, err := i.sign(map[string]any{"iss": issuerName, "aud": audience, "sub": planSub, "exp": time.Now().Add(2 * time.Second).Unix()})
		if err != nil {
			t.Fatal(err)
		}
		short := session(t, s, planRole, token, "")
		if got := m.as(t, short, "GET", "b"); got != 200 {
			t.Errorf("%d at first", got)
		}
		time.Sleep(time.Until(*short.Expiration) + 100*time.Millisecond)
		if got := m.as(t, short, "GET", "b"); got != 400 && got != 403 {
			t.Errorf("%d after its end", got)
		}
	})
	t.Run("a job's token is no good at MinIO itself", func(t *testing.T) {
		resp, err := http.Post(m.URL+"/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken="+get(), "application/x-www-form-urlencoded", nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := text(t, resp); resp.StatusCode != 400 || strings.Contains(body, "AccessKeyId") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
	t.Run("a policy that MinIO cannot read is an error", func(t *testing.T) {
		if _, err := NewSTS(i, m, Role{ARN: planRole, Trust: admits(planSub), Policy: "{"}); err == nil || !strings.Contains(err.Error(), planRole) {
			t.Error(err)
		}
	})
}

func TestAProgramThatDoesNotStartSaysWhy(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	dir := t.TempDir()
	script := filepath.Join(dir, "minio")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho no room on $3; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := NewMinIO(t.Context(), script, dir, i); err == nil || !strings.Contains(err.Error(), "ended by itself") || !strings.Contains(err.Error(), "no room on 127.0.0.1:") {
		t.Error(err)
	}
	if _, err := NewMinIO(t.Context(), filepath.Join(dir, "none"), dir, i); err == nil {
		t.Error("a program that is not there has started")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := NewMinIO(ctx, script, dir, i); err == nil || !strings.Contains(err.Error(), "does not get ready") {
		t.Error(err)
	}
}
