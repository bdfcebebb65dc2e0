// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/iam"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// ofAWS are actions of the policies of AWS that layers attach, those that matter below a boundary.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
var ofAWS = map[string][]string{
	"AmazonEKSClusterPolicy": {
		"autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup", "ec2:AttachVolume", "ec2:AuthorizeSecurityGroupIngress",
		"ec2:CreateRoute", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteRoute", "ec2:DeleteSecurityGroup",
		"ec2:DeleteVolume", "ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeInstanceTopology", "ec2:DetachVolume",
		"ec2:ModifyInstanceAttribute", "ec2:ModifyVolume", "ec2:RevokeSecurityGroupIngress", "elasticloadbalancing:CreateLoadBalancer",
		"elasticloadbalancing:RegisterTargets", "kms:DescribeKey",
	},
	"AmazonEKSWorkerNodePolicy": {
		"ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeVolumesModifications", "eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity",
	},
	"AmazonEKS_CNI_Policy": {
		"ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:CreateTags",
		"ec2:DescribeNetworkInterfaces", "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignPrivateIpAddresses",
	},
	"AmazonEC2ContainerRegistryReadOnly": {
		"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:ListImages",
	},
	"AmazonEBSCSIDriverPolicy": {
		"ec2:CreateSnapshot", "ec2:AttachVolume", "ec2:DetachVolume", "ec2:ModifyVolume", "ec2:DescribeVolumes", "ec2:EnableFastSnapshotRestores",
		"ec2:CreateTags", "ec2:DeleteTags", "ec2:CreateVolume", "ec2:DeleteVolume", "ec2:DeleteSnapshot",
	},
	"AmazonSSMManagedInstanceCore": {
		"ssm:DescribeAssociation", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument", "ssm:DescribeDocument", "ssm:GetManifest",
		"ssm:GetParameters", "ssm:ListAssociations", "ssm:PutInventory", "ssm:PutComplianceItems", "ssm:PutConfigurePackageResult",
		"ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel",
		"ssmmessages:OpenDataChannel", "ec2messages:GetMessages", "ec2messages:SendReply",
	},
}

// Below the boundary each role of each layer still can do what its own policies say, and what AWS's say.
func TestBoundaryLeavesRolesTheirWork(t *testing.T) {
	chain, err := plans.Of(t.Context(), plans.Everything)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := iam.Roles(chain)
	if err != nil {
		t.Fatal(err)
	}
	l := apply(t, "prod")
	boundary := parse(t, l.one(t, "aws_iam_policy.boundary").text("policy"))
	bounded := 0
	for _, role := range roles {
		if role.Layer == "01-bootstrap" {
			continue
		}
		bounded++
		if role.Boundary != l.outputs["permissions_boundary_arn"] {
			t.Errorf("%s has the boundary %q", role.Name, role.Boundary)
		}
		for _, s := range role.Policies {
			if !s.Allows() {
				continue
			}
			for _, action := range s.Actions {
				for _, resource := range s.Resources {
					if !allows(t, boundary, request{action, strings.ReplaceAll(resource, "*", "x"), below(s)}) {
						t.Errorf("%s: %s: %s on %s is beyond the boundary", role.Name, s.Sid, action, resource)
					}
				}
			}
		}
		for _, arn := range role.Managed {
			name := arn[strings.LastIndex(arn, "/")+1:]
			if len(ofAWS[name]) == 0 {
				t.Errorf("%s has AWS's policy %s, of which this test knows nothing", role.Name, name)
			}
			for _, action := range ofAWS[name] {
				if !allows(t, boundary, request{action, "x", below(iam.Statement{})}) {
					t.Errorf("%s: %s of %s is beyond the boundary", role.Name, action, name)
				}
			}
		}
	}
	if bounded < 15 {
		t.Errorf("only %d roles were looked at", bounded)
	}
}

// below is the context of a request in the region and of the account, with what a statement asks for.
func below(s iam.Statement) map[string]string {
	context := map[string]string{"aws:requestedregion": "eu-west-1", "aws:resourceaccount": "777788889999"}
	for _, c := range s.Conditions {
		context[strings.ToLower(c.Key)] = c.Values[0]
	}
	return context
}

// Whatever its own policies say, an administrator's among them, a role below the boundary cannot do these.
func TestBoundaryIsACeiling(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		boundary := parse(t, l.one(t, "aws_iam_policy.boundary").text("policy"))
		here := map[string]string{"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": "{account}"}
		l.ask(t, "boundary", boundary, []question{
			{"read a state", "s3:GetObject", state, here, false},
			{"write a state", "s3:PutObject", state, here, false},
			{"open the state bucket", "s3:PutBucketPolicy", states, here, false},
			{"read who read states", "s3:GetObject", states + "-logs/state/2026", here, false},
			{"decrypt a state", "kms:Decrypt", "{key}", here, false},
			{"make a role", "iam:CreateRole", "{iam}:role/{id}-x", here, false},
			{"hand a role on", "iam:PassRole", "{iam}:role/{id}-x", here, false},
			{"take the boundary off", "iam:DeleteRolePermissionsBoundary", "{iam}:role/{id}-node", here, false},
			{"rewrite the boundary", "iam:CreatePolicyVersion", "{boundary}", here, false},
			{"rewrite its own policy", "iam:PutRolePolicy", "{iam}:role/{id}-node", here, false},
			{"make a key that lasts", "iam:CreateAccessKey", "{iam}:user/x", here, false},
			{"become the apply role", "sts:AssumeRole", "{iam}:role/{id}-apply", here, false},
			{"leave the organization", "organizations:LeaveOrganization", "*", here, false},
			{"start a machine", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:{account}:instance/*", here, false},
			{"change a cluster", "eks:CreateAccessEntry", "arn:aws:eks:eu-west-1:{account}:cluster/eks-{id}", here, false},
			{"change a key's policy", "kms:PutKeyPolicy", other, here, false},
			{"write a secret", "secretsmanager:PutSecretValue", secret + "x-AbCdEf", here, false},
			{"read another account's bucket", "s3:GetObject", "arn:aws:s3:::x/y", map[string]string{"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": "000000000000"}, false},
			{"work in another region", "ec2:CreateVolume", "*", map[string]string{"aws:RequestedRegion": "us-east-1", "aws:ResourceAccount": "{account}"}, false},
			{"read a bucket of its own", "s3:GetObject", "arn:aws:s3:::tenant-ai-data/y", here, true},
			{"make a volume", "ec2:CreateVolume", "*", here, true},
			{"ask a model in another region", "bedrock:InvokeModel", "*", map[string]string{"aws:RequestedRegion": "eu-central-1"}, true},
		})
		// A bucket's or a key's own policy that names the role makes no difference where the boundary denies.
		l.ask(t, "boundary, and a policy that lets in", append(boundary, administrator), []question{
			{"read a state", "s3:GetObject", state, here, false},
			{"decrypt a state", "kms:Decrypt", "{key}", here, false},
			{"become the apply role", "sts:AssumeRole", "{iam}:role/{id}-apply", here, false},
			{"change the boundary", "iam:CreatePolicyVersion", "{boundary}", here, false},
		})
	}
}
