# SPDX-License-Identifier: Apache-2.0

output "ecr_repository_urls" {
  description = "The applications' repositories: name => where images are pushed and pulled."
  value       = { for name, r in aws_ecr_repository.this : name => r.repository_url }
}

output "ecr_repository_arns" {
  description = "The applications' repositories: name => ARN."
  value       = { for name, r in aws_ecr_repository.this : name => r.arn }
}

output "ecr_registry_url" {
  description = "The registry of this account and region."
  value       = local.ecr_registry_url
}

output "ecr_pull_through_cache_registry_urls" {
  description = "Where images of other registries are pulled from: their registry => its cache. Put the cache where the registry was."
  value       = { for prefix, rule in aws_ecr_pull_through_cache_rule.this : prefix => "${local.ecr_registry_url}/${rule.ecr_repository_prefix}" }
}

output "ecr_pull_through_cache_rule_ids" {
  description = "The caches' rules: registry => id."
  value       = { for prefix, rule in aws_ecr_pull_through_cache_rule.this : prefix => rule.id }
}

output "ecr_scanning_configuration_scan_type" {
  description = "ENHANCED or BASIC; null where manage_registry_scanning is off: another stack decides."
  value       = one(aws_ecr_registry_scanning_configuration.this[*].scan_type)
}

output "ecr_image_scan_event_rule_arn" {
  description = "The rule that matches critical and high findings, to add targets to."
  value       = aws_cloudwatch_event_rule.ecr_image_scan.arn
}

output "acr_secret_arn" {
  description = "The secret with the Azure registry's credentials; null without one."
  value       = one(aws_secretsmanager_secret.acr[*].arn)
}

output "acr_pull_through_cache_url" {
  description = "Where images of the Azure registry are pulled from, under its full name (its short name works, too); null without one."
  value       = var.acr_registry_url == "" ? null : "${local.ecr_registry_url}/${var.acr_registry_url}"
}
