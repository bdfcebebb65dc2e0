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

module "apps" {
  source = "../modules/box"
  name   = "${var.project}-apps-${var.size}"
}

output "name" {
  value = module.apps.name
}
