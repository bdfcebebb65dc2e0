# SPDX-License-Identifier: Apache-2.0

# CloudFront's door to the internal ALB, for distributions of this account and of those that it is shared with.

resource "aws_cloudfront_vpc_origin" "this" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  vpc_origin_endpoint_config {
    name                   = local.id
    arn                    = aws_lb.cloudfront[0].arn
    http_port              = 80 # AWS wants one; with https-only nobody uses it
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }

  tags = { Name = local.id }

  depends_on = [aws_internet_gateway.this, aws_lb_listener.cloudfront]
}

# CloudFront is global, and RAM shares what is global from us-east-1 only. Nothing else is made there.
provider "aws" {
  alias               = "global"
  region              = "us-east-1"
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = module.naming.tags
  }
}

resource "aws_ram_resource_share" "vpc_origin" {
  count    = length(var.cloudfront_vpc_origin_account_ids) > 0 ? 1 : 0
  provider = aws.global

  name                      = "${local.id}-vpc-origin"
  allow_external_principals = false # accounts of the organization, which RAM must be allowed to ask (README.md)

  tags = { Name = "${local.id}-vpc-origin" }
}

resource "aws_ram_resource_association" "vpc_origin" {
  count    = length(var.cloudfront_vpc_origin_account_ids) > 0 ? 1 : 0
  provider = aws.global

  resource_share_arn = aws_ram_resource_share.vpc_origin[0].arn
  resource_arn       = aws_cloudfront_vpc_origin.this[0].arn
}

resource "aws_ram_principal_association" "vpc_origin" {
  for_each = var.cloudfront_vpc_origin_account_ids
  provider = aws.global

  resource_share_arn = aws_ram_resource_share.vpc_origin[0].arn
  principal          = each.value
}
