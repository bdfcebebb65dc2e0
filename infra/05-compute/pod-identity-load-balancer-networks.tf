# SPDX-License-Identifier: Apache-2.0

# The AWS Load Balancer Controller, continued: what it reads, and the security groups, certificates and shields beside its balancers.

data "aws_iam_policy_document" "lb_controller_read" {
  # IAM-STAR: Describe: EC2, ELBv2 and ACM list without resource-level permissions; only this region is asked.
  statement {
    sid       = "Describe"
    resources = ["*"]

    actions = [
      "acm:ListCertificates",
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcPeeringConnections",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes",
      "elasticloadbalancing:DescribeListenerCertificates",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "elasticloadbalancing:DescribeTrustStores",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # IAM-STAR: DescribeGlobally: IAM and Shield are global services, and neither list knows a resource or a key.
  statement {
    sid       = "DescribeGlobally"
    actions   = ["iam:ListServerCertificates", "shield:GetSubscriptionState"]
    resources = ["*"]
  }

  statement {
    sid       = "SecurityGroupsOfTheVpc"
    actions   = ["ec2:GetSecurityGroupsForVpc"]
    resources = [local.lb_vpc_arn]
  }

  statement {
    sid       = "Certificates"
    actions   = ["acm:DescribeCertificate"]
    resources = ["arn:${local.partition}:acm:${local.region}:${local.account_id}:certificate/*"]
  }

  statement {
    sid       = "ServerCertificates"
    actions   = ["iam:GetServerCertificate"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:server-certificate/*"]
  }

  statement {
    sid       = "UserPools"
    actions   = ["cognito-idp:DescribeUserPoolClient"]
    resources = ["arn:${local.partition}:cognito-idp:${local.region}:${local.account_id}:userpool/*"]
  }
}

locals {
  lb_vpc_arn = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:vpc/${local.infrastructure.vpc_id}"
}

data "aws_iam_policy_document" "lb_controller_networks" {
  statement {
    sid       = "MakeSecurityGroupsInTheVpc"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = [local.lb_vpc_arn]
  }

  statement {
    sid       = "MakeSecurityGroupsTagged"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = [local.lb_sg_arn]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  statement {
    sid       = "TagSecurityGroupsWhileMaking"
    actions   = ["ec2:CreateTags"]
    resources = [local.lb_sg_arn]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSecurityGroup"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  statement {
    sid       = "TagOwnSecurityGroups"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = [local.lb_sg_arn]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }

    condition {
      test     = "Null"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = ["true"]
    }
  }

  statement {
    sid       = "ChangeOwnSecurityGroups"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteSecurityGroup"]
    resources = [local.lb_sg_arn]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  # The nodes' only group: the controller lets its balancers in, and takes that back.
  statement {
    sid       = "LetBalancersReachTheNodes"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    resources = [aws_security_group.nodes.arn]
  }

  statement {
    sid     = "Firewalls"
    actions = ["wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]

    resources = [
      "arn:${local.partition}:wafv2:${local.region}:${local.account_id}:regional/webacl/*/*",
      "${local.lb_arn}:loadbalancer/app/*/*",
    ]
  }

  # The public balancer of 03-infrastructure stands behind a firewall of its own, and no pod takes that away.
  statement {
    sid       = "KeepFirewallsOfTheLayers"
    effect    = "Deny"
    actions   = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]
    resources = ["${local.lb_arn}:loadbalancer/app/${local.id}-*/*"]
  }

  # IAM-STAR: WAF's older name for the same; it knows neither resources nor tags.
  statement {
    sid       = "SetFirewalls"
    actions   = ["elasticloadbalancing:SetWebAcl"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # IAM-STAR: AWS knows no resource for a protection that is not there yet.
  statement {
    sid       = "MakeShields"
    actions   = ["shield:CreateProtection"]
    resources = ["*"]
  }

  statement {
    sid       = "Shields"
    actions   = ["shield:DescribeProtection", "shield:DeleteProtection"]
    resources = ["arn:${local.partition}:shield::${local.account_id}:protection/*"]
  }
}
