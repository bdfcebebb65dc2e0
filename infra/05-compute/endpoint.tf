# SPDX-License-Identifier: Apache-2.0

# The API of EKS itself, for whoever is in the VPC: nodes that join, aws eks update-kubeconfig. A VPC has one such endpoint
# with private DNS: where another stack has made it, enable_eks_endpoint is false.
resource "aws_vpc_endpoint" "eks" {
  count = var.enable_eks_endpoint ? 1 : 0

  vpc_id              = local.infrastructure.vpc_id
  service_name        = "com.amazonaws.${local.region}.eks"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = local.infrastructure.private_subnet_ids
  security_group_ids  = [local.infrastructure.vpc_endpoints_security_group_id]

  tags = { Name = "${local.id}-eks" }
}
