variable "organisation" {
  type = string
}

variable "region" {
  type = string
}

variable "environment" {
  type = string
}

variable "kubernetes_version" {
  type    = string
  default = "1.31"
}

variable "node_pools" {
  type = map(object({
    instance_type = string
    nodes         = object({ min = number, max = number })
  }))
}
