# SPDX-License-Identifier: Apache-2.0

# What the variable leaves open: the image by the kind of instances, and the taint of pools with GPUs.
locals {
  gpu_pools    = { for name, pool in var.eks_node_groups : name => anytrue([for t in pool.instance_types : can(regex(local.gpu_family, t))]) }
  neuron_pools = { for name, pool in var.eks_node_groups : name => anytrue([for t in pool.instance_types : can(regex("^(trn|inf)", t))]) }

  # Other pods must not take the place on instances that cost ten times as much.
  gpu_taint = { key = "nvidia.com/gpu", value = "true", effect = "NO_SCHEDULE" }

  node_groups = { for name, pool in var.eks_node_groups : name => merge(pool, {
    ami_type = coalesce(
      pool.ami_type,
      local.neuron_pools[name] ? "AL2023_x86_64_NEURON" : local.gpu_pools[name] ? "AL2023_x86_64_NVIDIA" : "AL2023_x86_64_STANDARD",
    )
    taints = concat(
      [for t in pool.taints : t if !(local.gpu_pools[name] && t.key == local.gpu_taint.key)],
      local.gpu_pools[name] ? [local.gpu_taint] : [],
    )
  }) }
}
