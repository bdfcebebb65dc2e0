# SPDX-License-Identifier: Apache-2.0

# In AWS the management server can log sessions and ask where the cluster is. What it may do in the cluster: 05-compute.

resource "aws_iam_role" "management_server" {
  name                 = "${local.id}-management-server"
  description          = "The management server: sessions by SSM, and the cluster's address"
  assume_role_policy   = data.aws_iam_policy_document.management_server_trust.json
  permissions_boundary = local.permissions_boundary_arn
}

resource "aws_iam_instance_profile" "management_server" {
  name = aws_iam_role.management_server.name
  role = aws_iam_role.management_server.name
}

resource "aws_iam_role_policy_attachment" "management_server_ssm" {
  role       = aws_iam_role.management_server.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "management_server" {
  name   = "sessions-and-cluster"
  role   = aws_iam_role.management_server.id
  policy = data.aws_iam_policy_document.management_server.json
}

data "aws_iam_policy_document" "management_server_trust" {
  statement {
    sid     = "Instances"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "management_server" {
  statement {
    sid       = "FindTheCluster"
    actions   = ["eks:DescribeCluster"]
    resources = [local.cluster_arn]
  }

  statement {
    sid       = "LogSessions"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.platform.arn}:*"] #tfsec:ignore:aws-iam-no-policy-wildcards The streams of one log group
  }

  # The agent looks whether the group is there and encrypted.
  statement {
    sid       = "FindTheLogGroup"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${local.partition}:logs:${var.region}:${var.account_id}:log-group:*"]
  }

  statement {
    sid       = "EncryptSessions"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.general.arn]
  }
}
