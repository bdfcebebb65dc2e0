# SPDX-License-Identifier: Apache-2.0

# Where this is: the same in every layer. Values: ../common.auto.tfvars and environments/<environment>/00-config.auto.tfvars.

variable "project" {
  description = "What is built: the first part of every name."
  type        = string
}

variable "environment" {
  description = "dev, test, prod or sbx."
  type        = string
}

variable "region" {
  description = "The AWS region of everything."
  type        = string
}

variable "account_id" {
  description = "The AWS account of this environment: nothing is done in any other."
  type        = string
}

variable "repository" {
  description = "owner/name of the repository that holds these layers."
  type        = string
}

module "naming" {
  source = "../modules/naming"

  project     = var.project
  environment = var.environment
  region      = var.region
  layer       = "06-applications"
  repository  = var.repository
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = module.naming.tags
  }
}

variable "state_bucket" {
  description = "The bucket of this environment's states, as in backend-config.hcl."
  type        = string
}
