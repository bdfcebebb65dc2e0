# SPDX-License-Identifier: Apache-2.0

variable "enable_kuberay_operator" {
  description = "Install KubeRay's operator, which makes pods of RayClusters. Off where something else installs it."
  type        = bool
  default     = false
  nullable    = false
}

variable "kuberay_operator_version" {
  description = "The version of the operator's chart, which is that of its image. Helm never changes CRDs that are there: see the README before raising it."
  type        = string
  default     = "1.7.0"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.kuberay_operator_version))
    error_message = "kuberay_operator_version is one version, such as 1.7.0: what is deployed must not change by itself."
  }
}

variable "kuberay_chart_repository" {
  description = "Where the operator's chart is: KubeRay's own repository, or a mirror of it that the runner reaches."
  type        = string
  default     = "https://ray-project.github.io/kuberay-helm/"
  nullable    = false

  validation {
    condition     = can(regex("^(https|oci)://[^/]+", var.kuberay_chart_repository))
    error_message = "kuberay_chart_repository begins with https:// or oci://."
  }
}

variable "kuberay_image_registry" {
  description = "The registry of the operator's image. If 05-compute caches it (ecr_pull_through_cache_upstream_registries), the cache is used."
  type        = string
  default     = "quay.io"
  nullable    = false
}

variable "enable_ray" {
  description = "Deploy charts/ray. KubeRay's operator is there first: enable_kuberay_operator, or one of your own."
  type        = bool
  default     = false
  nullable    = false
}

variable "ray_image_registry" {
  description = "The registry of Ray's images. If 05-compute caches it (ecr_pull_through_cache_upstream_registries), the cache is used."
  type        = string
  default     = "docker.io"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9._/-]+)?$", var.ray_image_registry))
    error_message = "ray_image_registry is the name of a registry, such as docker.io, without https://."
  }
}

variable "ray_namespace" {
  description = "The namespace of the Ray cluster. Its pods reach the cluster's dashboard and clients' port, and no others do."
  type        = string
  default     = "ray"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.ray_namespace)) && !contains(["default", "kube-system", "kuberay-system"], var.ray_namespace)
    error_message = "ray_namespace is a namespace of its own: lower-case letters, digits and hyphens, and neither default nor one of the system's."
  }
}

variable "ingress_service" {
  description = "The service that requests from the load balancer go to, and its ports by name of the target group (http, https). Null: no TargetGroupBindings are written."
  type = object({
    namespace = string
    name      = string
    ports     = optional(map(number), { http = 80, https = 443 })
  })
  default = null

  validation {
    condition     = var.ingress_service == null || alltrue([for name in keys(try(var.ingress_service.ports, {})) : contains(["http", "https"], name)])
    error_message = "ingress_service.ports has the keys http and https, which are the target groups of 03-infrastructure."
  }
}
