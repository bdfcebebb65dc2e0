bucket = "layerbot-prod-euw1-state"
key    = "infrastructure/terraform.tfstate"
region = "eu-west-1"
