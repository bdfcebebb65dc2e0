# SPDX-License-Identifier: Apache-2.0

output "state_bucket" {
  description = "The bucket of this environment's states."
  value       = aws_s3_bucket.state.id
}

output "state_kms_key_arn" {
  description = "The key that states are encrypted with."
  value       = aws_kms_key.state.arn
}

output "github_oidc_provider_arn" {
  description = "The provider by which AWS knows GitHub's tokens."
  value       = aws_iam_openid_connect_provider.github.arn
}

output "plan_role_arn" {
  description = "The role of jobs that plan and look for drift: plan_role in .github/layerbot.hcl."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arn" {
  description = "The role of jobs that apply and unlock: apply_role in .github/layerbot.hcl."
  value       = aws_iam_role.apply.arn
}

output "permissions_boundary_arn" {
  description = "The policy that every role of the other layers must have as its permissions boundary."
  value       = aws_iam_policy.boundary.arn
}
