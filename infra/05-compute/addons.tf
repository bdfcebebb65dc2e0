# SPDX-License-Identifier: Apache-2.0

# Kubernetes takes network policies, those of charts/ray among them, and nothing enforces them until the network plugin is told
# to. A configuration that says otherwise is somebody's own word, and counts.
# https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
locals {
  addon_configurations = {
    for name, addon in var.eks_addons : name => (
      name == "vpc-cni"
      ? jsonencode(merge({ enableNetworkPolicy = "true" }, jsondecode(coalesce(addon.configuration, "{}"))))
      : addon.configuration
    )
  }
}

# After the nodes: CoreDNS and the CSI controller are healthy on nodes only, and EKS waits for that. The nodes become ready by
# what comes with the cluster by itself, which these take over: hence OVERWRITE on create, too.
resource "aws_eks_addon" "this" {
  for_each = var.eks_addons

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = local.addon_configurations[each.key]
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  # A pod has the role of an association that was there when the pod began: the CSI controller's comes first.
  depends_on = [aws_eks_node_group.this, module.pod_identity_ebs_csi]

  # The CSI driver has its role by an association of its own (pod-identity-system.tf): what EKS reports here is not ours.
  lifecycle {
    ignore_changes = [service_account_role_arn]
  }
}
