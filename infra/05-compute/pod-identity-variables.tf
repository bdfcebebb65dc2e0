# SPDX-License-Identifier: Apache-2.0

variable "workload_namespace" {
  description = "The namespace of the workloads that have roles of their own (the EBS CSI driver's is kube-system)."
  type        = string
  default     = "unique"
  nullable    = false
}

variable "cluster_secret_prefixes" {
  description = "What external-secrets may read: first parts of names of secrets. Null: those below the layers' id, such as layerbot-prod-euw1/."
  type        = list(string)
  default     = null

  validation {
    condition     = var.cluster_secret_prefixes == null || alltrue([for p in coalesce(var.cluster_secret_prefixes, []) : can(regex("^[A-Za-z0-9/_+=.@-]{3,}$", p))])
    error_message = "cluster_secret_prefixes: each at least three characters of A-Z a-z 0-9 / _ + = . @ -, and no wildcard: one is added at the end."
  }

  validation {
    condition     = var.cluster_secret_prefixes == null || length(coalesce(var.cluster_secret_prefixes, ["-"])) > 0
    error_message = "cluster_secret_prefixes: at least one, or null for the default; a role without secrets is of no use."
  }
}

variable "assistants_core_secret_prefixes" {
  description = "What assistants-core may read: first parts of names of secrets. Null: those below the layers' id and assistants-core/."
  type        = list(string)
  default     = null

  validation {
    condition     = var.assistants_core_secret_prefixes == null || alltrue([for p in coalesce(var.assistants_core_secret_prefixes, []) : can(regex("^[A-Za-z0-9/_+=.@-]{3,}$", p))])
    error_message = "assistants_core_secret_prefixes: each at least three characters of A-Z a-z 0-9 / _ + = . @ -, and no wildcard: one is added at the end."
  }

  validation {
    condition     = var.assistants_core_secret_prefixes == null || length(coalesce(var.assistants_core_secret_prefixes, ["-"])) > 0
    error_message = "assistants_core_secret_prefixes: at least one, or null for the default."
  }
}

variable "ai_data_kms_key_arns" {
  description = "The keys of the buckets named *-ai-data. Empty: the general key of the infrastructure layer."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for k in var.ai_data_kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", k))])
    error_message = "ai_data_kms_key_arns: ARNs of keys (…:key/ID); an alias gives no permission."
  }
}

variable "cert_manager_hosted_zone_ids" {
  description = "The hosted zones in which cert-manager answers challenges. Empty: any of the account."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for z in var.cert_manager_hosted_zone_ids : can(regex("^Z[A-Z0-9]{1,31}$", z))])
    error_message = "cert_manager_hosted_zone_ids: ids such as Z0123456789ABCDEFGHIJ, without /hostedzone/."
  }
}
