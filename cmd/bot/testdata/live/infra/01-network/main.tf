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

module "network" {
  source = "../modules/box"
  name   = "${var.project}-network-${var.size}"
}

output "name" {
  value = module.network.name
}
