# SPDX-License-Identifier: Apache-2.0

data "aws_iam_policy_document" "apply_buckets" {
  # Buckets of the layers: settings, never what is in them.
  statement {
    sid = "Buckets"

    actions = [
      "s3:CreateBucket",
      "s3:DeleteBucket",
      "s3:DeleteBucketPolicy",
      "s3:PutBucketLogging",
      "s3:PutBucketOwnershipControls",
      "s3:PutBucketPolicy",
      "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketTagging",
      "s3:PutBucketVersioning",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
    ]

    resources = ["arn:${local.partition}:s3:::${local.id}-*"]
  }

  # A sandbox goes with what is in it: Terraform empties the bucket of access logs before it deletes it (force_destroy).
  dynamic "statement" {
    for_each = var.environment == "sbx" ? ["${local.id}-lb-logs"] : []

    content {
      sid       = "EmptyTheSandboxsLogs"
      actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      resources = ["arn:${local.partition}:s3:::${statement.value}/*"]
    }
  }
}
