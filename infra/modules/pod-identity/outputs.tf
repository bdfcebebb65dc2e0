# SPDX-License-Identifier: Apache-2.0

output "role_arn" {
  description = "The role's ARN. Whoever reads it waits for the permissions and the association, too."
  value       = aws_iam_role.this.arn
  depends_on  = [aws_eks_pod_identity_association.this]
}

output "role_name" {
  description = "The role's name."
  value       = aws_iam_role.this.name
}
