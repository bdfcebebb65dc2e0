data "terraform_remote_state" "network" {
  backend = "local"

  config = {
    path = "../../state/${var.environment}/network.tfstate"
  }
}

locals {
  name    = "${var.organisation}-${var.environment}"
  subnets = data.terraform_remote_state.network.outputs.private_subnet_ids
}

resource "terraform_data" "subnet_group" {
  input = {
    name    = "${local.name}-data"
    subnets = local.subnets
  }
}

# The engine's major version cannot change in place.
resource "terraform_data" "database" {
  triggers_replace = "postgres-15"

  input = {
    name           = "${local.name}-main"
    engine         = "postgres"
    engine_version = "15.8"
    instance_class = var.instance_class
    subnet_group   = terraform_data.subnet_group.id
    backup_days    = var.backup_days
    password       = var.database_password
  }
}

resource "terraform_data" "bucket" {
  for_each = toset(["uploads", "exports"])

  input = {
    name       = "${local.name}-${each.key}"
    region     = var.region
    versioning = true
  }
}

resource "terraform_data" "session_cache" {
  input = {
    name   = "${local.name}-sessions"
    engine = "memcached"
    nodes  = 1
  }
}
