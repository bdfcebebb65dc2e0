# SPDX-License-Identifier: Apache-2.0

# How private subnets reach AWS.

# Costs nothing, and carries the layers of images, which ECR keeps in S3.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  policy            = data.aws_iam_policy_document.s3_endpoint.json
  route_table_ids   = [for letter in keys(local.zones) : aws_route_table.private[letter].id]

  tags = { Name = "${local.id}-s3" }
}

# Without it this is a way out for whoever runs in a pod and brings credentials of somewhere else. Read is what AWS's own buckets
# offer (layers of images, packages); written is to this account's, and to those of accounts that are named.
data "aws_iam_policy_document" "s3_endpoint" {
  #checkov:skip=CKV_AWS_108:an endpoint's policy lets pass what roles and buckets allow, and allows nothing by itself
  #checkov:skip=CKV_AWS_356:an endpoint's policy lets pass what roles and buckets allow, and allows nothing by itself

  # IAM-STAR: it lets pass what callers' roles and buckets allow, and allows nothing by itself.
  statement {
    sid       = "ReadThroughTheEndpoint"
    actions   = ["s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  # IAM-STAR: likewise.
  statement {
    sid       = "OwnBucketsThroughTheEndpoint"
    actions   = ["s3:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = concat([var.account_id], sort(var.s3_write_account_ids))
    }
  }
}

# Not every service is in every zone, and AWS refuses an endpoint in a zone without it.
data "aws_vpc_endpoint_service" "interface" {
  for_each = var.interface_endpoints

  service      = each.value
  service_type = "Interface"
}

locals {
  endpoint_zones = {
    for service, found in data.aws_vpc_endpoint_service.interface :
    service => [for letter, zone in local.zones : letter if contains(found.availability_zones, zone.name)]
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.region}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.vpc_endpoints.id]
  subnet_ids          = [for letter in local.endpoint_zones[each.value] : aws_subnet.private[letter].id]

  tags = { Name = "${local.id}-${replace(each.value, ".", "-")}" }

  depends_on = [aws_ec2_subnet_cidr_reservation.ingress] # else it might be given a reserved address

  lifecycle {
    precondition {
      condition     = length(local.endpoint_zones[each.value]) > 0
      error_message = "AWS has no ${each.value} in the zones ${join(", ", var.availability_zone_letters)}: take it out of interface_endpoints."
    }
  }
}

# One group for all interface endpoints, that of 05-compute included.
resource "aws_security_group" "vpc_endpoints" {
  name        = "${local.id}-vpc-endpoints"
  description = "VPC endpoints: HTTPS from the VPC"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.id}-vpc-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "vpc_endpoints" {
  for_each = local.vpc_cidr_blocks

  security_group_id = aws_security_group.vpc_endpoints.id
  description       = "HTTPS from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
