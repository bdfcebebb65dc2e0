// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
)

// A case is a request, in words, of a role; {id}, {account} and {key} stand for the environment's own.
type question struct {
	name, action, resource string
	context                map[string]string
	allowed                bool
}

func (l *layer) fill(text string) string {
	return strings.NewReplacer("{id}", l.id(), "{account}", accounts[l.environment], "{key}", l.outputs["state_kms_key_arn"],
		"{boundary}", l.outputs["permissions_boundary_arn"], "{iam}", "arn:aws:iam::"+accounts[l.environment]).Replace(text)
}

func (l *layer) ask(t *testing.T, who string, statements []iam.Statement, questions []question) {
	t.Helper()
	for _, q := range questions {
		context := map[string]string{}
		for key, value := range q.context {
			context[strings.ToLower(key)] = l.fill(value)
		}
		if got := allows(t, statements, request{q.action, l.fill(q.resource), context}); got != q.allowed {
			t.Errorf("%s %s: %s (%s on %s): %v", l.environment, who, q.name, q.action, l.fill(q.resource), got)
		}
	}
}

const (
	states = "arn:aws:s3:::{id}-state"
	state  = states + "/compute/terraform.tfstate"
	lock   = state + ".tflock"
	secret = "arn:aws:secretsmanager:eu-west-1:{account}:secret:"
	other  = "arn:aws:kms:eu-west-1:{account}:key/99999999-0000-0000-0000-000000000000"
)

