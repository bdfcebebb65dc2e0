environment  = "dev"
account_id   = "111122223333"
state_bucket = "layerbot-dev-euw1-state"
