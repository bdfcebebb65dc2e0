environment = "test"
cidr_block  = "10.20.0.0/16"
zones       = ["a", "b"]
