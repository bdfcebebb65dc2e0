# SPDX-License-Identifier: Apache-2.0

# The applications' own repositories, and how the registry scans.

resource "aws_ecr_repository" "this" {
  #checkov:skip=CKV_AWS_51:IMMUTABLE unless a repository's own setting says MUTABLE
  #checkov:skip=CKV_AWS_163:on unless a repository's own setting says no; the registry scans all by its rules anyway
  for_each = var.ecr_repositories

  name                 = "${local.id}/${each.key}"
  image_tag_mutability = each.value.image_tag_mutability
  force_delete         = each.value.force_delete

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = local.general_kms_key_arn
  }

  image_scanning_configuration {
    scan_on_push = each.value.scan_on_push
  }

  tags = { Name = "${local.id}/${each.key}" }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = var.ecr_repositories

  repository = aws_ecr_repository.this[each.key].name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What no tag names goes after ${each.value.untagged_expire_days} days."
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = each.value.untagged_expire_days }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The last ${each.value.keep_last} images stay."
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = each.value.keep_last }
        action       = { type = "expire" }
      },
    ]
  })
}

locals {
  ecr_scan_type = var.ecr_enhanced_scanning_enabled ? "ENHANCED" : "BASIC"

  # One rule a frequency, as the registry keeps them. Basic scanning knows no CONTINUOUS_SCAN.
  ecr_scan_rules = var.ecr_enhanced_scanning_enabled ? {
    for f in distinct(var.ecr_scanning_rules[*].scan_frequency) :
    f => distinct(flatten([for r in var.ecr_scanning_rules : r.filters if r.scan_frequency == f]))
    } : {
    for f in slice(["SCAN_ON_PUSH"], 0, min(1, length(var.ecr_scanning_rules))) :
    f => distinct(flatten(var.ecr_scanning_rules[*].filters))
  }
}

# Putting ENHANCED turns Amazon Inspector on for ECR in this account and region if it is off.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced.html
resource "aws_ecr_registry_scanning_configuration" "this" {
  count = var.manage_registry_scanning ? 1 : 0

  scan_type = local.ecr_scan_type

  dynamic "rule" {
    for_each = local.ecr_scan_rules

    content {
      scan_frequency = rule.key

      dynamic "repository_filter" {
        for_each = rule.value

        content {
          filter      = repository_filter.value
          filter_type = "WILDCARD"
        }
      }
    }
  }
}
