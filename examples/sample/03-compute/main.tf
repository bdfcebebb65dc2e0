data "terraform_remote_state" "network" {
  backend = "local"

  config = {
    path = "../../state/${var.environment}/network.tfstate"
  }
}

locals {
  name = "${var.organisation}-${var.environment}"
}

resource "terraform_data" "cluster" {
  input = {
    name    = local.name
    region  = var.region
    version = var.kubernetes_version
    vpc     = data.terraform_remote_state.network.outputs.vpc_id
    subnets = data.terraform_remote_state.network.outputs.private_subnet_ids
  }
}

module "node_pool" {
  source   = "../modules/node-pool"
  for_each = var.node_pools

  name          = "${local.name}-${each.key}"
  instance_type = each.value.instance_type
  nodes         = each.value.nodes
}

resource "terraform_data" "bastion" {
  input = {
    name          = "${local.name}-bastion"
    instance_type = "t4g.nano"
  }
}
