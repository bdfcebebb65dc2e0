# SPDX-License-Identifier: Apache-2.0

terraform {
  required_version = ">= 1.11.0"

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

  # bucket, key and region: environments/<environment>/backend-config.hcl
  backend "s3" {
    use_lockfile = true
  }
}
