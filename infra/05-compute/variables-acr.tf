# SPDX-License-Identifier: Apache-2.0

variable "acr_registry_url" {
  description = "An Azure container registry to pull through ECR, such as example.azurecr.io. Empty: none, and nothing is made for it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.acr_registry_url == "" || can(regex("^[a-z0-9]+(-[a-z0-9]+)*\\.azurecr\\.io$", var.acr_registry_url))
    error_message = "acr_registry_url is the registry's login server in lower case, such as example.azurecr.io: no https://, no path."
  }

  validation {
    condition     = length(var.acr_registry_url) <= 30
    error_message = "acr_registry_url becomes a prefix of ECR repositories, and ECR takes 2 to 30 characters for one: the registry's own name may have at most 19."
  }

  validation {
    condition     = var.acr_registry_url == "" || length(trimsuffix(var.acr_registry_url, ".azurecr.io")) >= 2
    error_message = "acr_registry_url: the registry's name is a prefix of ECR repositories, too, and ECR takes no prefix shorter than 2 characters."
  }
}

variable "acr_username" {
  description = "The user or service principal that pulls from the Azure registry. In no plan and no state: give it to each plan and apply (TF_VAR_acr_username)."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
  ephemeral   = true
}

variable "acr_password" {
  description = "Its password or token (TF_VAR_acr_password). Handled as acr_username."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
  ephemeral   = true
}

variable "acr_credentials_version" {
  description = "Counts changes of the credentials: Terraform cannot compare what it does not keep, so raise this to have new ones written."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.acr_credentials_version >= 1 && floor(var.acr_credentials_version) == var.acr_credentials_version
    error_message = "acr_credentials_version is a whole number from 1 up."
  }
}
