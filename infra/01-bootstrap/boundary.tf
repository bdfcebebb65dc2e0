# SPDX-License-Identifier: Apache-2.0

# What no role of another layer can go beyond, whatever its own policies say. It grants nothing: a role may do what its policies
# and this allow, and nothing that this denies. The apply role makes no role without it.
resource "aws_iam_policy" "boundary" {
  name        = local.boundary
  description = "The permissions boundary of every role that layers make"
  policy      = data.aws_iam_policy_document.boundary.json
}

#tfsec:ignore:aws-iam-no-policy-wildcards a ceiling, which grants nothing: roles have policies of their own below it
data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_111:a ceiling, which grants nothing: roles have policies of their own below it
  #checkov:skip=CKV_AWS_356:a ceiling, which grants nothing: roles have policies of their own below it

  # IAM-STAR: a ceiling, not a grant: services by what nodes, pods and the management server do in them. No machine is started,
  # no role handed on, no policy written.
  statement {
    sid = "WorkInTheRegion"

    actions = [
      "acm:Describe*",
      "acm:List*",
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:Describe*",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
      "autoscaling:UpdateAutoScalingGroup",
      "cloudwatch:PutMetricData",
      "cognito-idp:DescribeUserPoolClient",
      "ec2messages:*",
      "ecr:Batch*",
      "ecr:CreateRepository",
      "ecr:Describe*",
      "ecr:Get*",
      "ecr:List*",
      "ecr:TagResource",
      "eks-auth:AssumeRoleForPodIdentity",
      "eks:Describe*",
      "eks:List*",
      "elasticloadbalancing:*",
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*",
      "kms:ListGrants",
      "kms:ReEncrypt*",
      "kms:RetireGrant",
      "kms:RevokeGrant",
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:Describe*",
      "logs:PutLogEvents",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "sqs:*",
      "ssm:Describe*",
      "ssm:GetDeployablePatchSnapshotForInstance",
      "ssm:GetDocument",
      "ssm:GetManifest",
      "ssm:GetParameter*",
      "ssm:List*",
      "ssm:PutComplianceItems",
      "ssm:PutConfigurePackageResult",
      "ssm:PutInventory",
      "ssm:UpdateAssociationStatus",
      "ssm:UpdateInstanceAssociationStatus",
      "ssm:UpdateInstanceInformation",
      "ssmmessages:*",
      "tag:GetResources",
      "transcribe:*",
      "wafv2:AssociateWebACL",
      "wafv2:DisassociateWebACL",
      "wafv2:Get*",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  # IAM-STAR: a ceiling. EC2 as the cluster, its network plugin, its volumes and its load balancers need it.
  statement {
    sid = "NetworksAndVolumesInTheRegion"

    actions = [
      "ec2:Assign*",
      "ec2:AttachNetworkInterface",
      "ec2:AttachVolume",
      "ec2:AuthorizeSecurityGroup*",
      "ec2:CopyVolumes",
      "ec2:CreateNetworkInterface*",
      "ec2:CreateRoute",
      "ec2:CreateSecurityGroup",
      "ec2:CreateSnapshot*",
      "ec2:CreateTags",
      "ec2:CreateVolume",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteRoute",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSnapshot",
      "ec2:DeleteTags",
      "ec2:DeleteVolume",
      "ec2:Describe*",
      "ec2:DetachNetworkInterface",
      "ec2:DetachVolume",
      "ec2:EnableFastSnapshotRestores",
      "ec2:GetCoipPoolUsage",
      "ec2:GetInstanceTypesFromInstanceRequirements",
      "ec2:GetSecurityGroupsForVpc",
      "ec2:ModifyInstanceAttribute",
      "ec2:ModifyNetworkInterfaceAttribute",
      "ec2:ModifyVolume*",
      "ec2:RevokeSecurityGroup*",
      "ec2:Unassign*",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  # IAM-STAR: a ceiling. Inference profiles answer from other regions, Route 53, IAM and Shield have none, and S3 is reached by
  # buckets, of which only this account's count.
  statement {
    sid = "WorkAnywhere"

    actions = [
      "bedrock:Get*",
      "bedrock:InvokeModel*",
      "bedrock:List*",
      "iam:GetServerCertificate",
      "iam:ListServerCertificates",
      "route53:ChangeResourceRecordSets",
      "route53:Get*",
      "route53:List*",
      "shield:CreateProtection",
      "shield:DeleteProtection",
      "shield:Describe*",
      "shield:GetSubscriptionState",
    ]

    resources = ["*"]
  }

  # IAM-STAR: a ceiling. Buckets of this account: their objects; their settings can be read.
  statement {
    sid       = "ObjectsOfThisAccount"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject*", "s3:Get*", "s3:List*", "s3:PutObject*"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "RoleOfLoadBalancing"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["${local.iam}:role/aws-service-role/elasticloadbalancing.${local.dns}/*"]
  }

  # The rest holds even where a bucket's or a key's own policy names the role.
  statement {
    sid       = "NoStates"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*", local.logs_arn, "${local.logs_arn}/*"]
  }

  statement {
    sid       = "NoKeyOfStates"
    effect    = "Deny"
    actions   = ["kms:*"]
    resources = [aws_kms_key.state.arn]
  }

  # A role of a workload becomes no other one, makes none, and changes none; this policy is one of what it cannot change.
  statement {
    sid    = "NoOtherIdentity"
    effect = "Deny"

    actions = [
      "account:*",
      "iam:Add*",
      "iam:Attach*",
      "iam:CreateAccessKey",
      "iam:CreateGroup",
      "iam:CreateInstanceProfile",
      "iam:CreateLoginProfile",
      "iam:CreateOpenIDConnectProvider",
      "iam:CreatePolicy*",
      "iam:CreateRole",
      "iam:CreateSAMLProvider",
      "iam:CreateUser",
      "iam:Delete*",
      "iam:Detach*",
      "iam:PassRole",
      "iam:Put*",
      "iam:Remove*",
      "iam:Set*",
      "iam:Tag*",
      "iam:Untag*",
      "iam:Update*",
      "iam:Upload*",
      "organizations:*",
      "sts:AssumeRole",
      "sts:AssumeRoot",
      "sts:GetFederationToken",
    ]

    resources = ["*"]
  }
}
