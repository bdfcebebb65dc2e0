# SPDX-License-Identifier: Apache-2.0

# The cluster. It is the same under each of the three access models: they are a matter of 03-infrastructure.
resource "aws_eks_cluster" "this" {
  name     = local.cluster_name
  role_arn = aws_iam_role.cluster.arn
  version  = var.eks_kubernetes_version

  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  # Network, DNS and proxy come with the cluster, so that the first nodes become ready; addons.tf takes them over.
  bootstrap_self_managed_addons = true

  access_config {
    authentication_mode = "API"

    # Whoever happens to apply gets nothing of it: who administers is in access.tf.
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = local.cluster_kms_key_arn
    }
  }

  kubernetes_network_config {
    ip_family         = "ipv4"
    service_ipv4_cidr = var.eks_service_ipv4_cidr
  }

  # At the end of standard support AWS upgrades, rather than charge for extended support.
  upgrade_policy {
    support_type = "STANDARD"
  }

  vpc_config {
    subnet_ids              = local.infrastructure.private_subnet_ids
    security_group_ids      = [aws_security_group.cluster.id]
    endpoint_private_access = var.eks_endpoint_private_access
    endpoint_public_access  = var.eks_endpoint_public_access
    public_access_cidrs     = var.eks_endpoint_public_access ? var.eks_public_access_cidrs : null
  }

  # EKS makes the log group by itself where there is none, without key and retention; and the role must be able to work
  # before there is a cluster, and until there is none.
  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy.cluster_kms,
    aws_iam_role_policy_attachment.cluster,
    aws_vpc_security_group_egress_rule.cluster_vpc,
    aws_vpc_security_group_ingress_rule.cluster_https,
  ]

  lifecycle {
    precondition {
      condition     = local.infrastructure.cluster_name == local.cluster_name
      error_message = "03-infrastructure has tagged its subnets for ${local.infrastructure.cluster_name}, and this is ${local.cluster_name}: both layers must have the same project, environment and region."
    }
  }
}

resource "aws_cloudwatch_log_group" "cluster" {
  #checkov:skip=CKV_AWS_338:how long is eks_log_retention_days: a week by default, 90 days in prod
  name              = "/aws/eks/${local.cluster_name}/cluster"
  retention_in_days = var.eks_log_retention_days
  kms_key_id        = local.cluster_kms_key_arn
}
