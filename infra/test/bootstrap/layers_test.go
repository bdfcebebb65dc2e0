// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/plans"
)

// A need is what the provider asks AWS for, to make, change and remove a resource of a type: actions, and the resource that AWS
// decides about. {x} is the attribute x of the resource; "" is a resource that is part of another, and asks for nothing else.
type need struct {
	actions  string
	resource string
}

const ec2 = "arn:aws:ec2:eu-west-1:{account}:"

var needs = map[string][]need{
	"aws_cloudfront_vpc_origin": {
		{"cloudfront:CreateVpcOrigin", "*"},
		{"cloudfront:UpdateVpcOrigin cloudfront:DeleteVpcOrigin cloudfront:TagResource", "arn:aws:cloudfront::{account}:vpcorigin/{id}"},
	},
	"aws_cloudwatch_event_rule":   {{"events:PutRule events:DeleteRule events:TagResource events:UntagResource", "{arn}"}},
	"aws_cloudwatch_event_target": {{"events:PutTargets events:RemoveTargets", "arn:aws:events:eu-west-1:{account}:rule/{rule}"}},
	"aws_cloudwatch_log_group": {
		{"logs:CreateLogGroup logs:DeleteLogGroup logs:PutRetentionPolicy logs:AssociateKmsKey logs:TagResource", "{arn}"},
	},
	"aws_default_security_group":              {{"ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress ec2:CreateTags", ec2 + "security-group/{id}"}},
	"aws_ec2_subnet_cidr_reservation":         {{"ec2:CreateSubnetCidrReservation", ec2 + "subnet/{subnet_id}"}, {"ec2:DeleteSubnetCidrReservation", "*"}},
	"aws_ecr_lifecycle_policy":                {{"ecr:PutLifecyclePolicy ecr:DeleteLifecyclePolicy", "arn:aws:ecr:eu-west-1:{account}:repository/{repository}"}},
	"aws_ecr_pull_through_cache_rule":         {{"ecr:CreatePullThroughCacheRule ecr:UpdatePullThroughCacheRule ecr:DeletePullThroughCacheRule", "*"}},
	"aws_ecr_registry_scanning_configuration": {{"ecr:PutRegistryScanningConfiguration", "*"}},
	"aws_ecr_repository": {
		{"ecr:CreateRepository ecr:DeleteRepository ecr:PutImageTagMutability ecr:PutImageScanningConfiguration ecr:TagResource", "{arn}"},
		{"kms:CreateGrant kms:RetireGrant", other},
	},
	"aws_ecr_repository_creation_template": {
		{"ecr:CreateRepositoryCreationTemplate ecr:UpdateRepositoryCreationTemplate ecr:DeleteRepositoryCreationTemplate", "*"},
		{"ecr:CreateRepository ecr:PutLifecyclePolicy", "arn:aws:ecr:eu-west-1:{account}:repository/{prefix_of_cache}"},
	},
	"aws_inspector2_enabler": {{"inspector2:Enable inspector2:Disable", "*"}},
	"aws_eip":                {{"ec2:AllocateAddress ec2:ReleaseAddress ec2:AssociateAddress ec2:DisassociateAddress ec2:CreateTags", ec2 + "elastic-ip/{id}"}},
	"aws_eks_access_entry": {
		{"eks:CreateAccessEntry", cluster}, {"eks:UpdateAccessEntry eks:DeleteAccessEntry eks:TagResource", part("access-entry")},
	},
	"aws_eks_access_policy_association": {{"eks:AssociateAccessPolicy eks:DisassociateAccessPolicy", part("access-entry")}},
	"aws_eks_addon":                     {{"eks:CreateAddon", cluster}, {"eks:UpdateAddon eks:DeleteAddon eks:TagResource", part("addon")}},
	"aws_eks_cluster": {
		{"eks:CreateCluster", "*"},
		{"eks:UpdateClusterConfig eks:UpdateClusterVersion eks:DeleteCluster eks:TagResource", "{arn}"},
		{"kms:CreateGrant", other},
	},
	"aws_eks_node_group": {
		{"eks:CreateNodegroup", cluster}, {"eks:UpdateNodegroupConfig eks:UpdateNodegroupVersion eks:DeleteNodegroup eks:TagResource", "{arn}"},
		{"ec2:RunInstances", ec2 + "instance/*"}, {"ec2:RunInstances ec2:CreateTags", ec2 + "volume/*"}, {"ec2:RunInstances", ec2 + "launch-template/lt-1"},
		{"ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1"},
	},
	"aws_eks_pod_identity_association": {
		{"eks:CreatePodIdentityAssociation", cluster},
		{"eks:UpdatePodIdentityAssociation eks:DeletePodIdentityAssociation eks:TagResource", part("podidentityassociation")},
	},
	"aws_autoscaling_group_tag": {{"autoscaling:CreateOrUpdateTags autoscaling:DeleteTags",
		"arn:aws:autoscaling:eu-west-1:{account}:autoScalingGroup:1:autoScalingGroupName/eks-steady-1"}},
	"aws_flow_log":             {{"ec2:CreateFlowLogs ec2:DeleteFlowLogs ec2:CreateTags", ec2 + "vpc-flow-log/{id}"}},
	"aws_iam_instance_profile": {{"iam:CreateInstanceProfile iam:DeleteInstanceProfile iam:AddRoleToInstanceProfile iam:RemoveRoleFromInstanceProfile iam:TagInstanceProfile", "{arn}"}},
	"aws_iam_openid_connect_provider": {
		{"iam:CreateOpenIDConnectProvider iam:DeleteOpenIDConnectProvider iam:TagOpenIDConnectProvider iam:UpdateOpenIDConnectProviderThumbprint",
			"arn:aws:iam::{account}:oidc-provider/{host}"},
	},
	"aws_iam_role": {
		{"iam:CreateRole iam:DeleteRole iam:UpdateRole iam:UpdateAssumeRolePolicy iam:TagRole iam:PassRole", "{arn}"},
	},
	"aws_iam_role_policy":            {{"iam:PutRolePolicy iam:DeleteRolePolicy", "arn:aws:iam::{account}:role/{role}"}},
	"aws_iam_role_policy_attachment": {{"iam:AttachRolePolicy iam:DetachRolePolicy", "arn:aws:iam::{account}:role/{role}"}},
	"aws_instance": {
		{"ec2:RunInstances ec2:TerminateInstances ec2:ModifyInstanceAttribute ec2:MonitorInstances ec2:CreateTags", ec2 + "instance/{id}"},
		{"ec2:RunInstances ec2:CreateTags", ec2 + "volume/*"}, {"kms:CreateGrant", other},
	},
	"aws_internet_gateway": {{"ec2:CreateInternetGateway ec2:AttachInternetGateway ec2:DetachInternetGateway ec2:DeleteInternetGateway ec2:CreateTags", ec2 + "internet-gateway/{id}"}},
	"aws_kms_alias":        {{"kms:CreateAlias kms:UpdateAlias kms:DeleteAlias", "{arn}"}, {"kms:CreateAlias", other}},
	"aws_kms_key": {
		{"kms:CreateKey", "*"},
		{"kms:TagResource kms:PutKeyPolicy kms:EnableKeyRotation kms:UpdateKeyDescription kms:ScheduleKeyDeletion kms:UntagResource", "{arn}"},
	},
	"aws_launch_template": {{"ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate ec2:DeleteLaunchTemplate ec2:CreateTags", ec2 + "launch-template/{id}"}},
	"aws_lb": {
		{"elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:ModifyLoadBalancerAttributes elasticloadbalancing:SetSecurityGroups elasticloadbalancing:SetSubnets " +
			"elasticloadbalancing:DeleteLoadBalancer elasticloadbalancing:AddTags", "{arn}"},
	},
	"aws_lb_listener": {
		{"elasticloadbalancing:CreateListener", "{load_balancer_arn}"},
		{"elasticloadbalancing:ModifyListener elasticloadbalancing:ModifyListenerAttributes elasticloadbalancing:DeleteListener elasticloadbalancing:AddTags", "{listener}"},
	},
	"aws_lb_target_group": {
		{"elasticloadbalancing:CreateTargetGroup elasticloadbalancing:ModifyTargetGroup elasticloadbalancing:ModifyTargetGroupAttributes " +
			"elasticloadbalancing:DeleteTargetGroup elasticloadbalancing:AddTags", "{arn}"},
	},
	"aws_lb_target_group_attachment":                     {{"elasticloadbalancing:RegisterTargets elasticloadbalancing:DeregisterTargets", "{target_group_arn}"}},
	"aws_nat_gateway":                                    {{"ec2:CreateNatGateway ec2:DeleteNatGateway ec2:CreateTags", ec2 + "natgateway/{id}"}},
	"aws_ram_principal_association":                      {{"ram:AssociateResourceShare ram:DisassociateResourceShare", "{resource_share_arn}"}},
	"aws_ram_resource_association":                       {{"ram:AssociateResourceShare ram:DisassociateResourceShare", "{resource_share_arn}"}},
	"aws_ram_resource_share":                             {{"ram:CreateResourceShare", "*"}, {"ram:UpdateResourceShare ram:DeleteResourceShare ram:TagResource", "{arn}"}},
	"aws_route":                                          {{"ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute", ec2 + "route-table/{route_table_id}"}},
	"aws_route_table":                                    {{"ec2:CreateRouteTable ec2:DeleteRouteTable ec2:CreateTags", ec2 + "route-table/{id}"}},
	"aws_route_table_association":                        {{"ec2:AssociateRouteTable ec2:DisassociateRouteTable ec2:ReplaceRouteTableAssociation", ec2 + "route-table/{route_table_id}"}},
	"aws_s3_bucket":                                      {{"s3:CreateBucket s3:DeleteBucket s3:PutBucketTagging", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_lifecycle_configuration":              {{"s3:PutLifecycleConfiguration", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_ownership_controls":                   {{"s3:PutBucketOwnershipControls", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_policy":                               {{"s3:PutBucketPolicy s3:DeleteBucketPolicy", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_public_access_block":                  {{"s3:PutBucketPublicAccessBlock", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_server_side_encryption_configuration": {{"s3:PutEncryptionConfiguration", "arn:aws:s3:::{bucket}"}},
	"aws_s3_bucket_versioning":                           {{"s3:PutBucketVersioning", "arn:aws:s3:::{bucket}"}},
	"aws_secretsmanager_secret":                          {{"secretsmanager:CreateSecret secretsmanager:UpdateSecret secretsmanager:DeleteSecret secretsmanager:TagResource", "{arn}"}},
	"aws_secretsmanager_secret_policy":                   {{"secretsmanager:PutResourcePolicy secretsmanager:DeleteResourcePolicy", "{secret_arn}"}},
	"aws_secretsmanager_secret_version": {
		{"secretsmanager:PutSecretValue secretsmanager:GetSecretValue secretsmanager:UpdateSecretVersionStage", "{secret_id}"},
	},
	"aws_security_group":   {{"ec2:CreateSecurityGroup ec2:DeleteSecurityGroup ec2:RevokeSecurityGroupEgress ec2:CreateTags", ec2 + "security-group/{id}"}},
	"aws_sns_topic":        {{"sns:CreateTopic sns:DeleteTopic sns:SetTopicAttributes sns:TagResource", "{arn}"}},
	"aws_sns_topic_policy": {{"sns:SetTopicAttributes", "{arn}"}},
	"aws_sqs_queue":        {{"sqs:CreateQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:TagQueue", "{arn}"}},
	"aws_sqs_queue_policy": {{"sqs:SetQueueAttributes", "arn:aws:sqs:eu-west-1:{account}:{queue}"}},
	"aws_ssm_document":     {{"ssm:CreateDocument ssm:UpdateDocument ssm:UpdateDocumentDefaultVersion ssm:DeleteDocument ssm:AddTagsToResource", "arn:aws:ssm:eu-west-1:{account}:document/{name}"}},
	"aws_subnet":           {{"ec2:CreateSubnet ec2:ModifySubnetAttribute ec2:DeleteSubnet ec2:CreateTags", ec2 + "subnet/{id}"}},
	"aws_vpc":              {{"ec2:CreateVpc ec2:ModifyVpcAttribute ec2:DeleteVpc ec2:CreateTags ec2:CreateSubnet", ec2 + "vpc/{id}"}},
	"aws_vpc_endpoint": {
		{"ec2:CreateVpcEndpoint ec2:ModifyVpcEndpoint ec2:DeleteVpcEndpoints ec2:CreateTags", ec2 + "vpc-endpoint/{id}"},
		{"route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1"},
	},
	"aws_vpc_ipv4_cidr_block_association": {{"ec2:AssociateVpcCidrBlock ec2:DisassociateVpcCidrBlock", ec2 + "vpc/{vpc_id}"}},
	"aws_vpc_security_group_egress_rule":  {{"ec2:AuthorizeSecurityGroupEgress ec2:RevokeSecurityGroupEgress ec2:ModifySecurityGroupRules", ec2 + "security-group/{security_group_id}"}},
	"aws_vpc_security_group_ingress_rule": {{"ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupIngress ec2:ModifySecurityGroupRules", ec2 + "security-group/{security_group_id}"}},
	"aws_wafv2_web_acl_association":       {{"wafv2:AssociateWebACL wafv2:DisassociateWebACL elasticloadbalancing:CreateWebACLAssociation elasticloadbalancing:DeleteWebACLAssociation elasticloadbalancing:GetLoadBalancerWebACL", "{resource_arn}"}, {"wafv2:AssociateWebACL", "{web_acl_arn}"}},
}

const cluster = "arn:aws:eks:eu-west-1:{account}:cluster/eks-{prefix}"

// part is something of the cluster: its ARN ends in names and ids.
func part(kind string) string { return "arn:aws:eks:eu-west-1:{account}:" + kind + "/eks-{prefix}/a/b" }

// The apply role may make, change and remove everything that the layers hold, under the names that they have.
func TestApplyRoleSufficesForTheLayers(t *testing.T) {
	chain, err := plans.Of(t.Context(), plans.Everything)
	if err != nil {
		t.Fatal(err)
	}
	l := apply(t, "prod")
	own, _ := l.policies(t, l.id()+"-apply")
	context := map[string]string{
		"aws:requestedregion": "eu-west-1", "aws:requesttag/project": "layerbot", "aws:resourcetag/project": "layerbot",
		"ec2:metadatahttptokens": "required", "iam:permissionsboundary": l.outputs["permissions_boundary_arn"],
		"iam:policyarn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "ram:requestedallowsexternalprincipals": "false",
	}
	attribute := regexp.MustCompile(`\{[a-z_]+\}`)
	looked := map[string]bool{}
	for _, name := range []string{"03-infrastructure", "05-compute"} {
		for _, r := range chain.Layers[name].Resources {
			if r.Mode != "managed" || !strings.HasPrefix(r.Type, "aws_") {
				continue
			}
			if len(needs[r.Type]) == 0 {
				t.Errorf("%s: what AWS is asked for %s is not known here: add it, and to policies-*.tf", name, r.Address)
			}
			looked[r.Type] = true
			for _, n := range needs[r.Type] {
				resource := attribute.ReplaceAllStringFunc(n.resource, func(a string) string {
					switch a {
					case "{account}":
						return accounts["prod"]
					case "{prefix}":
						return l.id()
					case "{prefix_of_cache}":
						return r.Text("prefix")
					case "{host}":
						return strings.TrimPrefix(r.Text("url"), "https://")
					case "{listener}": // AWS names it after its balancer
						return strings.Replace(r.Text("load_balancer_arn"), ":loadbalancer/", ":listener/", 1) + "/0123456789abcdef"
					case "{queue}":
						url := r.Text("queue_url")
						return url[strings.LastIndex(url, "/")+1:]
					}
					if v := r.Text(strings.Trim(a, "{}")); v != "" {
						return v
					}
					t.Errorf("%s %s has no %s", name, r.Address, a)
					return ""
				})
				for action := range strings.FieldsSeq(n.actions) {
					asked := maps.Clone(context)
					if action == "iam:PassRole" {
						asked["iam:passedtoservice"] = "ec2.amazonaws.com"
					}
					if !allows(t, own, request{action, resource, asked}) {
						t.Errorf("%s: the apply role may not %s on %s, for %s", name, action, resource, r.Address)
					}
				}
			}
		}
	}
	if len(looked) < 50 {
		t.Errorf("only %d types were looked at", len(looked))
	}
}
