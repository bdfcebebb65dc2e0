# SPDX-License-Identifier: Apache-2.0

variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "name" {
  type    = string
  default = "first"
}

variable "type" {
  type    = string
  default = "t3.micro"
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags       = { Name = var.name }
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.cidr, 8, 0)
}

resource "aws_launch_template" "this" {
  name          = "basic"
  instance_type = var.type
}

resource "helm_release" "this" {
  name  = "basic"
  chart = "./chart"
}

output "template_version" {
  value = aws_launch_template.this.latest_version
}
