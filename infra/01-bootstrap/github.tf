# SPDX-License-Identifier: Apache-2.0

# How AWS knows GitHub's tokens: one provider an account. IAM verifies this issuer's certificate by its own list, so there is
# no thumbprint to keep: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]

  tags = {
    Name = "GitHub Actions"
  }
}

locals {
  issuer = "token.actions.githubusercontent.com"

  # By name, so that a plan shows whom the roles admit before the provider is there.
  provider_arn = "${local.iam}:oidc-provider/${local.issuer}"

  repository_owner = split("/", var.repository)[0]
  repository_name  = split("/", var.repository)[1]

  # Repositories made, renamed or transferred after 2026-07-15 have ids in sub, older ones have not.
  subjects = [
    "repo:${var.repository}",
    "repo:${local.repository_owner}@${var.github_owner_id}/${local.repository_name}@${var.github_repository_id}",
  ]

  workflows = [for commit in var.layerbot_workflow_commits : "${var.layerbot_workflow}@${commit}"]
  branch    = coalesce(var.github_branch, var.environment)

  # What a job's token must say: claim → values. Plans come from every branch.
  plan_claims = {
    aud              = ["sts.amazonaws.com"]
    sub              = [for s in local.subjects : "${s}:environment:plan-${var.environment}"]
    repository_id    = [var.github_repository_id]
    job_workflow_ref = local.workflows
  }

  apply_claims = {
    aud              = ["sts.amazonaws.com"]
    sub              = [for s in local.subjects : "${s}:environment:${var.environment}"]
    repository_id    = [var.github_repository_id]
    ref              = ["refs/heads/${local.branch}"]
    job_workflow_ref = local.workflows
  }
}

# Each claim is compared as a whole, with no wildcard. docs/aws.md tells what each condition stops.
data "aws_iam_policy_document" "trust" {
  #checkov:skip=CKV_AWS_358:the conditions stand in a dynamic block, into which it does not look; infra/test/bootstrap asks them with tokens

  for_each = { plan = local.plan_claims, apply = local.apply_claims }

  statement {
    sid     = "Layerbot${title(each.key)}"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    dynamic "condition" {
      for_each = each.value

      content {
        test     = "StringEquals"
        variable = "${local.issuer}:${condition.key}"
        values   = condition.value
      }
    }
  }
}
