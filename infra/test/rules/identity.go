// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// identity are the roles of pods, by the service account that has each.
func identity() map[string]Rule {
	return map[string]Rule{
		"pod-ebs-csi": {"The EBS CSI driver's account in kube-system has AWS's policy and the key of volumes.",
			pod("kube-system", "ebs-csi-controller-sa", ebsCSIRole)},
		"pod-external-secrets": {"external-secrets reads and describes secrets, and decrypts them.",
			pod("unique", "external-secrets", only(readsSecrets, may("secretsmanager:DescribeSecret")))},
		"pod-cert-manager": {"cert-manager changes records of hosted zones, follows changes and finds zones.",
			pod("unique", "cert-manager", only(route53))},
		"pod-assistants-core": {"assistants-core has models, the buckets *-ai-data and secrets.",
			pod("unique", "assistants-core", only(bedrock, buckets, readsSecrets))},
		"pod-litellm": {"litellm has models.", pod("unique", "litellm", only(bedrock))},
		"pod-ingestion": {"backend-service-ingestion has the buckets *-ai-data.",
			pod("unique", "backend-service-ingestion", only(buckets))},
		"pod-ingestion-worker": {"backend-service-ingestion-worker has models and the buckets.",
			pod("unique", "backend-service-ingestion-worker", only(bedrock, buckets))},
		"pod-speech": {"backend-service-speech transcribes, streams and jobs.",
			pod("unique", "backend-service-speech", only(transcribe))},
		"pod-load-balancers": {"The load balancer controller has EC2, ELBv2, IAM, Cognito, ACM, WAFv2 and Shield; it changes what is tagged as its own.",
			pod("unique", "aws-load-balancer-controller", loadBalancers)},
		"pods-trust":    {"Each of these roles is for pods.eks.amazonaws.com, to assume and to tag, and for nobody else.", podsTrust},
		"bedrock-roles": {"Every role that may invoke models may invoke these five kinds of ARN and no others.", bedrockRoles},
	}
}

// permission looks at a role and returns the actions that it accounts for.
type permission func(v *findings, r iam.Role) []string

// pod asks of the role of one service account, in every environment.
func pod(namespace, account string, ask func(v *findings, r iam.Role)) func(*Facts) error {
	return func(f *Facts) error {
		var all findings
		for environment, c := range f.Chains {
			var v findings
			var found []plans.Resource
			for _, a := range c.Layers[computeLayer].With("aws_eks_pod_identity_association", "service_account", account) {
				if a.Text("namespace") == namespace {
					found = append(found, a)
				}
			}
			v.want(len(found) == 1, "%s/%s has %d associations", namespace, account, len(found))
			for _, a := range found {
				v.want(a.Text("cluster_name") == c.Layers[computeLayer].Output("eks_cluster_name"), "the association is with the cluster %s", a.Text("cluster_name"))
				ask(&v, f.role(&v, environment, a.Text("role_arn")))
			}
			for _, err := range v.errs {
				all.note(fmt.Errorf("%s: %w", environment, err))
			}
		}
		return all.result()
	}
}

// only is a role with these permissions and no other.
func only(permissions ...permission) func(v *findings, r iam.Role) {
	return func(v *findings, r iam.Role) {
		accounted := []string{"kms:Decrypt", "kms:GenerateDataKey"} // of what is encrypted; where they may be used is looked at below
		for _, p := range permissions {
			accounted = append(accounted, p(v, r)...)
		}
		for _, s := range r.Policies {
			if !s.Allows() {
				continue
			}
			for _, a := range s.Actions {
				v.want(slices.Contains(accounted, a), "%s: %s is more than asked for", s.Sid, a)
				if strings.HasPrefix(a, "kms:") {
					v.want(s.If("StringEquals", "kms:ViaService") != nil && onlyARNs(s.Resources, ":key/"), "%s: %s on %v", s.Sid, a, s.Resources)
				}
			}
		}
		v.want(len(r.Managed) == 0, "it has AWS's policies %v", r.Managed)
	}
}

