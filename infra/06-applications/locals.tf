# SPDX-License-Identifier: Apache-2.0

locals {
  infrastructure = data.terraform_remote_state.infrastructure.outputs
  compute        = data.terraform_remote_state.compute.outputs

  # The cache of a registry, or the registry itself where there is none.
  caches           = local.compute.ecr_pull_through_cache_registry_urls
  ray_registry     = lookup(local.caches, var.ray_image_registry, var.ray_image_registry)
  kuberay_registry = lookup(local.caches, var.kuberay_image_registry, var.kuberay_image_registry)
}
