environment = "prod"
domain      = "acme.example"
replicas    = 6
