environment = "test"

node_pools = {
  general = { instance_type = "m7g.large", nodes = { min = 1, max = 4 } }
}
