# SPDX-License-Identifier: Apache-2.0

variable "sandbox_administrator_role_arn" {
  description = "The role of the permission set SandboxAdministrator, who administers the cluster of sbx. An access entry takes a whole ARN, with the path: aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/"
  type        = string
  default     = null

  validation {
    condition     = var.sandbox_administrator_role_arn == null || var.environment == "sbx"
    error_message = "sandbox_administrator_role_arn is for sbx only: nobody but the management server administers the other clusters."
  }

  validation {
    condition     = var.sandbox_administrator_role_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/aws-reserved/sso\\.amazonaws\\.com/([a-z0-9-]+/)?AWSReservedSSO_SandboxAdministrator_[0-9a-f]{16}$", var.sandbox_administrator_role_arn))
    error_message = "sandbox_administrator_role_arn is the whole ARN of AWSReservedSSO_SandboxAdministrator_…, without a *."
  }
}

variable "eks_api_client_cidr_blocks" {
  description = "Private networks (runners, VPN, peered VPCs) that reach the Kubernetes API, besides nodes and the management server. Who is let in there, access entries say."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for c in var.eks_api_client_cidr_blocks :
      can(cidrhost(c, 0)) && anytrue([
        can(regex("^10\\..*/([89]|[12][0-9]|3[0-2])$", c)),
        can(regex("^172\\.(1[6-9]|2[0-9]|3[01])\\..*/(1[2-9]|2[0-9]|3[0-2])$", c)),
        can(regex("^192\\.168\\..*/(1[6-9]|2[0-9]|3[0-2])$", c)),
        can(regex("^100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\..*/(1[0-9]|2[0-9]|3[0-2])$", c)),
      ])
    ])
    error_message = "eks_api_client_cidr_blocks are private IPv4 ranges, such as 10.8.0.0/24: what comes from the Internet is eks_public_access_cidrs."
  }
}

variable "eks_access_entries" {
  description = "Who else reaches the Kubernetes API, by a name of your choice: an IAM role, one of EKS's access policies, and the namespaces it holds in (none: the whole cluster)."
  type = map(object({
    principal_arn = string
    policy        = optional(string, "AmazonEKSViewPolicy")
    namespaces    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.eks_access_entries) : !contains(["management-server", "sandbox-administrator"], name)])
    error_message = "eks_access_entries: management-server and sandbox-administrator are the layer's own names."
  }

  validation {
    condition     = alltrue([for e in values(var.eks_access_entries) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[^*]+$", e.principal_arn))])
    error_message = "eks_access_entries: principal_arn is the whole ARN of a role or user, without a *."
  }

  validation {
    condition = alltrue([for e in values(var.eks_access_entries) : contains([
      "AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy",
    ], e.policy)])
    error_message = "eks_access_entries: policy is AmazonEKSViewPolicy, AmazonEKSEditPolicy, AmazonEKSAdminPolicy, AmazonEKSAdminViewPolicy or AmazonEKSClusterAdminPolicy."
  }

  validation {
    condition     = alltrue([for e in values(var.eks_access_entries) : length(e.namespaces) == 0 || e.policy != "AmazonEKSClusterAdminPolicy"])
    error_message = "eks_access_entries: AmazonEKSClusterAdminPolicy holds in the whole cluster: give it no namespaces."
  }
}
