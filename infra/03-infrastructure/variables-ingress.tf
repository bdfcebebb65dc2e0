# SPDX-License-Identifier: Apache-2.0

# How requests reach applications. Internal: the first flag. CloudFront: the first two. Dual: all three.

variable "enable_ingress_nlb" {
  description = "An internal load balancer in front of the ingress pods, for clients within the VPC, and for what CloudFront brings."
  type        = bool
  default     = true
  nullable    = false
}

variable "ingress_client_cidr_blocks" {
  description = "Private networks (VPN, peered VPCs) whose clients may use the internal load balancer, besides the VPC itself."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for c in var.ingress_client_cidr_blocks :
      can(cidrhost(c, 0)) && anytrue([
        can(regex("^10\\..*/([89]|[12][0-9]|3[0-2])$", c)),
        can(regex("^172\\.(1[6-9]|2[0-9]|3[01])\\..*/(1[2-9]|2[0-9]|3[0-2])$", c)),
        can(regex("^192\\.168\\..*/(1[6-9]|2[0-9]|3[0-2])$", c)),
        can(regex("^100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\..*/(1[0-9]|2[0-9]|3[0-2])$", c)),
      ])
    ])
    error_message = "ingress_client_cidr_blocks are private IPv4 ranges, such as 10.8.0.0/16: the internet comes by CloudFront."
  }
}

variable "enable_cloudfront_vpc_origin" {
  description = "An internal ALB, and a CloudFront VPC origin that leads to it: the internet reaches applications by CloudFront only."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.enable_cloudfront_vpc_origin || var.enable_ingress_nlb
    error_message = "What CloudFront brings goes through the internal load balancer: enable_cloudfront_vpc_origin needs enable_ingress_nlb."
  }
}

variable "cloudfront_certificate_arn" {
  description = "ACM certificate of the ALB behind CloudFront, in this region, for the origin's domain name. Null while enable_cloudfront_vpc_origin is off."
  type        = string
  default     = null

  validation {
    condition     = !var.enable_cloudfront_vpc_origin || var.cloudfront_certificate_arn != null
    error_message = "CloudFront speaks HTTPS to its origin: enable_cloudfront_vpc_origin needs cloudfront_certificate_arn."
  }

  validation {
    condition     = var.cloudfront_certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:${var.region}:[0-9]{12}:certificate/.+$", var.cloudfront_certificate_arn))
    error_message = "cloudfront_certificate_arn is the ARN of an ACM certificate in the region of the layer, not in us-east-1 where distributions have theirs."
  }
}

variable "cloudfront_vpc_origin_account_ids" {
  description = "Accounts of the organization whose distributions may use the VPC origin, besides this one: it is shared by AWS RAM."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for a in var.cloudfront_vpc_origin_account_ids : can(regex("^[0-9]{12}$", a))])
    error_message = "cloudfront_vpc_origin_account_ids are numbers of AWS accounts, 12 digits, as strings."
  }

  validation {
    condition     = var.enable_cloudfront_vpc_origin || length(var.cloudfront_vpc_origin_account_ids) == 0
    error_message = "There is nothing to share: cloudfront_vpc_origin_account_ids needs enable_cloudfront_vpc_origin."
  }

  validation {
    condition     = !contains(var.cloudfront_vpc_origin_account_ids, var.account_id)
    error_message = "The VPC origin is this account's own: leave it out of cloudfront_vpc_origin_account_ids, RAM refuses the owner."
  }
}

variable "enable_websocket_alb" {
  description = "A public ALB for WebSockets that do not come by the VPC origin. It listens on 443, to CloudFront and websocket_client_cidr_blocks."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.enable_websocket_alb || var.enable_cloudfront_vpc_origin
    error_message = "The public ALB is for WebSockets beside CloudFront (the Dual model): enable_websocket_alb needs enable_cloudfront_vpc_origin."
  }
}

variable "websocket_certificate_arn" {
  description = "ACM certificate of the public ALB, in this region. Null while enable_websocket_alb is off."
  type        = string
  default     = null

  validation {
    condition     = !var.enable_websocket_alb || var.websocket_certificate_arn != null
    error_message = "The public ALB speaks HTTPS only: enable_websocket_alb needs websocket_certificate_arn."
  }

  validation {
    condition     = var.websocket_certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:${var.region}:[0-9]{12}:certificate/.+$", var.websocket_certificate_arn))
    error_message = "websocket_certificate_arn is the ARN of an ACM certificate in the region of the layer."
  }
}

variable "websocket_web_acl_arn" {
  description = "WAF web ACL (WAFv2, regional) of the public ALB. Needed in prod."
  type        = string
  default     = null

  validation {
    condition     = !(var.enable_websocket_alb && var.environment == "prod") || var.websocket_web_acl_arn != null
    error_message = "A public ALB in prod stands behind a WAF: enable_websocket_alb needs websocket_web_acl_arn there."
  }

  validation {
    condition     = var.websocket_web_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:${var.region}:[0-9]{12}:regional/webacl/.+$", var.websocket_web_acl_arn))
    error_message = "websocket_web_acl_arn is the ARN of a regional WAFv2 web ACL in the region of the layer."
  }
}

variable "websocket_client_cidr_blocks" {
  description = "Who else than CloudFront may reach the public ALB on 443. Empty: nobody."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.websocket_client_cidr_blocks) <= 5
    error_message = "At most five websocket_client_cidr_blocks: CloudFront's list counts as 55 of the 60 rules that a security group may have."
  }

  validation {
    condition     = alltrue([for c in var.websocket_client_cidr_blocks : can(cidrnetmask(c))])
    error_message = "websocket_client_cidr_blocks are IPv4 ranges, such as 198.51.100.0/24."
  }
}
