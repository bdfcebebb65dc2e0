environment  = "test"
account_id   = "444455556666"
state_bucket = "layerbot-test-euw1-state"

# Its credentials come with each run: layer "compute" in .github/layerbot.hcl.
acr_registry_url = "layerbot.azurecr.io"

eks_log_retention_days = 30

# The pools of prod, smaller.
eks_node_groups = {
  steady = {
    desired_size = 2
    min_size     = 1
    max_size     = 4
    labels       = { lifecycle = "persistent", scalability = "steady" }
  }
  rapid = {
    instance_types = ["m6i.large", "m5.large"]
    capacity_type  = "SPOT"
    desired_size   = 0
    min_size       = 0
    max_size       = 3
    labels         = { lifecycle = "ephemeral", scalability = "rapid" }
    taints         = [{ key = "lifecycle", value = "ephemeral", effect = "NO_SCHEDULE" }]
  }
  gpu = {
    instance_types = ["g4dn.xlarge"]
    disk_size      = 200
    desired_size   = 0
    min_size       = 0
    max_size       = 1
    labels         = { lifecycle = "ephemeral", accelerator = "nvidia" }
  }
}
