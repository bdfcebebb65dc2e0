size = 3
environment = "prod"
