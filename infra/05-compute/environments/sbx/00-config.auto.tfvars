environment  = "sbx"
account_id   = "123456789012"
state_bucket = "layerbot-sbx-euw1-state"
