# One service on the cluster, with its public host name.
variable "name" {
  type = string
}

variable "image" {
  type = string
}

variable "replicas" {
  type    = number
  default = 2
}

variable "cluster" {
  type = string
}

variable "domain" {
  type = string
}

resource "terraform_data" "deployment" {
  input = {
    cluster  = var.cluster
    name     = var.name
    image    = var.image
    replicas = var.replicas
  }
}

resource "terraform_data" "dns_record" {
  triggers_replace = "${var.name}.${var.domain}"

  input = {
    host = "${var.name}.${var.domain}"
    ttl  = 300
  }
}

output "url" {
  value = "https://${var.name}.${var.domain}"
}
