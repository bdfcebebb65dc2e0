environment  = "dev"
account_id   = "111122223333"
state_bucket = "layerbot-dev-euw1-state"

vpc_cidr = "10.20.0.0/16"

kms_deletion_window_in_days = 7
log_retention_in_days       = 30
