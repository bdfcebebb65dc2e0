// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"slices"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
)

// Whoever IAM lets in, the bucket's own policy holds for: administrators, too.
func TestStateBucketRefuses(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		policy := parse(t, l.one(t, "aws_s3_bucket_policy.state").text("policy"))
		for _, s := range policy {
			if s.Allows() || !slices.Contains(s.Principals["*"], "*") && !slices.Contains(s.Principals["AWS"], "*") {
				t.Errorf("%s: %s is no denial for everybody: the bucket lets nobody in by itself", environment, s.Sid)
			}
		}
		tls := map[string]string{"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
		const sse, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
		l.ask(t, "state bucket", append(policy, administrator), []question{
			{"a state as Terraform's backend writes it", "s3:PutObject", state, tls, true},
			{"a state with the key", "s3:PutObject", state, with(with(tls, sse, "aws:kms"), key, "{key}"), true},
			{"a state with another key", "s3:PutObject", state, with(with(tls, sse, "aws:kms"), key, other), false},
			{"a state with AWS's own key", "s3:PutObject", state, with(tls, sse, "aws:kms"), false},
			{"a state with S3's own key", "s3:PutObject", state, with(tls, sse, "AES256"), false},
			{"a state with the caller's key", "s3:PutObject", state, with(tls, "s3:x-amz-server-side-encryption-customer-algorithm", "AES256"), false},
			{"a lock", "s3:PutObject", lock, tls, true},
			{"releasing a lock", "s3:DeleteObject", lock, tls, true},
			{"reading in the clear", "s3:GetObject", state, with(tls, "aws:SecureTransport", "false"), false},
			{"reading by TLS 1.1", "s3:GetObject", state, with(tls, "s3:TlsVersion", "1.1"), false},
			{"losing an old state", "s3:DeleteObjectVersion", state, tls, false},
			{"deleting the bucket", "s3:DeleteBucket", states, tls, false},
		})
	}
}

// Logs come from S3, about this bucket, and from nobody else.
func TestOnlyS3WritesTheLogs(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		policy := parse(t, l.one(t, "aws_s3_bucket_policy.logs").text("policy"))
		for _, s := range policy {
			if s.Allows() && (len(s.Principals) != 1 || !slices.Equal(s.Principals["Service"], []string{"logging.s3.amazonaws.com"})) {
				t.Errorf("%s: %s lets in %v", environment, s.Sid, s.Principals)
			}
		}
		from := map[string]string{"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:SourceAccount": "{account}", "aws:SourceArn": states}
		l.ask(t, "logs", policy, []question{
			{"S3 about states", "s3:PutObject", states + "-logs/state/2026-11-23", from, true},
			{"S3 about another bucket", "s3:PutObject", states + "-logs/state/2026-11-23", with(from, "aws:SourceArn", "arn:aws:s3:::x"), false},
			{"S3 for another account", "s3:PutObject", states + "-logs/state/2026-11-23", with(from, "aws:SourceAccount", "000000000000"), false},
			{"S3 elsewhere in it", "s3:PutObject", states + "-logs/other/2026-11-23", from, false},
			{"reading", "s3:GetObject", states + "-logs/state/2026-11-23", from, false},
		})
	}
}

// The key is used through S3 by the two roles; all else is for the account to decide.
func TestStateKeyIsUsedThroughS3(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		var roles []iam.Statement
		for _, s := range parse(t, l.one(t, "aws_kms_key.state").text("policy")) {
			who := slices.Sorted(slices.Values(s.Principals["AWS"]))
			switch {
			case slices.Equal(who, []string{l.fill("{iam}:root")}):
			case slices.Equal(who, []string{l.outputs["apply_role_arn"], l.outputs["plan_role_arn"]}):
				roles = append(roles, s)
			default:
				t.Errorf("%s: %s is for %v", environment, s.Sid, s.Principals)
			}
		}
		here := with(viaS3, "kms:CallerAccount", "{account}")
		l.ask(t, "key", roles, []question{
			{"a state", "kms:Decrypt", "*", here, true},
			{"writing one", "kms:GenerateDataKey", "*", here, true},
			{"by itself", "kms:Decrypt", "*", map[string]string{"kms:CallerAccount": "{account}"}, false},
			{"for another account", "kms:Decrypt", "*", with(viaS3, "kms:CallerAccount", "000000000000"), false},
			{"through another service", "kms:Decrypt", "*", with(viaSecrets, "kms:CallerAccount", "{account}"), false},
			{"handing it on", "kms:CreateGrant", "*", here, false},
			{"changing its policy", "kms:PutKeyPolicy", "*", here, false},
		})
	}
}
