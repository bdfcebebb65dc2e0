// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"strings"
	"testing"
)

func TestMinIOIsToldOfStatementsAboutS3(t *testing.T) {
	t.Parallel()
	const s3 = `{"Effect":"Allow","Action":["s3:Get*"],"NotResource":["a","b"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}`
	const nothing = `{"Effect":"Deny","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}`
	for name, c := range map[string]struct{ given, want string }{
		"it stays":                        {s3, s3},
		"one word":                        {`{"Effect":"Deny","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":["*"],"Resource":["*"]}`},
		"all but S3":                      {`{"Effect":"Allow","NotAction":"s3:*","Resource":"*"},` + s3, s3},
		"all but something else stays":    {`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, `{"Effect":"Allow","NotAction":["iam:*"],"Resource":["*"]}`},
		"another service":                 {`{"Effect":"Allow","Action":["kms:*","ec2:*"],"Resource":"*"},` + s3, s3},
		"S3 among others":                 {`{"Effect":"Allow","Action":["kms:*","s3:GetObject"],"Resource":"*"}`, `{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}`},
		"nothing of S3, so none of it":    {`{"Effect":"Allow","Action":"kms:*","Resource":"*"}`, nothing},
		"all but S3 alone, so none of it": {`{"Effect":"Allow","NotAction":["s3:*"],"Resource":"*"}`, nothing},
	} {
		got := aboutS3(`{"Version":"2012-10-17","Statement":[` + c.given + `]}`)
		if want := `{"Version":"2012-10-17","Statement":[` + c.want + `]}`; got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
}

func FuzzAboutS3(f *testing.F) {
	f.Add(bounds)
	f.Add(`{"Statement":[{"Effect":"Allow","NotAction":["s3:*","a"],"NotResource":"*","Condition":{"a":{"b":["c",1,null]}}}]}`)
	f.Add(`{"Statement":[{"Effect":"Allow","Action":null,"Resource":["\ud800"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, failure := parsePolicy(text); failure != nil {
			return
		}
		told := aboutS3(text)
		p, failure := parsePolicy(told)
		if failure != nil {
			t.Fatalf("%s became %s: %v", text, told, failure)
		}
		for _, s := range p.Statement {
			for _, action := range s.Action {
				if action != "*" && !strings.HasPrefix(action, "s3:") {
					t.Errorf("%s became %s", text, told)
				}
			}
		}
	})
}
