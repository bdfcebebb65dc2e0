environment  = "prod"
account_id   = "777788889999"
state_bucket = "layerbot-prod-euw1-state"

# Its credentials come with each run: layer "compute" in .github/layerbot.hcl.
acr_registry_url = "layerbot.azurecr.io"

eks_log_retention_days = 90

eks_node_groups = {
  steady = {
    instance_types = ["m6i.xlarge"]
    desired_size   = 3
    min_size       = 3
    max_size       = 9
    labels         = { lifecycle = "persistent", scalability = "steady" }
  }
  rapid = {
    instance_types = ["m6i.2xlarge", "m5.2xlarge"]
    capacity_type  = "SPOT"
    desired_size   = 0
    min_size       = 0
    max_size       = 10
    labels         = { lifecycle = "ephemeral", scalability = "rapid" }
    taints         = [{ key = "lifecycle", value = "ephemeral", effect = "NO_SCHEDULE" }]
  }
  gpu = {
    instance_types = ["g4dn.xlarge"]
    disk_size      = 200
    desired_size   = 0
    min_size       = 0
    max_size       = 5
    labels         = { lifecycle = "ephemeral", accelerator = "nvidia" }
  }
}
