environment = "dev"
domain      = "dev.acme.example"
replicas    = 1
