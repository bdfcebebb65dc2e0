# SPDX-License-Identifier: Apache-2.0

variable "eks_kubernetes_version" {
  description = "The cluster's Kubernetes version. EKS goes up one minor version at a time, and never down."
  type        = string
  default     = "1.35"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[3-9]|[4-9][0-9])$", var.eks_kubernetes_version))
    error_message = "eks_kubernetes_version is a minor version of 1.33 or later, such as \"1.35\", without a patch."
  }
}

variable "eks_endpoint_private_access" {
  description = "Whether the Kubernetes API is reached from within the VPC. Always: nodes and people use this road."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.eks_endpoint_private_access
    error_message = "eks_endpoint_private_access stays true: nodes and the management server reach the API by no other road."
  }
}

variable "eks_endpoint_public_access" {
  description = "Whether the Kubernetes API is reached from the Internet, too. Then eks_public_access_cidrs says from where."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.eks_endpoint_public_access == (length(var.eks_public_access_cidrs) > 0)
    error_message = "eks_endpoint_public_access and eks_public_access_cidrs go together: without the second AWS lets the whole Internet in, and without the first it does nothing."
  }
}

variable "eks_public_access_cidrs" {
  description = "Who reaches the public endpoint: IPv4 blocks. Only with eks_endpoint_public_access."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.eks_public_access_cidrs : can(cidrnetmask(c)) && try(tonumber(split("/", c)[1]) >= 8, false)])
    error_message = "eks_public_access_cidrs are IPv4 blocks of /8 or smaller, such as 198.51.100.0/24: never the whole Internet."
  }
}

variable "eks_service_ipv4_cidr" {
  description = "The addresses of Kubernetes services. They exist in the cluster only. To change them is to replace the cluster."
  type        = string
  default     = "172.20.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.eks_service_ipv4_cidr)) && try(tonumber(split("/", var.eks_service_ipv4_cidr)[1]) >= 12 && tonumber(split("/", var.eks_service_ipv4_cidr)[1]) <= 24, false)
    error_message = "eks_service_ipv4_cidr is an IPv4 block of /12 to /24 within 10/8, 172.16/12 or 192.168/16, and not the VPC's."
  }
}

variable "eks_log_retention_days" {
  description = "How long the logs of the control plane are kept, in days."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.eks_log_retention_days)
    error_message = "eks_log_retention_days is one of the numbers that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "kms_key_arn" {
  description = "A key of your own for secrets, logs and volumes of the cluster. Its policy must let EKS, CloudWatch Logs and Auto Scaling use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key (…:key/…), not of an alias."
  }
}

variable "use_general_kms_key" {
  description = "Without kms_key_arn: use the general key of 03-infrastructure (true), or make one for this cluster (false). To change the key is to replace the cluster."
  type        = bool
  default     = true
  nullable    = false
}

variable "enable_eks_endpoint" {
  description = "Whether the VPC has an interface endpoint for the API of EKS itself."
  type        = bool
  default     = true
  nullable    = false
}

variable "node_egress_nat_https" {
  description = "Whether nodes reach port 443 of the Internet, where 03-infrastructure has a NAT gateway."
  type        = bool
  default     = false
  nullable    = false
}
