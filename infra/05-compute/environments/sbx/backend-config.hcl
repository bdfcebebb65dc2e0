bucket = "layerbot-sbx-euw1-state"
key    = "compute/terraform.tfstate"
region = "eu-west-1"
