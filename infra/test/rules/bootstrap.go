// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// bootstrap is what lets Layerbot in.
func bootstrap() map[string]Rule {
	return map[string]Rule{
		"state-bucket":  {"The bucket of states is versioned, encrypted with its own key, closed to the public, and reached by TLS only.", everywhere(bootstrapLayer, stateBucket)},
		"state-key":     {"The key of states rotates.", everywhere(bootstrapLayer, stateKey)},
		"state-backend": {"Every environment's states are in the bucket that its bootstrap makes, under the layer's short name, with S3's own lock.", stateBackend},
		"github-oidc":   {"GitHub's provider is for sts.amazonaws.com only.", everywhere(bootstrapLayer, githubProvider)},
		"github-trust":  {"Both roles compare audience, subject in both forms, repository id and workflow as wholes; apply the branch, too.", githubTrust},
	}
}

func stateBucket(v *findings, l *plans.Layer, _ *plans.Chain) {
	name := l.Output("state_bucket")
	v.want(len(l.With("aws_s3_bucket", "bucket", name)) == 1, "there is no bucket %q", name)
	one := func(kind string) plans.Resource {
		found := l.With(kind, "bucket", name)
		v.want(len(found) == 1, "there are %d %s", len(found), kind)
		if len(found) == 0 {
			return plans.Resource{}
		}
		return found[0]
	}
	v.want(one("aws_s3_bucket_versioning").Block("versioning_configuration").Text("status") == "Enabled", "it is not versioned")
	sse := one("aws_s3_bucket_server_side_encryption_configuration").Block("rule").Block("apply_server_side_encryption_by_default")
	v.want(sse.Text("sse_algorithm") == "aws:kms" && sse.Text("kms_master_key_id") == l.Output("state_kms_key_arn"), "it is encrypted by %v", sse.Values)
	block := one("aws_s3_bucket_public_access_block")
	for _, b := range []string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"} {
		v.want(block.Flag(b), "%s is off", b)
	}
	statements, err := iam.Parse(one("aws_s3_bucket_policy").Text("policy"))
	v.note(err)
	tls := slices.ContainsFunc(statements, func(s iam.Statement) bool {
		return s.Effect == "Deny" && s.Does("s3:GetObject") && slices.Equal(s.If("Bool", "aws:SecureTransport"), []string{"false"})
	})
	v.want(tls, "it is reached without TLS")
}

func stateKey(v *findings, l *plans.Layer, _ *plans.Chain) {
	keys := l.With("aws_kms_key", "arn", l.Output("state_kms_key_arn"))
	v.want(len(keys) == 1 && keys[0].Flag("enable_key_rotation"), "there are %d, or it does not rotate", len(keys))
}

func githubProvider(v *findings, l *plans.Layer, _ *plans.Chain) {
	p, err := l.One("aws_iam_openid_connect_provider")
	v.note(err)
	v.want(strings.TrimPrefix(p.Text("url"), "https://") == "token.actions.githubusercontent.com", "its url is %s", p.Text("url"))
	v.want(slices.Equal(p.Texts("client_id_list"), []string{"sts.amazonaws.com"}), "it is for %v", p.Texts("client_id_list"))
	v.want(l.Output("github_oidc_provider_arn") == p.Text("arn"), "the output is %q", l.Output("github_oidc_provider_arn"))
}

const claims = "token.actions.githubusercontent.com:"

func githubTrust(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		l := c.Layers[bootstrapLayer]
		folder := environment
		if environment == plans.Everything {
			folder = "prod"
		}
		plan := f.role(&v, environment, l.Output("plan_role_arn"))
		apply := f.role(&v, environment, l.Output("apply_role_arn"))
		trusts(&v, plan, "plan-"+folder, false)
		trusts(&v, apply, folder, true)
	}
	return v.result()
}

// trusts wants one statement, of equalities alone, with a subject in both of its forms.
func trusts(v *findings, r iam.Role, environment string, branch bool) {
	v.want(len(r.Trust) == 1, "%s is trusted in %d statements", r.Name, len(r.Trust))
	for _, s := range r.Trust {
		v.want(slices.Equal(s.Actions, []string{"sts:AssumeRoleWithWebIdentity"}), "%s: %v", r.Name, s.Actions)
		for _, c := range s.Conditions {
			v.want(c.Operator == "StringEquals", "%s: %s %s", r.Name, c.Operator, c.Key)
			for _, value := range c.Values {
				v.want(!strings.ContainsAny(value, "*?"), "%s: %s is %s", r.Name, c.Key, value)
			}
		}
		v.want(slices.Equal(s.If("StringEquals", claims+"aud"), []string{"sts.amazonaws.com"}), "%s: aud", r.Name)
		subjects := s.If("StringEquals", claims+"sub")
		v.want(len(subjects) == 2, "%s: sub is %v", r.Name, subjects)
		for _, sub := range subjects {
			v.want(strings.HasPrefix(sub, "repo:") && strings.HasSuffix(sub, ":environment:"+environment), "%s: sub %s", r.Name, sub)
		}
		v.want(len(s.If("StringEquals", claims+"repository_id")) == 1, "%s: repository_id", r.Name)
		v.want(len(s.If("StringEquals", claims+"job_workflow_ref")) > 0, "%s: job_workflow_ref", r.Name)
		v.want((len(s.If("StringEquals", claims+"ref")) == 1) == branch, "%s: ref is %v", r.Name, s.If("StringEquals", claims+"ref"))
	}
}
