# SPDX-License-Identifier: Apache-2.0

# The tags tell the load balancer controller where it may put what.

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.value.name
  cidr_block        = each.value.private

  tags = {
    Name                                          = "${local.id}-private-${each.key}"
    "kubernetes.io/cluster/${local.cluster_name}" = "shared"
    "kubernetes.io/role/internal-elb"             = "1"
  }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.name
  cidr_block              = each.value.public
  map_public_ip_on_launch = false

  tags = {
    Name                                          = "${local.id}-public-${each.key}"
    "kubernetes.io/cluster/${local.cluster_name}" = "shared"
    "kubernetes.io/role/elb"                      = "1"
  }
}

# With role/cni, the VPC CNI (1.18 and later) takes the addresses of pods from here as well, without custom networking.
resource "aws_subnet" "pods" {
  for_each = { for letter, zone in local.zones : letter => zone if var.pod_cidr_block != null }

  vpc_id            = aws_vpc_ipv4_cidr_block_association.pods[0].vpc_id # waits until the VPC has the range
  availability_zone = each.value.name
  cidr_block        = cidrsubnet(var.pod_cidr_block, 3, local.zone_index[each.key])

  tags = {
    Name                                          = "${local.id}-pods-${each.key}"
    "kubernetes.io/cluster/${local.cluster_name}" = "shared"
    "kubernetes.io/role/cni"                      = "1"
  }
}

# The ingress load balancer has addresses that are known before it is, so that ALBs can name them as targets. Nothing else
# is given one of them, even where the load balancer is turned on years later.
resource "aws_ec2_subnet_cidr_reservation" "ingress" {
  for_each = local.reserved

  subnet_id        = aws_subnet.private[each.key].id
  cidr_block       = each.value
  reservation_type = "explicit"
  description      = "Addresses of the ingress load balancer"
}
