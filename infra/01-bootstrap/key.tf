# SPDX-License-Identifier: Apache-2.0

# The key of states: who may not use it reads none, whatever S3 allows.
resource "aws_kms_key" "state" {
  description             = "States of Terraform in ${local.bucket}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.state_key.json

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "state" {
  name          = "alias/${local.bucket}"
  target_key_id = aws_kms_key.state.key_id
}

# In a key's own policy * is that key. The roles are resources here and not names, because KMS refuses a principal that is
# not there yet.
data "aws_iam_policy_document" "state_key" {
  #checkov:skip=CKV_AWS_109:the policy of a key is about that key alone; its account may administer it
  #checkov:skip=CKV_AWS_111:the policy of a key is about that key alone
  #checkov:skip=CKV_AWS_356:the policy of a key is about that key alone, and can name it by a star only

  # IAM-STAR: the policy of a key is about that key alone, and without the account nobody could ever change it.
  statement {
    sid       = "TheAccountDecides"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["${local.iam}:root"]
    }
  }

  # IAM-STAR: the policy of a key is about that key alone.
  statement {
    sid       = "LayerbotThroughS3"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.plan.arn, aws_iam_role.apply.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.${local.dns}"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [var.account_id]
    }
  }
}
