# SPDX-License-Identifier: Apache-2.0

# AWS Node Termination Handler, as reader of a queue: it drains a node before AWS takes it. Managed node groups do that by
# themselves for Spot interruptions and rebalancing; this knows of scheduled maintenance and of instances that somebody stops.
# https://github.com/aws/aws-node-termination-handler#infrastructure-setup
data "aws_iam_policy_document" "nth" {
  count = var.enable_irsa ? 1 : 0

  # IAM-STAR: the whole of SQS, on the handler's own queue.
  statement {
    sid       = "OwnQueue"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.nth[0].arn]
  }

  # IAM-STAR: AWS knows no resources for these; they read.
  statement {
    sid       = "SeeInstances"
    actions   = ["autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeTags", "ec2:DescribeInstances"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }
}

resource "aws_iam_role" "nth" {
  count = var.enable_irsa ? 1 : 0

  name_prefix          = "${local.id}-nth-"
  description          = "AWS Node Termination Handler of ${local.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.irsa_trust["nth"].json
  permissions_boundary = local.permissions_boundary_arn
}

resource "aws_iam_role_policy" "nth" {
  count = var.enable_irsa ? 1 : 0

  name   = "termination-handler"
  role   = aws_iam_role.nth[0].name
  policy = data.aws_iam_policy_document.nth[0].json
}
