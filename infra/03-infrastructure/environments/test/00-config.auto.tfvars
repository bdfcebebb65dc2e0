environment  = "test"
account_id   = "444455556666"
state_bucket = "layerbot-test-euw1-state"

vpc_cidr = "10.30.0.0/16"
