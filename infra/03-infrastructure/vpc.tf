# SPDX-License-Identifier: Apache-2.0

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # private names of endpoints need both

  tags = { Name = local.id }
}

resource "aws_vpc_ipv4_cidr_block_association" "pods" {
  count = var.pod_cidr_block == null ? 0 : 1

  vpc_id     = aws_vpc.this.id
  cidr_block = var.pod_cidr_block
}

# The group that AWS gives to what names none: closed.
resource "aws_default_security_group" "closed" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []

  tags = { Name = "${local.id}-default-closed" }
}

# CloudFront uses a VPC origin only where the VPC has an internet gateway, though nothing passes through it.
resource "aws_internet_gateway" "this" {
  count = local.internet ? 1 : 0

  vpc_id = aws_vpc.this.id

  tags = { Name = local.id }
}
