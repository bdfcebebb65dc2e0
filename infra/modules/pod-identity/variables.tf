# SPDX-License-Identifier: Apache-2.0

variable "name" {
  description = "The role's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,63}$", var.name))
    error_message = "name: 1 to 64 lower-case letters, digits and hyphens (IAM takes no longer name of a role)."
  }
}

variable "cluster_name" {
  description = "The cluster in which the pods run."
  type        = string
  nullable    = false
}

variable "cluster_arn" {
  description = "The same cluster's ARN, put together from names, so that the trust policy is known at plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9][A-Za-z0-9_-]*$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of one EKS cluster: arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME."
  }
}

variable "namespace" {
  description = "The namespace of the service account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace is the name of a Kubernetes namespace, without wildcards."
  }
}

variable "service_account" {
  description = "The service account whose pods have the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", var.service_account))
    error_message = "service_account is the name of a Kubernetes service account, without wildcards."
  }
}

variable "policies" {
  description = "Inline policies: name => JSON. Together at most 10,240 characters without whitespace."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "managed_policy_arns" {
  description = "Managed policies to attach: a name of your own => ARN."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "The boundary that every role of the layers carries: 01-bootstrap makes it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of a managed policy of this account (01-bootstrap's permissions_boundary_arn)."
  }
}
