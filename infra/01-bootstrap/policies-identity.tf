# SPDX-License-Identifier: Apache-2.0

# Roles of the layers: by name, and only with the boundary. Their policies are inline or AWS's own, so that none is made here.
#trivy:ignore:AVD-AWS-0342 roles of the layers, which have the boundary, to the services that the layers hand them to
data "aws_iam_policy_document" "apply_identity" {
  statement {
    sid       = "RolesWithTheBoundary"
    actions   = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary_arn]
    }
  }

  statement {
    sid       = "PoliciesOfAWS"
    actions   = ["iam:AttachRolePolicy"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary_arn]
    }

    condition {
      test     = "ArnLike"
      variable = "iam:PolicyARN"
      values   = ["arn:${local.partition}:iam::aws:policy/*"]
    }
  }

  statement {
    sid = "ChangeRoles"

    actions = [
      "iam:DeleteRole",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]

    resources = [local.roles]
  }

  statement {
    sid = "InstanceProfiles"

    actions = [
      "iam:AddRoleToInstanceProfile",
      "iam:CreateInstanceProfile",
      "iam:DeleteInstanceProfile",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:TagInstanceProfile",
      "iam:UntagInstanceProfile",
    ]

    resources = ["${local.iam}:instance-profile/${local.id}-*"]
  }

  # To the services that the layers hand roles to, and to nobody else.
  statement {
    sid       = "HandRolesTo"
    actions   = ["iam:PassRole"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"

      values = [
        "ec2.amazonaws.com",
        "ecr.amazonaws.com",
        "eks-nodegroup.amazonaws.com",
        "eks.amazonaws.com",
        "pods.eks.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
      ]
    }
  }

  statement {
    sid       = "RolesThatServicesMake"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = [for service in local.linked_services : "${local.iam}:role/aws-service-role/${service}/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = local.linked_services
    }
  }

  statement {
    sid = "ProvidersOfClusters"

    actions = [
      "iam:AddClientIDToOpenIDConnectProvider",
      "iam:CreateOpenIDConnectProvider",
      "iam:DeleteOpenIDConnectProvider",
      "iam:RemoveClientIDFromOpenIDConnectProvider",
      "iam:TagOpenIDConnectProvider",
      "iam:UntagOpenIDConnectProvider",
      "iam:UpdateOpenIDConnectProviderThumbprint",
    ]

    resources = ["${local.iam}:oidc-provider/oidc.eks.${var.region}.${local.dns}/id/*"]
  }
}

locals {
  linked_services = [
    "agentless.inspector2.amazonaws.com",
    "autoscaling.amazonaws.com",
    "ecr.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "eks.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "inspector2.amazonaws.com",
    "pullthroughcache.ecr.amazonaws.com",
    "spot.amazonaws.com",
    "vpcorigin.cloudfront.amazonaws.com",
  ]
}
