environment = "test"
domain      = "test.acme.example"
replicas    = 1
