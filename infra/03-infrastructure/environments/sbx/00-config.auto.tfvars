environment  = "sbx"
account_id   = "123456789012"
state_bucket = "layerbot-sbx-euw1-state"

vpc_cidr = "10.50.0.0/16"

# A sandbox comes and goes.
deletion_protection         = false
kms_deletion_window_in_days = 7
log_retention_in_days       = 7
