terraform {
  required_version = ">= 1.5"
  backend "local" {}
}

variable "project" {
  type = string
}

variable "size" {
  type = number
}

variable "environment" {
  type = string
}

data "terraform_remote_state" "network" {
  backend = "local"
  config = {
    path = "../../../../states/${var.environment}-01-network.tfstate"
  }
}

module "compute" {
  source = "../modules/box"
  name   = "${data.terraform_remote_state.network.outputs.name}-compute-${var.size}"
}

output "name" {
  value = module.compute.name
}
