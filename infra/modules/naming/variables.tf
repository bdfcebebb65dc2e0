# SPDX-License-Identifier: Apache-2.0

variable "project" {
  description = "What is built, as the first part of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project: 2 to 12 lower-case letters and digits, a letter first; every name begins with it."
  }
}

variable "environment" {
  description = "dev, test, prod or sbx."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "test", "prod", "sbx"], var.environment)
    error_message = "environment is one of dev, test, prod, sbx: the folders below environments/."
  }
}

variable "region" {
  description = "An AWS region, such as eu-west-1."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is the code of an AWS region, such as eu-west-1."
  }
}

variable "layer" {
  description = "The layer's folder, such as 05-compute."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{2}-[a-z0-9-]+$", var.layer))
    error_message = "layer is the name of the layer's folder, such as 05-compute: it becomes a tag."
  }
}

variable "repository" {
  description = "owner/name of the repository that holds the layers."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository is owner/name, as on GitHub: it becomes a tag, and says whose jobs get the roles."
  }
}
