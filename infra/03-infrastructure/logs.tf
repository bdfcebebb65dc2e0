# SPDX-License-Identifier: Apache-2.0

# What the platform writes down: sessions on the management server.
resource "aws_cloudwatch_log_group" "platform" {
  #checkov:skip=CKV_AWS_338:log_retention_in_days is a year by default, and less in dev and sbx
  name              = "/${local.id}/platform"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = aws_kms_key.general.arn

  tags = { Name = "${local.id}-platform" }
}

# Who spoke to whom, and what was refused.
resource "aws_cloudwatch_log_group" "flow_logs" {
  #checkov:skip=CKV_AWS_338:log_retention_in_days is a year by default, and less in dev and sbx
  name              = "/${local.id}/vpc-flow-logs"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = aws_kms_key.general.arn

  tags = { Name = "${local.id}-vpc-flow-logs" }
}

resource "aws_flow_log" "vpc" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn             = aws_iam_role.flow_logs.arn
  max_aggregation_interval = 60

  tags = { Name = local.id }

  depends_on = [aws_iam_role_policy.flow_logs]
}

resource "aws_iam_role" "flow_logs" {
  name                 = "${local.id}-vpc-flow-logs"
  description          = "Writes the VPC's flow logs"
  assume_role_policy   = data.aws_iam_policy_document.flow_logs_trust.json
  permissions_boundary = local.permissions_boundary_arn
}

resource "aws_iam_role_policy" "flow_logs" {
  name   = "write-flow-logs"
  role   = aws_iam_role.flow_logs.id
  policy = data.aws_iam_policy_document.flow_logs.json
}

data "aws_iam_policy_document" "flow_logs_trust" {
  statement {
    sid     = "FlowLogsOfThisAccount"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ec2:${var.region}:${var.account_id}:vpc-flow-log/*"]
    }
  }
}

data "aws_iam_policy_document" "flow_logs" {
  statement {
    sid       = "WriteFlowLogs"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.flow_logs.arn}:*"]
  }
}
