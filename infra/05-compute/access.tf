# SPDX-License-Identifier: Apache-2.0

# Who reaches the Kubernetes API. Nodes get their entries from EKS, and nobody is in an aws-auth ConfigMap.
locals {
  access_entries = merge(
    {
      management-server = {
        principal_arn = local.infrastructure.management_server_role_arn
        policy        = "AmazonEKSClusterAdminPolicy"
        namespaces    = []
      }
    },
    # As for the variable: sbx, and nowhere else.
    var.environment == "sbx" && var.sandbox_administrator_role_arn != null ? {
      sandbox-administrator = {
        principal_arn = var.sandbox_administrator_role_arn
        policy        = "AmazonEKSClusterAdminPolicy"
        namespaces    = []
      }
    } : {},
    var.eks_access_entries,
  )
}

resource "aws_eks_access_entry" "this" {
  for_each = local.access_entries

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal_arn
  type          = "STANDARD"
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.access_entries

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${local.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) == 0 ? "cluster" : "namespace"
    namespaces = length(each.value.namespaces) == 0 ? null : each.value.namespaces
  }
}