func onlyARNs(resources []string, part string) bool {
	return len(resources) > 0 && !slices.ContainsFunc(resources, func(r string) bool { return !strings.Contains(r, part) })
}

// may is a permission of these actions, on whatever the role's policies say.
func may(actions ...string) permission {
	return func(v *findings, r iam.Role) []string {
		for _, a := range actions {
			v.want(len(r.May(a)) > 0, "it may not %s", a)
		}
		return actions
	}
}

// on is a permission of actions on resources that all have a part in their ARN.
func on(part string, actions ...string) permission {
	return func(v *findings, r iam.Role) []string {
		may(actions...)(v, r)
		for _, a := range actions {
			for _, s := range r.May(a) {
				v.want(onlyARNs(s.Resources, part), "%s: %s on %v, not on %s", s.Sid, a, s.Resources, part)
			}
		}
		return actions
	}
}

func readsSecrets(v *findings, r iam.Role) []string {
	on(":secret:", "secretsmanager:GetSecretValue")(v, r)
	for _, s := range r.May("secretsmanager:GetSecretValue") {
		for _, arn := range s.Resources {
			v.want(!strings.HasSuffix(arn, ":secret:*"), "%s: all secrets", s.Sid)
		}
	}
	v.want(len(r.May("kms:Decrypt")) > 0, "it may not decrypt")
	return []string{"secretsmanager:GetSecretValue"}
}

func route53(v *findings, r iam.Role) []string {
	return slices.Concat(
		on(":hostedzone/", "route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets")(v, r),
		on(":change/", "route53:GetChange")(v, r),
		may("route53:ListHostedZones", "route53:ListHostedZonesByName")(v, r),
	)
}

func buckets(v *findings, r iam.Role) []string {
	objects := on("-ai-data/*", "s3:GetObject", "s3:PutObject", "s3:DeleteObject")(v, r)
	list := on("-ai-data", "s3:ListBucket")(v, r)
	for _, s := range r.May("s3:ListBucket") {
		v.want(!slices.ContainsFunc(s.Resources, func(a string) bool { return strings.Contains(a, "/") }), "%s: ListBucket is of buckets, not %v", s.Sid, s.Resources)
	}
	v.want(len(r.May("kms:Decrypt")) > 0 && len(r.May("kms:GenerateDataKey")) > 0, "it may not use the buckets' key")
	return slices.Concat(objects, list)
}

var modelActions = []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}

func bedrock(v *findings, r iam.Role) []string {
	for _, a := range modelActions {
		statements := r.May(a)
		v.want(len(statements) > 0, "it may not %s", a)
		for _, s := range statements {
			modelARNs(v, s)
		}
	}
	return modelActions
}

// modelARNs wants each of the five kinds, and each ARN to be of one.
func modelARNs(v *findings, s iam.Statement) {
	kinds := []string{
		"arn:aws:bedrock:*::foundation-model/*", ":inference-profile/eu.*", ":inference-profile/global.*",
		":inference-profile/*", ":application-inference-profile/*",
	}
	ofKind := func(arn, kind string) bool {
		return strings.HasPrefix(arn, "arn:aws:bedrock:") && strings.HasSuffix(arn, kind)
	}
	for _, kind := range kinds {
		v.want(slices.ContainsFunc(s.Resources, func(arn string) bool { return ofKind(arn, kind) }), "%s: not on %s", s.Sid, kind)
	}
	for _, arn := range s.Resources {
		v.want(slices.ContainsFunc(kinds, func(kind string) bool { return ofKind(arn, kind) }), "%s: on %s", s.Sid, arn)
	}
}

func transcribe(v *findings, r iam.Role) []string {
	all := may("transcribe:StartStreamTranscription", "transcribe:StartTranscriptionJob", "transcribe:GetTranscriptionJob")(v, r)
	return append(all, "transcribe:StartStreamTranscriptionWebSocket", "transcribe:ListTranscriptionJobs", "transcribe:DeleteTranscriptionJob")
}

