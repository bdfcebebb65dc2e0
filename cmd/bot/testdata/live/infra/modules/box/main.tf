variable "name" {
  type = string
}

resource "terraform_data" "box" {
  input = var.name
}

output "name" {
  value = terraform_data.box.output
}
