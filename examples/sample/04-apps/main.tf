data "terraform_remote_state" "data" {
  backend = "local"

  config = {
    path = "../../state/${var.environment}/data.tfstate"
  }
}

data "terraform_remote_state" "compute" {
  backend = "local"

  config = {
    path = "../../state/${var.environment}/compute.tfstate"
  }
}

locals {
  cluster = data.terraform_remote_state.compute.outputs.cluster_name
}

module "storefront" {
  source = "../modules/service"

  name     = "shop"
  image    = "${var.organisation}/storefront:4.2.0"
  replicas = var.replicas
  cluster  = local.cluster
  domain   = var.domain
}

module "orders" {
  source = "../modules/service"

  name     = "orders"
  image    = "${var.organisation}/orders:1.18.3"
  replicas = var.replicas
  cluster  = local.cluster
  domain   = var.domain
}

resource "terraform_data" "export_job" {
  input = {
    cluster  = local.cluster
    region   = var.region
    bucket   = data.terraform_remote_state.data.outputs.bucket_names["exports"]
    schedule = "15 3 * * *"
  }
}

# Runs after every change of the storefront's address.
resource "terraform_data" "smoke_test" {
  triggers_replace = module.storefront.url

  provisioner "local-exec" {
    command = "echo 'checking ${module.storefront.url}'"
  }
}
