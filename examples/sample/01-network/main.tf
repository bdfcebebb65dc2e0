locals {
  name = "${var.organisation}-${var.environment}"
}

resource "terraform_data" "vpc" {
  triggers_replace = var.cidr_block

  input = {
    name       = local.name
    region     = var.region
    cidr_block = var.cidr_block
  }
}

module "public" {
  source   = "../modules/subnet"
  for_each = toset(var.zones)

  name       = "${local.name}-public-${each.key}"
  zone       = "${var.region}${each.key}"
  cidr_block = cidrsubnet(var.cidr_block, 4, index(var.zones, each.key))
  public     = true
}

module "private" {
  source   = "../modules/subnet"
  for_each = toset(var.zones)

  name       = "${local.name}-private-${each.key}"
  zone       = "${var.region}${each.key}"
  cidr_block = cidrsubnet(var.cidr_block, 4, 8 + index(var.zones, each.key))
}

resource "terraform_data" "firewall" {
  input = {
    vpc = terraform_data.vpc.id
    ingress = [
      { port = 443, from = "0.0.0.0/0", reason = "https" },
      { port = 22, from = "10.0.0.0/8", reason = "ssh from the offices" },
    ]
  }
}
