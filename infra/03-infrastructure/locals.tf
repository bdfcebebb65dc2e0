# SPDX-License-Identifier: Apache-2.0

data "aws_partition" "current" {}

locals {
  partition                = data.aws_partition.current.partition
  permissions_boundary_arn = data.terraform_remote_state.bootstrap.outputs.permissions_boundary_arn

  # 05-compute makes the cluster; subnets and the management server must know what it will be called.
  cluster_name = "eks-${local.id}"
  cluster_arn  = "arn:${local.partition}:eks:${var.region}:${var.account_id}:cluster/${local.cluster_name}"

  # Private subnets are eighths of the VPC, public ones 256ths near its end, by the zone's letter: a zone that is added
  # or removed moves no other.
  zones = {
    for letter in var.availability_zone_letters : letter => {
      name    = "${var.region}${letter}"
      private = cidrsubnet(var.vpc_cidr, 3, local.zone_index[letter])
      public  = cidrsubnet(var.vpc_cidr, 8, 240 + local.zone_index[letter])
    }
  }
  zone_index = { a = 0, b = 1, c = 2, d = 3, e = 4, f = 5 }

  # The second sixteen addresses of each private subnet are the ingress load balancer's.
  reserved = {
    for letter, zone in local.zones :
    letter => cidrsubnet(zone.private, 28 - tonumber(split("/", zone.private)[1]), 1)
  }
  ingress_addresses = { for letter, cidr in local.reserved : letter => cidrhost(cidr, 4) }

  vpc_cidr_blocks = toset(compact([var.vpc_cidr, var.pod_cidr_block]))

  # Nothing in the VPC can reach the internet, nor be reached, unless one of these asks for it.
  internet = var.enable_nat_gateway || var.enable_cloudfront_vpc_origin || var.enable_websocket_alb
}
