# SPDX-License-Identifier: Apache-2.0

# What no pool of nodes may be: each is refused before AWS is asked.

variables {
  project      = "layerbot"
  environment  = "prod"
  region       = "eu-west-1"
  account_id   = "777788889999"
  repository   = "layerbot/layerbot"
  state_bucket = "layerbot-prod-euw1-state"

  # terraform test applies no ephemeral variable by its default.
  acr_username = ""
  acr_password = ""
}

override_data {
  target = data.terraform_remote_state.infrastructure

  values = {
    outputs = {
      vpc_id                              = "vpc-0123456789abcdef0"
      vpc_cidr_block                      = "10.40.0.0/16"
      vpc_secondary_cidr_blocks           = ["100.64.0.0/20"]
      availability_zones                  = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
      private_subnet_ids                  = ["subnet-0000000000000000a", "subnet-0000000000000000b", "subnet-0000000000000000c"]
      public_subnet_ids                   = []
      s3_prefix_list_id                   = "pl-6da54004"
      vpc_endpoints_security_group_id     = "sg-0000000000000000e"
      general_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/11111111-1111-1111-1111-111111111111"
      secrets_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/22222222-2222-2222-2222-222222222222"
      management_server_role_arn          = "arn:aws:iam::777788889999:role/layerbot-prod-euw1-management-server"
      management_server_security_group_id = "sg-0000000000000000d"
      ingress_nlb_target_group_arns       = {}
      cluster_name                        = "eks-layerbot-prod-euw1"
      permissions_boundary_arn            = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    }
  }
}



# 12, 38
run "a_pool_that_cannot_grow_is_refused" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 2, min_size = 2, max_size = 2 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "a_pool_begins_within_its_limits" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 4, min_size = 0, max_size = 3 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "cpu_pools_end_at_twenty" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 21 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "gpu_pools_end_at_ten" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 11, instance_types = ["g4dn.xlarge"] } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12, 87
run "a_pool_has_gpus_or_has_none" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, instance_types = ["m6i.large", "g4dn.xlarge"] } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "a_disk_ends_at_500" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, disk_size = 501 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "capacity_is_on_demand_or_spot" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, capacity_type = "CHEAP" } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "a_taint_has_an_effect_that_eks_knows" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, taints = [{ key = "a", effect = "NoSchedule" }] } }
  }

  expect_failures = [var.eks_node_groups]
}

# 13
run "a_pool_has_a_name_for_a_name" {
  command = plan

  variables {
    eks_node_groups = { "No_Name" = { desired_size = 0, min_size = 0, max_size = 2 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "a_pool_has_an_instance_type" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, instance_types = [] } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "images_are_of_al2023" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, ami_type = "AL2_x86_64" } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "gaudi_says_its_image" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, instance_types = ["dl1.24xlarge"] } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12
run "a_percentage_is_one" {
  command = plan

  variables {
    eks_node_groups = { a = { desired_size = 0, min_size = 0, max_size = 2, max_unavailable_percentage = 0 } }
  }

  expect_failures = [var.eks_node_groups]
}

# 12: Graviton does not start from an x86 image
run "a_pool_of_graviton_without_an_image" {
  command = plan

  variables {
    eks_node_groups = {
      arm = { desired_size = 1, min_size = 0, max_size = 3, instance_types = ["m7g.large"] }
    }
  }

  expect_failures = [var.eks_node_groups]
}

# 15: addons wait for pods, and pods for nodes
run "no_pool_at_all" {
  command = plan

  variables {
    eks_node_groups = {}
  }

  expect_failures = [var.eks_node_groups]
}
