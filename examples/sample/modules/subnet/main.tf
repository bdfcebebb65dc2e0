# One subnet in one zone. Its address range cannot change in place.
variable "name" {
  type = string
}

variable "zone" {
  type = string
}

variable "cidr_block" {
  type = string
}

variable "public" {
  type    = bool
  default = false
}

resource "terraform_data" "subnet" {
  triggers_replace = var.cidr_block

  input = {
    name       = var.name
    zone       = var.zone
    cidr_block = var.cidr_block
    public     = var.public
  }
}

output "id" {
  value = terraform_data.subnet.id
}
