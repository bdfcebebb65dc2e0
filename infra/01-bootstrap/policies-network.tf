# SPDX-License-Identifier: Apache-2.0

# What 03-infrastructure builds, less keys, logs and roles. What only reads is in ReadOnlyAccess.
data "aws_iam_policy_document" "apply_network" {
  source_policy_documents = [data.aws_iam_policy_document.apply_buckets.json]

  statement {
    sid = "Network"

    actions = [
      "ec2:AllocateAddress",
      "ec2:AssociateAddress",
      "ec2:AssociateRouteTable",
      "ec2:AssociateVpcCidrBlock",
      "ec2:AttachInternetGateway",
      "ec2:AuthorizeSecurityGroupEgress",
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:CreateFlowLogs",
      "ec2:CreateInternetGateway",
      "ec2:CreateNatGateway",
      "ec2:CreateRoute",
      "ec2:CreateRouteTable",
      "ec2:CreateSecurityGroup",
      "ec2:CreateSubnet",
      "ec2:CreateSubnetCidrReservation",
      "ec2:CreateTags",
      "ec2:CreateVpc",
      "ec2:CreateVpcEndpoint",
      "ec2:DeleteFlowLogs",
      "ec2:DeleteInternetGateway",
      "ec2:DeleteNatGateway",
      "ec2:DeleteRoute",
      "ec2:DeleteRouteTable",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSubnet",
      "ec2:DeleteTags",
      "ec2:DeleteVpc",
      "ec2:DeleteVpcEndpoints",
      "ec2:DetachInternetGateway",
      "ec2:DisassociateAddress",
      "ec2:DisassociateRouteTable",
      "ec2:DisassociateVpcCidrBlock",
      "ec2:ModifySecurityGroupRules",
      "ec2:ModifySubnetAttribute",
      "ec2:ModifyVpcAttribute",
      "ec2:ModifyVpcEndpoint",
      "ec2:ReleaseAddress",
      "ec2:ReplaceRoute",
      "ec2:ReplaceRouteTableAssociation",
      "ec2:RevokeSecurityGroupEgress",
      "ec2:RevokeSecurityGroupIngress",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
      "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ]

    resources = concat(
      [for type in local.network_types : "${local.ec2}:${type}/*"],
      ["arn:${local.partition}:ec2:${var.region}:aws:prefix-list/*"], # S3's and CloudFront's, in rules
    )
  }

  # A private name of an endpoint is a private zone of AWS's, and EC2 asks whether the caller may tie the VPC to it.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html (CreateVpcEndpoint, dependent actions)
  statement {
    sid       = "NameEndpoints"
    actions   = ["route53:AssociateVPCWithHostedZone"]
    resources = ["arn:${local.partition}:route53:::hostedzone/*"]
  }

  # Load balancers, what listens on them, and where they lead.
  statement {
    sid = "Balance"

    actions = [
      "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateRule",
      "elasticloadbalancing:CreateTargetGroup",
      "elasticloadbalancing:CreateWebACLAssociation",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeleteWebACLAssociation",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:RemoveListenerCertificates",
      "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",
      "wafv2:AssociateWebACL",
      "wafv2:DisassociateWebACL",
    ]

    resources = concat(
      [for kind in local.balancer_kinds : "arn:${local.partition}:elasticloadbalancing:${local.regional}:${kind}/${local.id}-*"],
      ["arn:${local.partition}:wafv2:${local.regional}:regional/webacl/*"],
    )
  }

  # IAM-STAR: AWS knows no resource for these, only the region.
  statement {
    sid       = "FreeAddressesAndSetFirewalls"
    actions   = ["ec2:DeleteSubnetCidrReservation", "elasticloadbalancing:SetWebAcl"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }
}

locals {
  network_types = [
    "elastic-ip", "internet-gateway", "natgateway", "network-interface", "route-table", "security-group", "security-group-rule",
    "subnet", "vpc", "vpc-endpoint", "vpc-flow-log",
  ]

  balancer_kinds = ["listener/app", "listener/net", "listener-rule/app", "loadbalancer/app", "loadbalancer/net", "targetgroup"]
}

# CloudFront's VPC origin, and the share by which other accounts use it. RAM shares what is global from us-east-1 only.
data "aws_iam_policy_document" "apply_edge" {
  # IAM-STAR: neither exists before the request, and AWS has no name for them there; the request has to bear the project's tags.
  statement {
    sid       = "MakeOriginsAndShares"
    actions   = ["cloudfront:CreateVpcOrigin", "ram:CreateResourceShare"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Project"
      values   = [var.project]
    }
  }

  statement {
    sid       = "Origins"
    actions   = ["cloudfront:DeleteVpcOrigin", "cloudfront:TagResource", "cloudfront:UntagResource", "cloudfront:UpdateVpcOrigin"]
    resources = ["arn:${local.partition}:cloudfront::${var.account_id}:vpcorigin/*"]
  }

  # Only when a service asks in the role's name, as RAM may while it shares: by itself the role shares with nobody.
  statement {
    sid       = "OriginsThroughShares"
    actions   = ["cloudfront:DeleteResourcePolicy", "cloudfront:PutResourcePolicy"]
    resources = ["arn:${local.partition}:cloudfront::${var.account_id}:vpcorigin/*"]

    condition {
      test     = "Bool"
      variable = "aws:ViaAWSService"
      values   = ["true"]
    }
  }

  statement {
    sid = "Shares"

    actions = [
      "ram:AssociateResourceShare",
      "ram:DeleteResourceShare",
      "ram:DisassociateResourceShare",
      "ram:TagResource",
      "ram:UntagResource",
      "ram:UpdateResourceShare",
    ]

    resources = ["arn:${local.partition}:ram:us-east-1:${var.account_id}:resource-share/*"]
  }

  # To somebody outside the organization nothing is shared.
  statement {
    sid       = "ShareWithinTheOrganization"
    effect    = "Deny"
    actions   = ["ram:CreateResourceShare", "ram:UpdateResourceShare"]
    resources = ["*"]

    condition {
      test     = "Bool"
      variable = "ram:RequestedAllowsExternalPrincipals"
      values   = ["true"]
    }
  }
}
