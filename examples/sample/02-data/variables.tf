variable "organisation" {
  type = string
}

variable "region" {
  type = string
}

variable "environment" {
  type = string
}

variable "instance_class" {
  type = string
}

variable "backup_days" {
  type    = number
  default = 7
}

variable "database_password" {
  type        = string
  sensitive   = true
  description = "A stand-in: a real layer reads it from a secret store."
  default     = "correct-horse-battery-staple"
}
