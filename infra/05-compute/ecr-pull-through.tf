# SPDX-License-Identifier: Apache-2.0

# Pull-through caches: ECR fetches what it does not have, and keeps it under the upstream's own name.

locals {
  # The upstreams of ECR that are offered, by the name that images have. GCR is none of ECR's.
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
  ecr_upstream_urls = {
    "docker.io"       = "registry-1.docker.io"
    "ghcr.io"         = "ghcr.io"
    "public.ecr.aws"  = "public.ecr.aws"
    "quay.io"         = "quay.io"
    "registry.k8s.io" = "registry.k8s.io"
  }

  ecr_upstreams_with_credentials = ["docker.io", "ghcr.io"]

  # The prefix of each cache => where it fetches from. Keys are of variables alone.
  ecr_pull_through_urls = merge(
    { for r in var.ecr_pull_through_cache_upstream_registries : r => local.ecr_upstream_urls[r] if contains(keys(local.ecr_upstream_urls), r) },
    { for p in local.acr_prefixes : p => var.acr_registry_url },
  )

  # For the nodes' role: the repositories that a pull may make.
  ecr_pull_through_prefixes = sort(keys(local.ecr_pull_through_urls))

  ecr_repository_arn_prefix = "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository"
  ecr_registry_url          = "${local.account_id}.dkr.ecr.${local.region}.${data.aws_partition.current.dns_suffix}"
}

# ECR looks into the secret when a rule is made: its text and its policy are there first.
resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = local.ecr_pull_through_urls

  ecr_repository_prefix = each.key
  upstream_registry_url = each.value

  credential_arn = (
    contains(local.acr_prefixes, each.key)
    ? one(aws_secretsmanager_secret.acr[*].arn)
    : lookup(var.ecr_pull_through_cache_credential_arns, each.key, null)
  )

  depends_on = [
    aws_ecr_repository_creation_template.this,
    aws_secretsmanager_secret_policy.acr,
    aws_secretsmanager_secret_version.acr,
  ]
}

# What a pull makes is encrypted, tagged and cleared as if it were made here. Tags of an upstream move, so they may here.
resource "aws_ecr_repository_creation_template" "this" {
  for_each = local.ecr_pull_through_urls

  prefix               = each.key
  description          = "Cache of ${each.value}."
  applied_for          = ["PULL_THROUGH_CACHE"]
  image_tag_mutability = "MUTABLE"
  custom_role_arn      = aws_iam_role.ecr_templates[0].arn
  resource_tags        = module.naming.tags

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = local.general_kms_key_arn
  }

  lifecycle_policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "What no tag names goes after 14 days: a moved tag leaves it behind."
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
      action       = { type = "expire" }
    }]
  })

  depends_on = [aws_iam_role_policy.ecr_templates]
}

# ECR makes an encrypted or tagged repository from a template by a role, not by its service-linked one.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create-iam.html
data "aws_iam_policy_document" "ecr_templates_trust" {
  statement {
    sid     = "EcrMakesRepositories"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecr.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "ecr_templates" {
  statement {
    sid     = "MakeCaches"
    actions = ["ecr:CreateRepository", "ecr:TagResource"]
    #tfsec:ignore:aws-iam-no-policy-wildcards:what is cached is known by the first part of its name only
    resources = [for p in local.ecr_pull_through_prefixes : "${local.ecr_repository_arn_prefix}/${p}/*"]
  }

  statement {
    sid       = "EncryptThem"
    actions   = ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"]
    resources = [local.general_kms_key_arn]
  }
}

resource "aws_iam_role" "ecr_templates" {
  count = length(local.ecr_pull_through_urls) > 0 ? 1 : 0

  name                 = "${local.id}-ecr-templates"
  description          = "ECR, when a pull through a cache makes a repository."
  assume_role_policy   = data.aws_iam_policy_document.ecr_templates_trust.json
  permissions_boundary = local.permissions_boundary_arn

  tags = { Name = "${local.id}-ecr-templates" }
}

resource "aws_iam_role_policy" "ecr_templates" {
  count = length(local.ecr_pull_through_urls) > 0 ? 1 : 0

  name   = "make-caches"
  role   = aws_iam_role.ecr_templates[0].name
  policy = data.aws_iam_policy_document.ecr_templates.json
}
