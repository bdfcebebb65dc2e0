// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/golang-jwt/jwt/v4"
)

// Objects returns the keys of a bucket, sorted, seen as root.
func (m *MinIO) Objects(ctx context.Context, bucket string) ([]string, error) {
	var keys []string
	for query := (url.Values{"list-type": {"2"}}); ; {
		body, err := m.call(ctx, http.MethodGet, "/"+bucket, query, nil)
		if err != nil {
			return nil, err
		}
		var page struct {
			Contents              []struct{ Key string }
			NextContinuationToken string
		}
		if err := xml.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		for _, object := range page.Contents {
			keys = append(keys, object.Key)
		}
		if page.NextContinuationToken == "" {
			return keys, nil
		}
		query.Set("continuation-token", page.NextContinuationToken)
	}
}

// Get returns an object, seen as root; ok is false if there is none.
func (m *MinIO) Get(ctx context.Context, bucket, key string) (content []byte, ok bool, err error) {
	content, err = m.call(ctx, http.MethodGet, "/"+bucket+"/"+key, nil, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.Code == "NoSuchKey" {
		return nil, false, nil
	}
	return content, err == nil, err
}

// Put writes an object as root.
func (m *MinIO) Put(ctx context.Context, bucket, key string, content []byte) error {
	_, err := m.call(ctx, http.MethodPut, "/"+bucket+"/"+key, nil, content)
	return err
}

// A refusal is an answer that is no success.
type refusal struct {
	Status        int
	Code, Message string
}

func (e *refusal) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// call sends a request that root has signed, and returns the body of the answer.
func (m *MinIO) call(ctx context.Context, method, path string, query url.Values, content []byte) ([]byte, error) {
	root := aws.Credentials{AccessKeyID: m.root, SecretAccessKey: m.password}
	req, err := signed(ctx, root, method, m.URL, path, query, content)
	if err != nil {
		return nil, err
	}
	return send(req)
}

// send returns the body of an answer that is a success; others are a *refusal.
func send(req *http.Request) ([]byte, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // a reader
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusOK {
		return body, err
	}
	refused := &refusal{Status: resp.StatusCode}
	var sts struct{ Error *refusal } // STS has it one level deeper
	if xml.Unmarshal(body, refused) != nil || refused.Code == "" {
		sts.Error = refused
		_ = xml.Unmarshal(body, &sts)
	}
	if refused.Code == "" {
		refused.Message = string(body)
	}
	return nil, refused
}

// assume makes a session until end, by a token that names the role's policy. MinIO keeps the policy of a session by the
// subject of its token, so that each role has subjects of its own.
func (m *MinIO) assume(ctx context.Context, i *Issuer, s Session, end time.Time) (grant, error) {
	token, err := i.sign(jwt.MapClaims{
		"iss": issuerName, "aud": client, "sub": s.arn() + " of " + s.Claims["sub"], "exp": end.Unix(), claim: policyName(s.Role),
	})
	if err != nil {
		return grant{}, err
	}
	query := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "WebIdentityToken": {token}}
	if s.Policy != "" {
		query.Set("Policy", aboutS3(s.Policy))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL+"/?"+query.Encode(), nil)
	if err != nil {
		return grant{}, err
	}
	body, err := send(req)
	if err != nil {
		return grant{}, err
	}
	var granted struct {
		Credentials grant `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
	}
	return granted.Credentials, xml.Unmarshal(body, &granted)
}

// policyName is what MinIO calls the policy of a role.
func policyName(role string) string { return roleID(role) }
