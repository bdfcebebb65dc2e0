# SPDX-License-Identifier: Apache-2.0

# Two security groups and the rules of each. The interfaces of the control plane are in aws_security_group.cluster and in
# the group that EKS makes for every cluster. Nodes, and so their pods, are in aws_security_group.nodes only: EKS's group lets
# everything out to everywhere, and no other group can take that away.
# https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html

resource "aws_security_group" "cluster" {
  name        = "${local.id}-cluster"
  description = "Control plane of ${local.cluster_name}"
  vpc_id      = local.infrastructure.vpc_id

  tags = { Name = "${local.id}-cluster" }
}

resource "aws_vpc_security_group_ingress_rule" "cluster_https" {
  for_each = {
    vpc-endpoints     = local.infrastructure.vpc_endpoints_security_group_id
    nodes             = aws_security_group.nodes.id
    management-server = local.infrastructure.management_server_security_group_id
  }

  security_group_id            = aws_security_group.cluster.id
  description                  = "The Kubernetes API, from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = { Name = "${local.id}-cluster-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "cluster_clients" {
  for_each = var.eks_api_client_cidr_blocks

  security_group_id = aws_security_group.cluster.id
  description       = "The Kubernetes API, from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${local.id}-cluster-clients" }
}

resource "aws_vpc_security_group_egress_rule" "cluster_vpc" {
  for_each = toset(local.vpc_cidr_blocks)

  security_group_id = aws_security_group.cluster.id
  description       = "Kubelets and webhooks: the VPC"
  cidr_ipv4         = each.value
  ip_protocol       = "-1"

  tags = { Name = "${local.id}-cluster-vpc" }
}

resource "aws_security_group" "nodes" {
  name        = "${local.id}-nodes"
  description = "Nodes and pods of ${local.cluster_name}"
  vpc_id      = local.infrastructure.vpc_id

  tags = { Name = "${local.id}-nodes" }
}

# The NLB of 03-infrastructure sends to pods, which are in the nodes' group, and gets in as part of the VPC. Pods with a group
# of their own, and those on Fargate, are in EKS's.
resource "aws_vpc_security_group_ingress_rule" "eks_ingress_nlb" {
  #checkov:skip=CKV_AWS_24:from a security group, not from everywhere
  #checkov:skip=CKV_AWS_25:from a security group, not from everywhere
  #checkov:skip=CKV_AWS_260:from a security group, not from everywhere
  count = local.infrastructure.ingress_nlb_security_group_id == null ? 0 : 1

  security_group_id            = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  description                  = "Pods behind the ingress NLB"
  referenced_security_group_id = local.infrastructure.ingress_nlb_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535

  tags = { Name = "${local.id}-eks-ingress-nlb" }
}
