environment = "prod"

node_pools = {
  system  = { instance_type = "m7g.large", nodes = { min = 3, max = 6 } }
  general = { instance_type = "m7g.2xlarge", nodes = { min = 3, max = 24 } }
  gpu     = { instance_type = "g6.xlarge", nodes = { min = 0, max = 4 } }
}
