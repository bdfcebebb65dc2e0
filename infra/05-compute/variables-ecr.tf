# SPDX-License-Identifier: Apache-2.0

variable "ecr_repositories" {
  description = "The applications' own repositories: name => settings. In ECR each is named below the layers' id: layerbot-prod-euw1/NAME."
  type = map(object({
    image_tag_mutability = optional(string, "IMMUTABLE")
    scan_on_push         = optional(bool, true)
    untagged_expire_days = optional(number, 14)
    keep_last            = optional(number, 50)
    force_delete         = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.ecr_repositories) : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", name)) && length(name) <= 200])
    error_message = "ecr_repositories: names of lower-case letters, digits and single . _ - / between them, at most 200 characters."
  }

  validation {
    condition     = alltrue([for r in values(var.ecr_repositories) : contains(["IMMUTABLE", "MUTABLE"], r.image_tag_mutability)])
    error_message = "ecr_repositories: image_tag_mutability is IMMUTABLE or MUTABLE."
  }

  validation {
    condition     = alltrue([for r in values(var.ecr_repositories) : r.untagged_expire_days >= 1 && r.keep_last >= 1 && floor(r.untagged_expire_days) == r.untagged_expire_days && floor(r.keep_last) == r.keep_last])
    error_message = "ecr_repositories: untagged_expire_days and keep_last are whole numbers of at least 1."
  }
}

variable "manage_registry_scanning" {
  description = "Whether this layer sets how the registry scans. There is one such setting an account and region: false where another stack sets it."
  type        = bool
  default     = true
  nullable    = false
}

variable "ecr_enhanced_scanning_enabled" {
  description = "Enhanced scanning (Amazon Inspector: operating system and language packages, continuously; billed by image) or, if false, basic scanning on push."
  type        = bool
  default     = true
  nullable    = false
}

variable "ecr_scanning_rules" {
  description = "Which repositories enhanced scanning looks at, and when. With basic scanning the same repositories are scanned on push."
  type = list(object({
    scan_frequency = optional(string, "CONTINUOUS_SCAN")
    filters        = list(string)
  }))
  default  = [{ filters = ["*"] }]
  nullable = false

  validation {
    condition     = alltrue([for r in var.ecr_scanning_rules : contains(["CONTINUOUS_SCAN", "SCAN_ON_PUSH"], r.scan_frequency)])
    error_message = "ecr_scanning_rules: scan_frequency is CONTINUOUS_SCAN or SCAN_ON_PUSH."
  }

  validation {
    condition     = alltrue([for r in var.ecr_scanning_rules : length(r.filters) > 0 && alltrue([for f in r.filters : can(regex("^[a-z0-9*](?:[._/a-z0-9*-]?[a-z0-9*]+)*$", f)) && length(f) <= 256])])
    error_message = "ecr_scanning_rules: each rule has filters: names of repositories, with * for any characters."
  }
}

variable "ecr_scan_notifications_enabled" {
  description = "An SNS topic with its own key, to which critical and high findings go. Off: the rule is there, and whoever wants the events adds a target."
  type        = bool
  default     = false
  nullable    = false
}

variable "ecr_pull_through_cache_upstream_registries" {
  description = "Registries whose images are pulled through ECR, each under its own name: docker.io, ghcr.io, public.ecr.aws, quay.io, registry.k8s.io. Azure's is acr_registry_url."
  type        = list(string)
  default     = ["public.ecr.aws", "quay.io", "registry.k8s.io"]
  nullable    = false

  validation {
    condition = alltrue([
      for r in var.ecr_pull_through_cache_upstream_registries :
      contains(concat(keys(local.ecr_upstream_urls), local.acr_prefixes), r)
    ])
    error_message = "ecr_pull_through_cache_upstream_registries: ECR pulls through from ${join(", ", keys(local.ecr_upstream_urls))}, and from NAME.azurecr.io where acr_registry_url is that name. Not from ${join(", ", setsubtract(var.ecr_pull_through_cache_upstream_registries, concat(keys(local.ecr_upstream_urls), local.acr_prefixes)))}: take it out, or copy its images to a repository of your own. (gcr.io is no upstream of ECR; what was on k8s.gcr.io is on registry.k8s.io.)"
  }

  validation {
    condition = alltrue([
      for r in local.ecr_upstreams_with_credentials :
      !contains(var.ecr_pull_through_cache_upstream_registries, r) || contains(keys(var.ecr_pull_through_cache_credential_arns), r)
    ])
    error_message = "ecr_pull_through_cache_upstream_registries: ${join(" and ", local.ecr_upstreams_with_credentials)} take no anonymous pulls through ECR: add the ARN of a secret for each to ecr_pull_through_cache_credential_arns."
  }
}

variable "ecr_pull_through_cache_credential_arns" {
  description = "Secrets with the credentials of docker.io and ghcr.io: registry => ARN. The secret's JSON has username and accessToken, its name begins with ecr-pullthroughcache/, and its key is aws/secretsmanager: ECR takes no other."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for r in keys(var.ecr_pull_through_cache_credential_arns) : contains(local.ecr_upstreams_with_credentials, r)])
    error_message = "ecr_pull_through_cache_credential_arns: credentials are for ${join(" and ", local.ecr_upstreams_with_credentials)}; the others take none, and Azure's are acr_username and acr_password."
  }

  validation {
    condition = alltrue([
      for arn in values(var.ecr_pull_through_cache_credential_arns) :
      can(regex("^arn:[a-z-]+:secretsmanager:${var.region}:${var.account_id}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$", arn))
    ])
    error_message = "ecr_pull_through_cache_credential_arns: each is the ARN of a secret of this account and region whose name begins with ecr-pullthroughcache/ (ECR demands both)."
  }
}
