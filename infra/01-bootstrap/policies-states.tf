# SPDX-License-Identifier: Apache-2.0

# States and locks: what both roles may do with them, and what the plan role alone may not.
locals {
  states = "${local.bucket_arn}/*/terraform.tfstate"
  locks  = "${local.bucket_arn}/*/terraform.tfstate.tflock"
}

data "aws_iam_policy_document" "states" {
  statement {
    sid       = "FindStates"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "ReadStates"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = [local.states]
  }

  statement {
    sid       = "LockStates"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = [local.locks]
  }

  statement {
    sid       = "UseTheKeyOfStates"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.state.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.${local.dns}"]
    }
  }

  # Version 5 of the AWS provider reads a secret back that a layer writes with secret_string_wo.
  statement {
    sid       = "ReadSecretsOfTheConfiguration"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = local.plan_secrets
  }

  # ReadOnlyAccess does not have it, and a refresh asks for the firewall of the public load balancer.
  statement {
    sid       = "SeeFirewallsOfBalancers"
    actions   = ["elasticloadbalancing:GetLoadBalancerWebACL"]
    resources = ["arn:${local.partition}:elasticloadbalancing:${local.regional}:loadbalancer/app/${local.id}-*"]
  }

  # The keys of these secrets are made by other layers, so they are known by what they decrypt.
  statement {
    sid       = "DecryptSecretsOfTheConfiguration"
    actions   = ["kms:Decrypt"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.${local.dns}"]
    }

    condition {
      test     = "StringLike"
      variable = "kms:EncryptionContext:SecretARN"
      values   = local.plan_secrets
    }
  }
}

data "aws_iam_policy_document" "plan_states" {
  source_policy_documents = [data.aws_iam_policy_document.states.json]

  statement {
    sid           = "WriteNothingButLocks"
    effect        = "Deny"
    actions       = ["s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject", "s3:ReplicateObject"]
    not_resources = [local.locks]
  }

  statement {
    sid           = "DecryptNothingButStates"
    effect        = "Deny"
    actions       = ["kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Sign", "kms:CreateGrant"]
    not_resources = [aws_kms_key.state.arn]

    condition {
      test     = "StringNotEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.${local.dns}"]
    }
  }
}

data "aws_iam_policy_document" "apply_states" {
  source_policy_documents = [data.aws_iam_policy_document.states.json]

  statement {
    sid       = "WriteStates"
    actions   = ["s3:PutObject"]
    resources = [local.states]
  }
}