func ebsCSIRole(v *findings, r iam.Role) {
	v.want(r.Has("AmazonEBSCSIDriverPolicy") && len(r.Managed) == 1, "AWS's policies of it are %v", r.Managed)
	for _, a := range []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"} {
		v.want(len(r.May(a)) > 0, "it may not %s", a)
	}
	v.want(len(r.May("kms:CreateGrant")) > 0, "it may not kms:CreateGrant")
	for _, s := range r.May("kms:CreateGrant") {
		v.want(slices.Equal(s.If("Bool", "kms:GrantIsForAWSResource"), []string{"true"}), "%s grants to whom it likes", s.Sid)
	}
	for _, s := range r.Policies {
		v.want(onlyARNs(s.Resources, ":key/"), "%s is on %v", s.Sid, s.Resources)
	}
}

// loadBalancers wants each service, and a tag of the cluster on what is changed or taken away.
func loadBalancers(v *findings, r iam.Role) {
	for _, a := range []string{
		"ec2:DescribeSubnets", "ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "elasticloadbalancing:CreateLoadBalancer",
		"elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:RegisterTargets", "iam:CreateServiceLinkedRole",
		"iam:ListServerCertificates", "cognito-idp:DescribeUserPoolClient", "acm:DescribeCertificate", "acm:ListCertificates",
		"wafv2:AssociateWebACL", "wafv2:GetWebACLForResource", "shield:CreateProtection", "shield:GetSubscriptionState",
	} {
		v.want(len(r.May(a)) > 0, "it may not %s", a)
	}
	for _, a := range []string{"elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup", "ec2:DeleteSecurityGroup"} {
		for _, s := range r.May(a) {
			tagged := slices.ContainsFunc(s.Conditions, func(c iam.Condition) bool {
				return strings.HasPrefix(c.Key, "aws:ResourceTag/") && strings.HasPrefix(c.Operator, "String") || c.Operator == "Null" && strings.HasPrefix(c.Key, "aws:ResourceTag/")
			})
			v.want(tagged, "%s: %s of what is not tagged", s.Sid, a)
		}
	}
	for _, s := range r.May("iam:CreateServiceLinkedRole") {
		v.want(onlyARNs(s.Resources, "elasticloadbalancing.amazonaws.com") || s.If("StringEquals", "iam:AWSServiceName") != nil, "%s: any service-linked role", s.Sid)
	}
	v.want(len(r.Managed) == 0, "it has AWS's policies %v", r.Managed)
}

func podsTrust(f *Facts) error {
	var v findings
	for environment, c := range f.Chains {
		associations := c.Layers[computeLayer].Of("aws_eks_pod_identity_association")
		v.want(len(associations) == 9, "%s: there are %d associations", environment, len(associations))
		for _, a := range associations {
			role := f.role(&v, environment, a.Text("role_arn"))
			v.want(len(role.Trust) == 1, "%s: %s is trusted in %d statements", environment, role.Name, len(role.Trust))
			for _, s := range role.Trust {
				is := slices.Sorted(slices.Values(s.Actions))
				v.want(slices.Equal(is, []string{"sts:AssumeRole", "sts:TagSession"}), "%s: %s: %v", environment, role.Name, is)
				v.want(len(s.Principals) == 1 && slices.Equal(s.Principals["Service"], []string{"pods.eks.amazonaws.com"}), "%s: %s is for %v", environment, role.Name, s.Principals)
			}
		}
	}
	return v.result()
}

func bedrockRoles(f *Facts) error {
	var v findings
	for environment, roles := range f.Roles {
		n := 0
		for _, r := range roles {
			if r.Layer != computeLayer {
				continue
			}
			for _, s := range r.Policies {
				if s.Allows() && slices.ContainsFunc(s.Actions, func(a string) bool { return strings.HasPrefix(a, "bedrock:") }) {
					n++
					is := slices.Sorted(slices.Values(s.Actions))
					v.want(slices.Equal(is, modelActions), "%s: %s may %v", environment, r.Name, is)
					modelARNs(&v, s)
				}
			}
		}
		v.want(n == 3, "%s: %d roles have models", environment, n)
	}
	return v.result()
}
