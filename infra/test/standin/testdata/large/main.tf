# SPDX-License-Identifier: Apache-2.0

resource "aws_wafv2_web_acl" "this" {
  name  = "large"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "large"
    sampled_requests_enabled   = true
  }
}
