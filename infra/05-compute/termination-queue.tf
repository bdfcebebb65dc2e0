# SPDX-License-Identifier: Apache-2.0

# What EventBridge tells the termination handler, and the queue in between.
locals {
  nth_events = var.enable_irsa ? {
    spot-interruption = { source = "aws.ec2", detail-type = "EC2 Spot Instance Interruption Warning", what = "Spot interruptions" }
    rebalance         = { source = "aws.ec2", detail-type = "EC2 Instance Rebalance Recommendation", what = "Rebalance recommendations" }
    state-change      = { source = "aws.ec2", detail-type = "EC2 Instance State-change Notification", what = "Instances that stop or end" }
    health            = { source = "aws.health", detail-type = "AWS Health Event", what = "Scheduled maintenance of instances" }
  } : {}

  # The handler drains for these states only, and Health has events of every service.
  nth_event_details = {
    state-change = { state = ["stopping", "shutting-down", "stopped", "terminated"] }
    health       = { service = ["EC2"], eventTypeCategory = ["scheduledChange"] }
  }
}

resource "aws_cloudwatch_event_rule" "nth" {
  for_each = local.nth_events

  name        = "${local.id}-nth-${each.key}"
  description = "${each.value.what}, for the termination handler of ${local.cluster_name}"

  event_pattern = jsonencode(merge(
    { source = [each.value.source], detail-type = [each.value.detail-type] },
    contains(keys(local.nth_event_details), each.key) ? { detail = local.nth_event_details[each.key] } : {},
  ))
}

resource "aws_cloudwatch_event_target" "nth" {
  for_each = local.nth_events

  rule      = aws_cloudwatch_event_rule.nth[each.key].name
  target_id = "termination-queue"
  arn       = aws_sqs_queue.nth[0].arn

  # EventBridge may write from the first event on.
  depends_on = [aws_sqs_queue_policy.nth]
}

# A warning of two minutes is worth nothing after five. Encrypted by SQS itself: messages hold ids of instances.
resource "aws_sqs_queue" "nth" {
  count = var.enable_irsa ? 1 : 0

  name                      = "${local.id}-nth"
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true

  tags = { Name = "${local.id}-nth" }
}

data "aws_iam_policy_document" "nth_queue" {
  count = var.enable_irsa ? 1 : 0

  statement {
    sid       = "EventsOfTheseRules"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.nth[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for name in sort(keys(local.nth_events)) : aws_cloudwatch_event_rule.nth[name].arn]
    }
  }

  # IAM-STAR: a denial.
  statement {
    sid       = "TLSOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.nth[0].arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "nth" {
  count = var.enable_irsa ? 1 : 0

  queue_url = aws_sqs_queue.nth[0].url
  policy    = data.aws_iam_policy_document.nth_queue[0].json
}
