# SPDX-License-Identifier: Apache-2.0

# The network. Who may come in: variables-ingress.tf.

variable "vpc_cidr" {
  description = "Addresses of the VPC: private (RFC 1918), /16 to /20. Each environment has its own, so that they can be connected."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("/(16|17|18|19|20)$", var.vpc_cidr)) && can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr is an IPv4 range with 16 to 20 bits, such as 10.20.0.0/16."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.vpc_cidr))
    error_message = "vpc_cidr is private (RFC 1918): within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "pod_cidr_block" {
  description = "A second range for pods, such as 100.64.0.0/20 (RFC 6598, not RFC 1918): where the VPC's own runs short. Null: pods live in the private subnets."
  type        = string
  default     = null

  validation {
    condition     = var.pod_cidr_block == null || (can(regex("^100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\..*/(1[6-9]|2[0-3])$", var.pod_cidr_block)) && can(cidrhost(var.pod_cidr_block, 0)))
    error_message = "pod_cidr_block lies within 100.64.0.0/10 and has 16 to 23 bits, such as 100.64.0.0/20; or it is null."
  }
}

variable "availability_zone_letters" {
  description = "The zones of the region that have subnets, by letter. The order does not matter: a letter's addresses are its own."
  type        = set(string)
  default     = ["a", "b", "c"]
  nullable    = false

  validation {
    condition     = length(var.availability_zone_letters) >= 2 && alltrue([for z in var.availability_zone_letters : contains(["a", "b", "c", "d", "e", "f"], z)])
    error_message = "availability_zone_letters names two zones or more, by letters from a to f: EKS and load balancers need two."
  }
}

variable "enable_nat_gateway" {
  description = "A NAT gateway in each zone, so that private subnets reach the internet. Off: AWS is reached by VPC endpoints, and nothing else."
  type        = bool
  default     = false
  nullable    = false
}

variable "interface_endpoints" {
  description = "AWS services that have an interface endpoint here, as in com.amazonaws.REGION.NAME. That of eks is 05-compute's."
  type        = set(string)
  nullable    = false
  default = [
    "autoscaling", "bedrock-runtime", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "eks-auth", "elasticloadbalancing", "kms",
    "logs", "secretsmanager", "sqs", "ssm", "ssmmessages", "sts", "transcribe", "transcribestreaming",
  ]

  validation {
    condition     = alltrue([for s in var.interface_endpoints : can(regex("^[a-z0-9]+([.-][a-z0-9]+)*$", s))])
    error_message = "interface_endpoints are the ends of service names, such as ecr.api of com.amazonaws.eu-west-1.ecr.api."
  }

  validation {
    condition     = !contains(var.interface_endpoints, "eks")
    error_message = "The endpoint of eks is made by 05-compute (enable_eks_endpoint); a second one with private DNS is refused by AWS."
  }

  validation {
    condition     = !contains(var.interface_endpoints, "s3")
    error_message = "S3 has a gateway endpoint here, which costs nothing; leave it out of interface_endpoints."
  }
}

variable "s3_write_account_ids" {
  description = "Accounts besides this one whose buckets may be written to from the VPC, where roles and buckets allow it."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for a in var.s3_write_account_ids : can(regex("^[0-9]{12}$", a))])
    error_message = "s3_write_account_ids are numbers of AWS accounts, 12 digits, as strings."
  }
}

variable "kms_deletion_window_in_days" {
  description = "Days that a key waits when it is deleted: time to notice."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.kms_deletion_window_in_days >= 7 && var.kms_deletion_window_in_days <= 30
    error_message = "AWS keeps a deleted key for 7 to 30 days: kms_deletion_window_in_days."
  }
}

variable "log_retention_in_days" {
  description = "Days that flow logs, sessions and access logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "CloudWatch Logs knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, … days."
  }
}

variable "deletion_protection" {
  description = "Load balancers cannot be deleted, nor a bucket with logs in it. Off where environments come and go."
  type        = bool
  default     = true
  nullable    = false
}

variable "management_server_instance_type" {
  description = "The management server's type. It only carries sessions to the cluster's API."
  type        = string
  default     = "t3.medium"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", var.management_server_instance_type))
    error_message = "management_server_instance_type is a type of EC2 instances, such as t3.medium."
  }
}
