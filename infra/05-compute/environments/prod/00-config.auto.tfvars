environment  = "prod"
account_id   = "777788889999"
state_bucket = "layerbot-prod-euw1-state"
