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

module "compute" {
  source = "../modules/box"
  name   = "${var.project}-compute-${var.size}"
}
