# SPDX-License-Identifier: Apache-2.0

# In a key's policy "*" is the key itself: AWS offers no other resource.

data "aws_iam_policy_document" "general_key" {
  #checkov:skip=CKV_AWS_109:It is a key's policy: "*" is the key itself
  #checkov:skip=CKV_AWS_111:It is a key's policy: "*" is the key itself
  #checkov:skip=CKV_AWS_356:It is a key's policy: "*" is the key itself

  statement {
    sid       = "AccountByIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${var.account_id}:root"]
    }
  }

  statement {
    sid       = "LogGroupsOfThisAccount"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${var.region}:${var.account_id}:log-group:*"]
    }
  }

  # Auto Scaling starts nodes with encrypted volumes, and has no policy of its own that lets it use a key. Named as a principal,
  # its role would have to be there before the key is, and in a new account it is not: hence a pattern. With the account as
  # principal the statement would do nothing, for that only passes the question on to the role's policy.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
  statement {
    sid       = "VolumesOfAutoScaling"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = [local.autoscaling_role_arn]
    }
  }

  statement {
    sid       = "GrantsOfAutoScaling"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = [local.autoscaling_role_arn]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

# ECR's pull-through caches read their credentials under AWS's own key only, so that nobody else is named here.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
data "aws_iam_policy_document" "secrets_key" {
  #checkov:skip=CKV_AWS_109:It is a key's policy: "*" is the key itself
  #checkov:skip=CKV_AWS_111:It is a key's policy: "*" is the key itself
  #checkov:skip=CKV_AWS_356:It is a key's policy: "*" is the key itself

  statement {
    sid       = "AccountByIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${var.account_id}:root"]
    }
  }
}

locals {
  # Also those with a suffix, which a group may name instead.
  autoscaling_role_arn = "arn:${local.partition}:iam::${var.account_id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
}
