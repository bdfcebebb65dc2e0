bucket = "layerbot-prod-euw1-state"
key    = "compute/terraform.tfstate"
region = "eu-west-1"
