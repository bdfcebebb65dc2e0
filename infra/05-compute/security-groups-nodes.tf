# SPDX-License-Identifier: Apache-2.0

# What nodes and pods let in, and where they get out to: the VPC and private networks, S3's addresses, and nothing public.

resource "aws_vpc_security_group_ingress_rule" "nodes_vpc" {
  for_each = toset(local.vpc_cidr_blocks)

  security_group_id = aws_security_group.nodes.id
  description       = "TCP from the VPC: load balancers, the management server"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535

  tags = { Name = "${local.id}-nodes-vpc" }
}

resource "aws_vpc_security_group_ingress_rule" "nodes_dns" {
  for_each = toset(local.vpc_cidr_blocks)

  security_group_id = aws_security_group.nodes.id
  description       = "DNS from the VPC: CoreDNS"
  cidr_ipv4         = each.value
  ip_protocol       = "udp"
  from_port         = 53
  to_port           = 53

  tags = { Name = "${local.id}-nodes-dns" }
}

resource "aws_vpc_security_group_ingress_rule" "nodes_self" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Nodes and pods among each other"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"

  tags = { Name = "${local.id}-nodes-self" }
}

# Said apart from the VPC's rule, so that nothing ends with it when somebody narrows that one.
resource "aws_vpc_security_group_ingress_rule" "nodes_cluster" {
  #checkov:skip=CKV_AWS_25:from a security group, not from everywhere
  for_each = {
    https = { from = 443, to = 443, what = "Webhooks on 443, from the control plane" }
    high  = { from = 1025, to = 65535, what = "Kubelets and webhooks, from the control plane" }
  }

  security_group_id            = aws_security_group.nodes.id
  description                  = each.value.what
  referenced_security_group_id = aws_security_group.cluster.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.from
  to_port                      = each.value.to

  tags = { Name = "${local.id}-nodes-cluster-${each.key}" }
}

# A VPC's second block (100.64.0.0/10) is not within RFC 1918, so the VPC is named, too.
resource "aws_vpc_security_group_egress_rule" "nodes_private" {
  for_each = toset(concat(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], local.vpc_cidr_blocks))

  security_group_id = aws_security_group.nodes.id
  description       = "Private networks"
  cidr_ipv4         = each.value
  ip_protocol       = "-1"

  tags = { Name = "${local.id}-nodes-private" }
}

resource "aws_vpc_security_group_egress_rule" "nodes_self" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Nodes and pods among each other"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"

  tags = { Name = "${local.id}-nodes-self" }
}

resource "aws_vpc_security_group_egress_rule" "nodes_cluster" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "The Kubernetes API"
  referenced_security_group_id = aws_security_group.cluster.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = { Name = "${local.id}-nodes-cluster" }
}

# Layers of images come from S3, through the gateway endpoint, which has S3's public addresses.
resource "aws_vpc_security_group_egress_rule" "nodes_s3" {
  security_group_id = aws_security_group.nodes.id
  description       = "S3 of this region: layers of images"
  prefix_list_id    = local.infrastructure.s3_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${local.id}-nodes-s3" }
}

resource "aws_vpc_security_group_egress_rule" "nodes_nat" {
  count = var.node_egress_nat_https ? 1 : 0

  security_group_id = aws_security_group.nodes.id
  description       = "HTTPS through the NAT gateway"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${local.id}-nodes-nat" }
}
