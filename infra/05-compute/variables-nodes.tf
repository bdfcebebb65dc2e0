# SPDX-License-Identifier: Apache-2.0

variable "eks_node_groups" {
  description = "The pools of nodes, by name. A pool of GPU or accelerator instances is known by its instance types: it gets the image for them and the taint nvidia.com/gpu=true:NO_SCHEDULE."
  type = map(object({
    instance_types             = optional(list(string), ["m6i.large"])
    capacity_type              = optional(string, "ON_DEMAND")
    disk_size                  = optional(number, 100)
    desired_size               = number
    min_size                   = number
    max_size                   = number
    labels                     = optional(map(string), {})
    taints                     = optional(list(object({ key = string, value = optional(string), effect = string })), [])
    ami_type                   = optional(string)
    release_version            = optional(string)
    max_unavailable_percentage = optional(number, 33)
  }))
  default = {
    steady = {
      desired_size = 2
      min_size     = 0
      max_size     = 3
      labels       = { lifecycle = "persistent", scalability = "steady" }
    }
  }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.eks_node_groups) : can(regex("^[a-z]([a-z0-9-]{0,36}[a-z0-9])?$", name))])
    error_message = "eks_node_groups: a pool's name is at most 38 lower-case letters, digits and hyphens, a letter first."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : length(p.instance_types) > 0 && alltrue([for t in p.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", t))])])
    error_message = "eks_node_groups: instance_types is a list of at least one type, such as m6i.large."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : length(distinct([for t in p.instance_types : can(regex(local.gpu_family, t))])) <= 1])
    error_message = "eks_node_groups: instance_types are all with GPUs or all without: a pool has one image and one set of taints."
  }

  validation {
    condition     = length(var.eks_node_groups) > 0
    error_message = "eks_node_groups has one pool at least: addons are made when their pods run, and an apply would wait for that in vain."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.ami_type != null || !anytrue([for t in p.instance_types : can(regex("^(a1|[a-z]+[0-9]+g[a-z]*)\\.", t))])])
    error_message = "eks_node_groups: images are x86 unless said otherwise: give a pool of Graviton instances an ami_type such as AL2023_ARM_64_STANDARD, and pods images of that kind."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : contains(["ON_DEMAND", "SPOT"], p.capacity_type)])
    error_message = "eks_node_groups: capacity_type is ON_DEMAND or SPOT."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.disk_size >= 20 && p.disk_size <= 500 && floor(p.disk_size) == p.disk_size])
    error_message = "eks_node_groups: disk_size is 20 to 500 GiB."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : 0 <= p.min_size && p.min_size <= p.desired_size && p.desired_size <= p.max_size])
    error_message = "eks_node_groups: min_size <= desired_size <= max_size, and none below 0."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.min_size != p.max_size])
    error_message = "eks_node_groups: min_size is not max_size: a pool that cannot grow cannot replace a node before it goes."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.max_size <= (anytrue([for t in p.instance_types : can(regex(local.gpu_family, t))]) ? 10 : 20)])
    error_message = "eks_node_groups: max_size is at most 20, and at most 10 with GPUs: policies/terraform.rego says the same."
  }

  validation {
    condition     = alltrue(flatten([for p in values(var.eks_node_groups) : [for t in p.taints : contains(["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"], t.effect)]]))
    error_message = "eks_node_groups: a taint's effect is NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.ami_type == null || can(regex("^AL2023_", p.ami_type))])
    error_message = "eks_node_groups: ami_type is one of EKS's AL2023_… images: launch templates here name that image's root device."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.ami_type != null || !anytrue([for t in p.instance_types : can(regex("^dl\\d", t))])])
    error_message = "eks_node_groups: EKS has no image of its own for dl instances: give the pool an ami_type."
  }

  validation {
    condition     = alltrue([for p in values(var.eks_node_groups) : p.max_unavailable_percentage >= 1 && p.max_unavailable_percentage <= 100])
    error_message = "eks_node_groups: max_unavailable_percentage is 1 to 100."
  }
}

variable "eks_addons" {
  description = "EKS addons: a version (null: what EKS calls the default when the addon is made, and then that one until somebody pins another) and configuration as JSON."
  type = map(object({
    version       = optional(string)
    configuration = optional(string)
  }))
  default = {
    "eks-pod-identity-agent" = {}
    "aws-ebs-csi-driver"     = {}
    "coredns"                = {}
    "kube-proxy"             = {}
    "vpc-cni"                = {}
  }
  nullable = false

  validation {
    condition     = length(setsubtract(["eks-pod-identity-agent", "aws-ebs-csi-driver", "coredns", "kube-proxy", "vpc-cni"], keys(var.eks_addons))) == 0
    error_message = "eks_addons has at least eks-pod-identity-agent, aws-ebs-csi-driver, coredns, kube-proxy and vpc-cni."
  }

  validation {
    condition     = alltrue([for a in values(var.eks_addons) : a.configuration == null || can(jsondecode(a.configuration))])
    error_message = "eks_addons: configuration is JSON: use jsonencode()."
  }

  validation {
    condition     = alltrue([for a in values(var.eks_addons) : a.version == null || can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", a.version))])
    error_message = "eks_addons: version looks like v1.20.4-eksbuild.1: aws eks describe-addon-versions lists them."
  }
}

variable "enable_irsa" {
  description = "Whether the cluster is an OIDC provider of the account, for the roles of Cluster Autoscaler and AWS Node Termination Handler. All other workloads have EKS Pod Identity."
  type        = bool
  default     = true
  nullable    = false
}
