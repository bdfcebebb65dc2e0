size = 1
environment = "dev"
