# SPDX-License-Identifier: Apache-2.0

# One role for the nodes of all pools. Pods do not have it: see metadata_options of the launch templates.
data "aws_iam_policy_document" "node_trust" {
  statement {
    sid     = "Instances"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "node" {
  name                 = "${local.id}-node"
  description          = "Nodes of ${local.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = local.permissions_boundary_arn
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"])

  role       = aws_iam_role.node.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.value}"
}

# The first pull through a cache makes the repository, and this is who pulls.
data "aws_iam_policy_document" "node_pull_through" {
  count = length(local.ecr_pull_through_prefixes) > 0 ? 1 : 0

  statement {
    sid       = "PullThrough"
    actions   = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    resources = [for prefix in local.ecr_pull_through_prefixes : "${local.ecr_repository_arn_prefix}/${prefix}/*"]
  }
}

resource "aws_iam_role_policy" "node_pull_through" {
  count = length(local.ecr_pull_through_prefixes) > 0 ? 1 : 0

  name   = "pull-through"
  role   = aws_iam_role.node.name
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}
