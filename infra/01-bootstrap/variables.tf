# SPDX-License-Identifier: Apache-2.0

variable "github_owner_id" {
  description = "The number that GitHub gave to the owner of the repository: it is never given again, names are."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.github_owner_id))
    error_message = "github_owner_id is a number: gh api repos/OWNER/NAME --jq .owner.id"
  }
}

variable "github_repository_id" {
  description = "The number that GitHub gave to the repository."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.github_repository_id))
    error_message = "github_repository_id is a number: gh api repos/OWNER/NAME --jq .id"
  }
}

variable "github_branch" {
  description = "The branch that the environment is applied from; null is the one of the environment's name."
  type        = string
  default     = null

  validation {
    condition     = var.github_branch == null || can(regex("^[A-Za-z0-9_][A-Za-z0-9._/-]*$", var.github_branch))
    error_message = "github_branch is the name of one branch, without refs/heads/ and without wildcards, or null."
  }

  validation {
    condition     = var.github_branch == null || !startswith(coalesce(var.github_branch, "-"), "refs/")
    error_message = "github_branch is the branch's own name: main, not refs/heads/main."
  }
}

variable "layerbot_workflow" {
  description = "The reusable workflow whose jobs get the roles, as owner/name/path. gitops-kms.yml where the App's key is in KMS."
  type        = string
  default     = "layerbot/layerbot/.github/workflows/gitops.yml"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+/\\.github/workflows/[A-Za-z0-9._-]+\\.ya?ml$", var.layerbot_workflow))
    error_message = "layerbot_workflow is owner/name/.github/workflows/file.yml, without @ and without wildcards."
  }
}

variable "layerbot_workflow_commits" {
  description = "The commits of the reusable workflow whose jobs get the roles: one, or two while one follows the other."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for c in var.layerbot_workflow_commits : can(regex("^[0-9a-f]{40}$", c))])
    error_message = "layerbot_workflow_commits are whole commits, 40 digits of 0-9 and a-f: branches and tags can be moved."
  }

  validation {
    condition     = length(var.layerbot_workflow_commits) >= 1 && length(var.layerbot_workflow_commits) <= 4
    error_message = "layerbot_workflow_commits has 1 to 4 commits: without any nobody gets in, and a trust policy has room for no more."
  }
}

variable "state_history_days" {
  description = "For how many days old versions of states are kept. The newest twenty are kept however old they are."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.state_history_days >= 30 && floor(var.state_history_days) == var.state_history_days
    error_message = "state_history_days is a whole number, 30 at least: a state that was lost is missed late."
  }
}

variable "access_log_days" {
  description = "For how many days it is kept who read and wrote states."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.access_log_days >= 90 && floor(var.access_log_days) == var.access_log_days
    error_message = "access_log_days is a whole number, 90 at least."
  }
}
