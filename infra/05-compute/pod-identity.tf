# SPDX-License-Identifier: Apache-2.0

# What the roles of pods have in common: the cluster they are of, and the permissions that more than one of them has.
# Which pods: pod-identity-system.tf, pod-identity-workloads.tf, pod-identity-load-balancer.tf.

locals {
  pod_identity = {
    cluster_name             = aws_eks_cluster.this.name
    cluster_arn              = "arn:${local.partition}:eks:${local.region}:${local.account_id}:cluster/${local.cluster_name}"
    permissions_boundary_arn = local.permissions_boundary_arn
  }

  secret_arn_prefix = "arn:${local.partition}:secretsmanager:${local.region}:${local.account_id}:secret:"

  # Each role has the first part of the names of the secrets that are its own.
  cluster_secret_arns         = [for p in coalesce(var.cluster_secret_prefixes, ["${local.id}/"]) : "${local.secret_arn_prefix}${p}*"]
  assistants_core_secret_arns = [for p in coalesce(var.assistants_core_secret_prefixes, ["${local.id}/assistants-core/"]) : "${local.secret_arn_prefix}${p}*"]

  ai_data_kms_key_arns = coalescelist(var.ai_data_kms_key_arns, [local.general_kms_key_arn])
}

# An inference profile is a resource of the caller's account, a foundation model of nobody's: eu.* and global.* profiles call the
# model in regions of their own choice, so that no region is named for either.
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
data "aws_iam_policy_document" "bedrock" {
  statement {
    sid     = "InvokeModels"
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]

    resources = [
      "arn:${local.partition}:bedrock:*::foundation-model/*",
      "arn:${local.partition}:bedrock:*:${local.account_id}:inference-profile/eu.*",
      "arn:${local.partition}:bedrock:*:${local.account_id}:inference-profile/global.*",
      "arn:${local.partition}:bedrock:${local.region}:${local.account_id}:inference-profile/*",
      "arn:${local.partition}:bedrock:${local.region}:${local.account_id}:application-inference-profile/*",
    ]
  }
}

# The buckets' ARNs name no account: the condition does.
data "aws_iam_policy_document" "ai_data" {
  statement {
    sid       = "ListBuckets"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::*-ai-data"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["arn:${local.partition}:s3:::*-ai-data/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "KeysOfBuckets"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = local.ai_data_kms_key_arns

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com"]
    }
  }
}
