environment = "prod"
account_id  = "777788889999"
