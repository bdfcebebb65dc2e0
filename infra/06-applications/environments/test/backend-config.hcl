bucket = "layerbot-test-euw1-state"
key    = "applications/terraform.tfstate"
region = "eu-west-1"
