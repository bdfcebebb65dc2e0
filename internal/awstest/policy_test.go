package awstest

import "testing"

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
