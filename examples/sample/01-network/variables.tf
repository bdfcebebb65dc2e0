variable "organisation" {
  type = string
}

variable "region" {
  type = string
}

variable "environment" {
  type = string
}

variable "cidr_block" {
  type        = string
  description = "The /16 of the environment; each subnet takes a /20 of it."
}

variable "zones" {
  type = list(string)
}
