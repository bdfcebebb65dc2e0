# SPDX-License-Identifier: Apache-2.0

# Critical and high findings, of basic scanning (one event a scan, with counts) and of enhanced (one event a finding).
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
# https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html

locals {
  ecr_image_scan_rule = "${local.id}-ecr-image-scan"
}

# What is one below the other in a pattern must all be true, so that a count of critical and one of high are two alternatives.
resource "aws_cloudwatch_event_rule" "ecr_image_scan" {
  name        = local.ecr_image_scan_rule
  description = "Images with critical or high findings."

  event_pattern = jsonencode({
    "$or" = [
      {
        source      = ["aws.ecr"]
        detail-type = ["ECR Image Scan"]
        detail = {
          scan-status             = ["COMPLETE"]
          finding-severity-counts = { CRITICAL = [{ numeric = [">", 0] }] }
        }
      },
      {
        source      = ["aws.ecr"]
        detail-type = ["ECR Image Scan"]
        detail = {
          scan-status             = ["COMPLETE"]
          finding-severity-counts = { HIGH = [{ numeric = [">", 0] }] }
        }
      },
      {
        source      = ["aws.inspector2"]
        detail-type = ["Inspector2 Finding"]
        detail = {
          severity  = ["CRITICAL", "HIGH"]
          status    = ["ACTIVE"]
          resources = { type = ["AWS_ECR_CONTAINER_IMAGE"] }
        }
      },
    ]
  })

  tags = { Name = local.ecr_image_scan_rule }
}

# The topic has a key of its own: EventBridge must be let in by the key's policy, and the general key lets no service in for this.
# No aws:SourceArn and no aws:SourceAccount, neither here nor in the topic's policy: EventBridge sends neither for encrypted topics.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
data "aws_iam_policy_document" "ecr_image_scan_key" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  #checkov:skip=CKV_AWS_109:a key's policy is about that key alone; its account may administer it
  #checkov:skip=CKV_AWS_111:a key's policy is about that key alone
  #checkov:skip=CKV_AWS_356:a key's policy is about that key alone, and can name it by a star only
  # IAM-STAR: Account, EventBridge: in a key's policy the star is that key.
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "EventBridge"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "ecr_image_scan" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  description             = "Messages of ${local.ecr_image_scan_rule}."
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.ecr_image_scan_key[0].json

  tags = { Name = local.ecr_image_scan_rule }
}

resource "aws_kms_alias" "ecr_image_scan" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  name          = "alias/${local.ecr_image_scan_rule}"
  target_key_id = aws_kms_key.ecr_image_scan[0].key_id
}

resource "aws_sns_topic" "ecr_image_scan" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  name              = local.ecr_image_scan_rule
  kms_master_key_id = aws_kms_key.ecr_image_scan[0].arn

  tags = { Name = local.ecr_image_scan_rule }
}

data "aws_iam_policy_document" "ecr_image_scan_topic" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  statement {
    sid       = "EventBridge"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.ecr_image_scan[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "ecr_image_scan" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  arn    = aws_sns_topic.ecr_image_scan[0].arn
  policy = data.aws_iam_policy_document.ecr_image_scan_topic[0].json
}

resource "aws_cloudwatch_event_target" "ecr_image_scan" {
  count = var.ecr_scan_notifications_enabled ? 1 : 0

  rule      = aws_cloudwatch_event_rule.ecr_image_scan.name
  target_id = "sns"
  arn       = aws_sns_topic.ecr_image_scan[0].arn

  depends_on = [aws_sns_topic_policy.ecr_image_scan]
}