var (
	viaS3      = map[string]string{"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
	viaSecrets = map[string]string{"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
	bounded    = map[string]string{"iam:PermissionsBoundary": "{boundary}"}
)

// The plan role, even as an administrator: it writes nothing but locks and reads no secret but those that are named.
func TestPlanRoleOnlyReads(t *testing.T) {
	for _, environment := range []string{"sbx", "prod"} {
		l := apply(t, environment)
		own, aws := l.policies(t, l.id()+"-plan")
		if !slices.Equal(aws, []string{"ReadOnlyAccess"}) {
			t.Errorf("%s: AWS's policies are %v", environment, aws)
		}
		l.ask(t, "plan", own, []question{
			{"find states", "s3:ListBucket", states, nil, true},
			{"read a state", "s3:GetObject", state, nil, true},
			{"take a lock", "s3:PutObject", lock, nil, true},
			{"release a lock", "s3:DeleteObject", lock, nil, true},
			{"decrypt a state", "kms:Decrypt", "{key}", viaS3, true},
			{"encrypt a lock", "kms:GenerateDataKey", "{key}", viaS3, true},
			{"use the key by itself", "kms:Decrypt", "{key}", nil, false},
			{"read a secret of the configuration", "secretsmanager:GetSecretValue", secret + "layerbot/plan/registry-AbCdEf", nil, true},
			{"read back the registry's", "secretsmanager:GetSecretValue", secret + "ecr-pullthroughcache/acme.azurecr.io-AbCdEf", nil, true},
			{"decrypt it", "kms:Decrypt", other, with(viaSecrets, "kms:EncryptionContext:SecretARN", secret+"ecr-pullthroughcache/acme.azurecr.io-AbCdEf"), true},
			{"decrypt another secret", "kms:Decrypt", other, with(viaSecrets, "kms:EncryptionContext:SecretARN", secret+"prod/db-AbCdEf"), false},
			{"run a machine", "ec2:RunInstances", "*", nil, false},
		})
		l.ask(t, "plan as administrator", append(own, administrator), []question{
			{"write a state", "s3:PutObject", state, nil, false},
			{"delete a state", "s3:DeleteObject", state, nil, false},
			{"delete a state's old version", "s3:DeleteObjectVersion", state, nil, false},
			{"write elsewhere", "s3:PutObject", "arn:aws:s3:::site/index.html", nil, false},
			{"read another bucket", "s3:GetObject", "arn:aws:s3:::customers/all.csv", nil, false},
			{"read who read states", "s3:GetObject", states + "-logs/state/2026", nil, false},
			{"read a secret", "secretsmanager:GetSecretValue", secret + "prod/db-AbCdEf", nil, false},
			{"read the caches' other credentials", "secretsmanager:GetSecretValue", secret + "ecr-pullthroughcache/docker-hub-AbCdEf", nil, false},
			{"read many secrets", "secretsmanager:BatchGetSecretValue", "*", nil, false},
			{"read a parameter", "ssm:GetParametersByPath", "arn:aws:ssm:eu-west-1:{account}:parameter/prod", nil, false},
			{"read the image's parameter", "ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/x", nil, true},
			{"decrypt something", "kms:Decrypt", other, nil, false},
			{"decrypt something through S3", "kms:Decrypt", other, viaS3, false},
			{"read rows", "dynamodb:Scan", "arn:aws:dynamodb:eu-west-1:{account}:table/x", nil, false},
			{"read logs", "logs:GetLogEvents", "*", nil, false},
			{"become the apply role", "sts:AssumeRole", "{iam}:role/{id}-apply", nil, false},
			{"open a session on a machine", "ssm:StartSession", "*", nil, false},
			{"look at machines", "ec2:DescribeInstances", "*", nil, true},
		})
	}
}

// The apply role, even as an administrator, leaves alone what lets it in, and makes no role without the boundary.
func TestApplyRoleLeavesItsOwnLayerAlone(t *testing.T) {
	for _, environment := range []string{"sbx", "prod"} {
		l := apply(t, environment)
		own, aws := l.policies(t, l.id()+"-apply")
		if !slices.Equal(aws, []string{"ReadOnlyAccess"}) {
			t.Errorf("%s: AWS's policies are %v", environment, aws)
		}
		for _, action := range []string{
			"iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy",
			"iam:DeleteRole", "iam:UpdateRole", "iam:PassRole", "iam:TagRole", "iam:PutRolePermissionsBoundary",
		} {
			for _, role := range []string{"apply", "plan"} {
				l.ask(t, "apply as administrator", append(own, administrator), []question{
					{"change a role of its own layer", action, "{iam}:role/{id}-" + role, bounded, false}})
			}
		}
		for _, action := range []string{"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:CreatePolicy", "iam:TagPolicy"} {
			for _, p := range l.of("aws_iam_policy") {
				l.ask(t, "apply as administrator", append(own, administrator), []question{
					{"change a policy of its own layer", action, p.text("arn"), nil, false}})
			}
		}
		for _, bucket := range []string{states, states + "-logs"} {
			for _, action := range []string{
				"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration",
				"s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutBucketLogging", "s3:PutReplicationConfiguration",
			} {
				l.ask(t, "apply as administrator", append(own, administrator), []question{{"change a bucket of its own layer", action, bucket, nil, false}})
			}
		}
		l.ask(t, "apply as administrator", append(own, administrator), []question{
			{"make a role without the boundary", "iam:CreateRole", "{iam}:role/{id}-x", nil, false},
			{"make a role with another boundary", "iam:CreateRole", "{iam}:role/{id}-x", map[string]string{"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}, false},
			{"give a role without the boundary a policy", "iam:PutRolePolicy", "{iam}:role/somebody", nil, false},
			{"take a boundary off", "iam:DeleteRolePermissionsBoundary", "{iam}:role/{id}-node", bounded, false},
			{"put another boundary on", "iam:PutRolePermissionsBoundary", "{iam}:role/{id}-node", bounded, false},
			{"widen the audience", "iam:AddClientIDToOpenIDConnectProvider", "{iam}:oidc-provider/token.actions.githubusercontent.com", nil, false},
			{"make the provider anew", "iam:DeleteOpenIDConnectProvider", "{iam}:oidc-provider/token.actions.githubusercontent.com", nil, false},
			{"make a user", "iam:CreateUser", "{iam}:user/x", nil, false},
			{"make a key that lasts", "iam:CreateAccessKey", "{iam}:user/x", nil, false},
			{"lose old states", "s3:DeleteObjectVersion", state, nil, false},
			{"lose what is known of readers", "s3:DeleteObject", states + "-logs/state/2026", nil, false},
			{"open the states' key", "kms:PutKeyPolicy", "{key}", nil, false},
			{"delete the states' key", "kms:ScheduleKeyDeletion", "{key}", nil, false},
			{"grant the states' key", "kms:CreateGrant", "{key}", nil, false},
			{"move the key's alias", "kms:UpdateAlias", "arn:aws:kms:eu-west-1:{account}:alias/{id}-state", nil, false},
			{"become somebody else", "sts:AssumeRole", "{iam}:role/admin", nil, false},
			{"read another bucket", "s3:GetObject", "arn:aws:s3:::customers/all.csv", nil, false},
			{"read a secret", "secretsmanager:GetSecretValue", secret + "prod/db-AbCdEf", nil, false},
			{"share with strangers", "ram:CreateResourceShare", "*", map[string]string{"ram:RequestedAllowsExternalPrincipals": "true"}, false},
		})
	}
}

// What the apply role may do by its own policies: what layers build, under their names.
func TestApplyRoleBuildsLayers(t *testing.T) {
	for _, environment := range []string{"sbx", "prod"} {
		l := apply(t, environment)
		own, _ := l.policies(t, l.id()+"-apply")
		tagged := map[string]string{"aws:RequestTag/Project": "layerbot", "aws:RequestedRegion": "eu-west-1"}
		mine := map[string]string{"aws:ResourceTag/Project": "layerbot"}
		l.ask(t, "apply", own, []question{
			{"write a state", "s3:PutObject", state, nil, true},
			{"delete a state", "s3:DeleteObject", state, nil, false},
			{"make a role with the boundary", "iam:CreateRole", "{iam}:role/{id}-node", bounded, true},
			{"make one under another name", "iam:CreateRole", "{iam}:role/somebody", bounded, false},
			{"give it a policy of AWS", "iam:AttachRolePolicy", "{iam}:role/{id}-node", with(bounded, "iam:PolicyARN", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"), true},
			{"give it a policy of this account", "iam:AttachRolePolicy", "{iam}:role/{id}-node", with(bounded, "iam:PolicyARN", "{iam}:policy/{id}-apply-identity"), false},
			{"hand a role to EC2", "iam:PassRole", "{iam}:role/{id}-node", map[string]string{"iam:PassedToService": "ec2.amazonaws.com"}, true},
			{"hand a role to Lambda", "iam:PassRole", "{iam}:role/{id}-node", map[string]string{"iam:PassedToService": "lambda.amazonaws.com"}, false},
			{"hand a role to nobody in particular", "iam:PassRole", "{iam}:role/{id}-node", nil, false},
			{"have EKS make its role", "iam:CreateServiceLinkedRole", "{iam}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", map[string]string{"iam:AWSServiceName": "eks.amazonaws.com"}, true},
			{"make a policy", "iam:CreatePolicy", "{iam}:policy/{id}-x", nil, false},
			{"make a cluster", "eks:CreateCluster", "*", tagged, true},
			{"change the cluster", "eks:UpdateClusterConfig", "arn:aws:eks:eu-west-1:{account}:cluster/eks-{id}", nil, true},
			{"change another cluster", "eks:UpdateClusterConfig", "arn:aws:eks:eu-west-1:{account}:cluster/other", nil, false},
			{"run a machine with IMDSv2", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:{account}:instance/*", map[string]string{"ec2:MetadataHttpTokens": "required"}, true},
			{"run a machine without", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:{account}:instance/*", map[string]string{"ec2:MetadataHttpTokens": "optional"}, false},
			{"end a machine", "ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:{account}:instance/i-1", mine, true},
			{"end somebody else's", "ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:{account}:instance/i-1", nil, false},
			{"make a subnet in another region", "ec2:CreateSubnet", "arn:aws:ec2:us-east-1:{account}:subnet/*", nil, false},
			{"make a key", "kms:CreateKey", "*", tagged, true},
			{"rotate a key whose tags do not count yet", "kms:EnableKeyRotation", other, nil, true},
			{"rotate another project's", "kms:EnableKeyRotation", other, map[string]string{"aws:ResourceTag/Project": "other"}, false},
			{"encrypt a volume by such a key", "kms:CreateGrant", other, map[string]string{"kms:ViaService": "ec2.eu-west-1.amazonaws.com", "kms:GrantIsForAWSResource": "true"}, true},
			{"grant it to somebody", "kms:CreateGrant", other, nil, false},
			{"grant it to somebody through a service", "kms:CreateGrant", other, map[string]string{"kms:ViaService": "ec2.eu-west-1.amazonaws.com"}, false},
			{"share an origin by RAM", "cloudfront:PutResourcePolicy", "arn:aws:cloudfront::{account}:vpcorigin/vo_1", map[string]string{"aws:ViaAWSService": "true"}, true},
			{"share an origin by itself", "cloudfront:PutResourcePolicy", "arn:aws:cloudfront::{account}:vpcorigin/vo_1", map[string]string{"aws:ViaAWSService": "false"}, false},
			{"clear another project's repository", "ecr:PutLifecyclePolicy", "arn:aws:ecr:eu-west-1:{account}:repository/x", map[string]string{"aws:ResourceTag/Project": "other"}, false},
			{"empty the sandbox's logs", "s3:DeleteObjectVersion", "arn:aws:s3:::{id}-lb-logs/cloudfront/AWSLogs/1", nil, environment == "sbx"},
			{"empty another bucket", "s3:DeleteObjectVersion", "arn:aws:s3:::{id}-ai-data/1", nil, false},
			{"make the registry's secret", "secretsmanager:CreateSecret", secret + "ecr-pullthroughcache/acme.azurecr.io", nil, true},
			{"change a key", "kms:PutKeyPolicy", other, mine, true},
			{"change somebody else's key", "kms:PutKeyPolicy", other, nil, false},
			{"decrypt by itself", "kms:Decrypt", other, nil, false},
			{"encrypt the registry's secret", "kms:GenerateDataKey", other, viaSecrets, true},
			{"write the registry's secret", "secretsmanager:PutSecretValue", secret + "ecr-pullthroughcache/acme.azurecr.io-AbCdEf", nil, true},
			{"write another secret", "secretsmanager:PutSecretValue", secret + "prod/db-AbCdEf", nil, false},
			{"trust a cluster's tokens", "iam:CreateOpenIDConnectProvider", "{iam}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC", nil, true},
			{"trust somebody else's tokens", "iam:CreateOpenIDConnectProvider", "{iam}:oidc-provider/evil.example", nil, false},
		})
	}
}

// with sets a key of a context, in a copy.
func with(context map[string]string, key, value string) map[string]string {
	all := maps.Clone(context)
	all[key] = value
	return all
}
