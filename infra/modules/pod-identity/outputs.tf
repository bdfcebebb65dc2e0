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

output "association" {
  description = "Whose pods have the role: cluster, namespace, service account."
  value = {
    cluster_name    = aws_eks_pod_identity_association.this.cluster_name
    namespace       = aws_eks_pod_identity_association.this.namespace
    service_account = aws_eks_pod_identity_association.this.service_account
  }
}

output "policies" {
  description = "What the role may do: names of its inline policies, and managed policies by ARN."
  value       = sort(concat(keys(aws_iam_role_policy.this), values(var.managed_policy_arns)))
}
