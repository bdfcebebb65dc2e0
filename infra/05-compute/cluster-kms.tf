# SPDX-License-Identifier: Apache-2.0

# One key for the cluster's secrets, its logs and its nodes' volumes: the one given, else the general one of
# 03-infrastructure, else one made here.
locals {
  make_kms_key        = var.kms_key_arn == null && !var.use_general_kms_key
  cluster_kms_key_arn = local.make_kms_key ? aws_kms_key.cluster[0].arn : coalesce(var.kms_key_arn, local.general_kms_key_arn)

  cluster_arn            = "arn:${local.partition}:eks:${local.region}:${local.account_id}:cluster/${local.cluster_name}"
  cluster_log_group_arn  = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/eks/${local.cluster_name}/cluster"
  autoscaling_role_arn   = "arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
  account_root_principal = "arn:${local.partition}:iam::${local.account_id}:root"
}

resource "aws_kms_key" "cluster" {
  count = local.make_kms_key ? 1 : 0

  description             = "Secrets, logs and volumes of ${local.cluster_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.cluster_key[0].json
}

resource "aws_kms_alias" "cluster" {
  count = local.make_kms_key ? 1 : 0

  name          = "alias/${local.id}-cluster"
  target_key_id = aws_kms_key.cluster[0].key_id
}

# In a key's own policy, * is this key.
data "aws_iam_policy_document" "cluster_key" {
  count = local.make_kms_key ? 1 : 0

  # IAM-STAR: the account's IAM policies decide, as AWS advises: a key that nobody may administer is lost.
  statement {
    sid       = "AccountDecidesByIAM"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root_principal]
    }
  }

  # IAM-STAR: this key.
  statement {
    sid       = "ClusterRole"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.cluster.arn]
    }
  }

  # IAM-STAR: this key.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  statement {
    sid       = "LogsOfTheCluster"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = [local.cluster_log_group_arn]
    }
  }

  # IAM-STAR: this key. Without it nodes die at launch: Auto Scaling makes their volumes. Its role cannot be the principal: an
  # account may not have it yet, and KMS refuses a policy that names nobody.
  statement {
    sid       = "VolumesOfNodes"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = [local.autoscaling_role_arn]
    }
  }

  # IAM-STAR: this key.
  statement {
    sid       = "GrantsForVolumesOfNodes"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnEquals"
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
