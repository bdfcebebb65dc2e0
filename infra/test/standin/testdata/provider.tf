# SPDX-License-Identifier: Apache-2.0

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 2.17"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["777788889999"]

  default_tags {
    tags = { ManagedBy = "Terraform" }
  }
}

provider "helm" {
  kubernetes {
    host = "https://cluster.invalid"
  }
}
