# SPDX-License-Identifier: Apache-2.0

# The Azure registry's credentials, where ECR looks for them. They are write-only: in no plan, no state.

locals {
  acr_alias = trimsuffix(var.acr_registry_url, ".azurecr.io")

  # Images are found under the registry's full name and under its short one.
  acr_prefixes = var.acr_registry_url == "" ? [] : [var.acr_registry_url, local.acr_alias]
}

# No key of ours: ECR reads secrets under aws/secretsmanager only.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
#tfsec:ignore:aws-ssm-secret-use-customer-key:ECR reads pull-through credentials only under the key aws/secretsmanager
#trivy:ignore:AVD-AWS-0098:ECR reads pull-through credentials only under the key aws/secretsmanager
resource "aws_secretsmanager_secret" "acr" {
  #checkov:skip=CKV_AWS_149:ECR reads pull-through credentials only under the key aws/secretsmanager
  #checkov:skip=CKV2_AWS_57:the password is Azure's to change; acr_credentials_version writes the new one
  count = var.acr_registry_url == "" ? 0 : 1

  name        = "ecr-pullthroughcache/${var.acr_registry_url}"
  description = "Credentials with which ECR pulls from ${var.acr_registry_url}."

  # The credentials are kept elsewhere, too; a secret on its way out would hold the name for a week and longer.
  recovery_window_in_days = 0

  tags = { Name = "ecr-pullthroughcache/${var.acr_registry_url}" }
}

resource "aws_secretsmanager_secret_version" "acr" {
  count = var.acr_registry_url == "" ? 0 : 1

  secret_id                = aws_secretsmanager_secret.acr[0].id
  secret_string_wo         = jsonencode({ username = var.acr_username, accessToken = var.acr_password })
  secret_string_wo_version = var.acr_credentials_version

  lifecycle {
    precondition {
      condition     = var.acr_username != "" && var.acr_password != ""
      error_message = "acr_registry_url is set: give acr_username and acr_password to this run (TF_VAR_acr_username, TF_VAR_acr_password; infra/scripts/deploy-with-acr.sh reads them from 1Password), or leave acr_registry_url empty."
    }
  }
}

# A policy may name a role only if it is there, and ECR makes this one itself: so the account is the principal, and the condition
# says which role of it.
data "aws_iam_policy_document" "acr" {
  count = var.acr_registry_url == "" ? 0 : 1

  statement {
    sid       = "EcrPullThroughCache"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.acr[0].arn]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache"]
    }
  }
}

resource "aws_secretsmanager_secret_policy" "acr" {
  count = var.acr_registry_url == "" ? 0 : 1

  secret_arn          = aws_secretsmanager_secret.acr[0].arn
  policy              = data.aws_iam_policy_document.acr[0].json
  block_public_policy = true
}
