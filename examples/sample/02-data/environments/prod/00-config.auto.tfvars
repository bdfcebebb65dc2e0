environment    = "prod"
instance_class = "db.r7g.xlarge"
backup_days    = 35
