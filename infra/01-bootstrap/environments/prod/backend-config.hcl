bucket = "layerbot-prod-euw1-state"
key    = "bootstrap/terraform.tfstate"
region = "eu-west-1"
