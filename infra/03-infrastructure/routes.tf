# SPDX-License-Identifier: Apache-2.0

resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.id}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_route_table_association" "pods" {
  for_each = { for letter, zone in local.zones : letter => zone if var.pod_cidr_block != null }

  subnet_id      = aws_subnet.pods[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.id}-public" }
}

resource "aws_route_table_association" "public" {
  for_each = local.zones

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route" "internet" {
  count = local.internet ? 1 : 0

  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

# One in each zone: a zone that fails takes only its own with it, and no traffic pays to cross zones.

resource "aws_eip" "nat" {
  for_each = { for letter, zone in local.zones : letter => zone if var.enable_nat_gateway }

  domain = "vpc"

  tags = { Name = "${local.id}-nat-${each.key}" }

  depends_on = [aws_internet_gateway.this] # an address is bound only in a VPC that has one
}

resource "aws_nat_gateway" "this" {
  for_each = { for letter, zone in local.zones : letter => zone if var.enable_nat_gateway }

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = "${local.id}-${each.key}" }

  depends_on = [aws_route.internet]
}

resource "aws_route" "nat" {
  for_each = { for letter, zone in local.zones : letter => zone if var.enable_nat_gateway }

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}
