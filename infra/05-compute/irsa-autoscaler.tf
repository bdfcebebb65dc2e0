# SPDX-License-Identifier: Apache-2.0

# Cluster Autoscaler: it sees all groups of the account, and changes those of this cluster. EKS tags them so.
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
data "aws_iam_policy_document" "autoscaler" {
  count = var.enable_irsa ? 1 : 0

  # IAM-STAR: AWS knows no resources for these; they read.
  statement {
    sid = "SeeGroups"

    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  # Labels and taints of a pool that has no node to look at.
  statement {
    sid       = "SeePools"
    actions   = ["eks:DescribeNodegroup"]
    resources = ["arn:${local.partition}:eks:${local.region}:${local.account_id}:nodegroup/${local.cluster_name}/*/*"]
  }

  statement {
    sid       = "ScaleGroupsOfThisCluster"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["arn:${local.partition}:autoscaling:${local.region}:${local.account_id}:autoScalingGroup:*:autoScalingGroupName/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${local.cluster_name}"
      values   = ["owned"]
    }
  }
}

resource "aws_iam_role" "autoscaler" {
  count = var.enable_irsa ? 1 : 0

  name_prefix          = "${local.id}-autoscaler-"
  description          = "Cluster Autoscaler of ${local.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.irsa_trust["autoscaler"].json
  permissions_boundary = local.permissions_boundary_arn
}

resource "aws_iam_role_policy" "autoscaler" {
  count = var.enable_irsa ? 1 : 0

  name   = "autoscaler"
  role   = aws_iam_role.autoscaler[0].name
  policy = data.aws_iam_policy_document.autoscaler[0].json
}
