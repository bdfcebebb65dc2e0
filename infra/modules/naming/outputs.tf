# SPDX-License-Identifier: Apache-2.0

output "id" {
  description = "The prefix of every name: project, environment and region, such as layerbot-prod-euw1. At most 24 characters."
  value       = "${var.project}-${var.environment}-${local.region_short}"
}

output "region_short" {
  description = "The region in names: eu-west-1 is euw1."
  value       = local.region_short
}

output "tags" {
  description = "The tags of everything, for default_tags. Nothing in them changes from release to release."
  value = {
    ManagedBy   = "Terraform"
    Project     = var.project
    Environment = var.environment
    Layer       = var.layer
    Repository  = var.repository
  }
}
