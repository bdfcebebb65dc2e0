environment  = "prod"
account_id   = "777788889999"
state_bucket = "layerbot-prod-euw1-state"

vpc_cidr = "10.40.0.0/16"
