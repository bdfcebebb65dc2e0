# SPDX-License-Identifier: Apache-2.0

# Pools of nodes, their templates and their role.

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



# 12, 13: the pool that is there unless said otherwise
run "default_pool_is_steady" {
  command = plan

  assert {
    condition = (
      keys(aws_eks_node_group.this) == ["steady"]
      && aws_eks_node_group.this["steady"].node_group_name == "layerbot-prod-euw1-steady"
      && aws_eks_node_group.this["steady"].instance_types == tolist(["m6i.large"])
      && aws_eks_node_group.this["steady"].capacity_type == "ON_DEMAND"
      && aws_eks_node_group.this["steady"].ami_type == "AL2023_x86_64_STANDARD"
    )
    error_message = "The default is one pool, steady, of m6i.large on demand."
  }

  assert {
    condition = [
      aws_eks_node_group.this["steady"].scaling_config[0].desired_size,
      aws_eks_node_group.this["steady"].scaling_config[0].min_size,
      aws_eks_node_group.this["steady"].scaling_config[0].max_size,
    ] == [2, 0, 3]
    error_message = "It starts with two nodes, and has none to three."
  }

  assert {
    condition     = aws_eks_node_group.this["steady"].labels == tomap({ lifecycle = "persistent", scalability = "steady" }) && length(aws_eks_node_group.this["steady"].taint) == 0
    error_message = "It has its two labels, and no taint."
  }

  assert {
    condition     = length(aws_eks_node_group.this["steady"].subnet_ids) == 3
    error_message = "It is in all private subnets."
  }
}

# 12, 13: pools as asked for, all with one role
run "pools_are_as_asked_for" {
  variables {
    eks_node_groups = {
      a = { desired_size = 1, min_size = 1, max_size = 4, instance_types = ["m5.large", "m6i.large"], capacity_type = "SPOT", disk_size = 50 }
      b = { desired_size = 0, min_size = 0, max_size = 20, labels = { work = "batch" }, taints = [{ key = "batch", effect = "NO_EXECUTE" }] }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["a"].capacity_type == "SPOT" && aws_eks_node_group.this["a"].instance_types == tolist(["m5.large", "m6i.large"])
    error_message = "Pool a is of two types, on Spot."
  }

  assert {
    condition     = aws_launch_template.node["a"].block_device_mappings[0].ebs[0].volume_size == 50 && aws_launch_template.node["b"].block_device_mappings[0].ebs[0].volume_size == 100
    error_message = "disk_size is the size of the root volume, 100 GiB unless said otherwise."
  }

  assert {
    condition     = [for t in aws_eks_node_group.this["b"].taint : "${t.key} ${t.effect}"] == ["batch NO_EXECUTE"]
    error_message = "Pool b has its taint."
  }

  assert {
    condition     = toset([for g in aws_eks_node_group.this : g.node_role_arn]) == toset([aws_iam_role.node.arn])
    error_message = "All pools have one role."
  }

  assert {
    condition     = alltrue([for name, g in aws_eks_node_group.this : g.launch_template[0].id == aws_launch_template.node[name].id])
    error_message = "Each pool has its own template."
  }
}

# 38, 86: each template, with and without GPUs
run "templates_are_encrypted_and_have_imdsv2" {
  command = plan

  variables {
    eks_node_groups = {
      cpu = { desired_size = 2, min_size = 0, max_size = 3 }
      gpu = { desired_size = 0, min_size = 0, max_size = 10, instance_types = ["g4dn.xlarge"] }
    }
  }

  assert {
    condition = alltrue([for t in aws_launch_template.node : (
      t.metadata_options[0].http_endpoint == "enabled"
      && t.metadata_options[0].http_tokens == "required"
      && t.metadata_options[0].http_put_response_hop_limit == 1
    )])
    error_message = "The metadata service answers with tokens only, and one hop away."
  }

  assert {
    condition = alltrue([for t in aws_launch_template.node : (
      t.block_device_mappings[0].ebs[0].encrypted == "true"
      && t.block_device_mappings[0].ebs[0].volume_type == "gp3"
      && t.block_device_mappings[0].ebs[0].kms_key_id == "arn:aws:kms:eu-west-1:777788889999:key/11111111-1111-1111-1111-111111111111"
    )])
    error_message = "Volumes are gp3, and encrypted with the cluster's key."
  }

  assert {
    condition     = alltrue([for t in aws_launch_template.node : t.instance_type == null])
    error_message = "Types are the node group's: EKS refuses them in both places."
  }

  assert {
    condition = alltrue([for t in aws_launch_template.node : toset([for s in t.tag_specifications : s.resource_type]) == toset(["instance", "volume"])
    && alltrue([for s in t.tag_specifications : s.tags.ManagedBy == "Terraform" && s.tags.Environment == "prod" && s.tags.Repository == "layerbot/layerbot"])])
    error_message = "What is made by a template has the tags of everything."
  }
}

# 87: a pool with GPUs, by its types, has the taint and the image; other taints stay
run "gpu_pools_have_the_taint" {
  command = plan

  variables {
    eks_node_groups = {
      cpu     = { desired_size = 2, min_size = 0, max_size = 3, instance_types = ["m5.large"] }
      gpu     = { desired_size = 0, min_size = 0, max_size = 5, instance_types = ["g4dn.xlarge", "p3.2xlarge"], taints = [{ key = "team", value = "a", effect = "NO_SCHEDULE" }] }
      chips   = { desired_size = 0, min_size = 0, max_size = 5, instance_types = ["trn1.2xlarge"] }
      relaxed = { desired_size = 0, min_size = 0, max_size = 5, instance_types = ["g4dn.xlarge"], taints = [{ key = "nvidia.com/gpu", value = "true", effect = "PREFER_NO_SCHEDULE" }] }
    }
  }

  assert {
    condition     = toset([for t in aws_eks_node_group.this["gpu"].taint : "${t.key}=${t.value}:${t.effect}"]) == toset(["nvidia.com/gpu=true:NO_SCHEDULE", "team=a:NO_SCHEDULE"])
    error_message = "A pool with GPUs has their taint, and its own."
  }

  assert {
    condition     = [for t in aws_eks_node_group.this["relaxed"].taint : "${t.key}=${t.value}:${t.effect}"] == ["nvidia.com/gpu=true:NO_SCHEDULE"]
    error_message = "No pool weakens the taint of GPUs."
  }

  assert {
    condition     = length(aws_eks_node_group.this["cpu"].taint) == 0
    error_message = "A pool without GPUs has no taint of theirs."
  }

  assert {
    condition = { for name, g in aws_eks_node_group.this : name => g.ami_type } == {
      cpu     = "AL2023_x86_64_STANDARD"
      gpu     = "AL2023_x86_64_NVIDIA"
      chips   = "AL2023_x86_64_NEURON"
      relaxed = "AL2023_x86_64_NVIDIA"
    }
    error_message = "The image is the one for the instances."
  }
}

# 14: three policies of AWS and one of our own, for the caches and nothing else
run "the_role_of_nodes_does_what_nodes_do" {
  variables {
    ecr_pull_through_cache_upstream_registries = ["quay.io", "registry.k8s.io"]
  }

  assert {
    condition = toset([for a in aws_iam_role_policy_attachment.node : a.policy_arn]) == toset([
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
    ])
    error_message = "Nodes have AWS's three policies."
  }

  assert {
    condition = [for s in jsondecode(aws_iam_role_policy.node_pull_through[0].policy).Statement : [toset(s.Action), toset(s.Resource)]] == [[
      toset(["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]),
      toset(["arn:aws:ecr:eu-west-1:777788889999:repository/quay.io/*", "arn:aws:ecr:eu-west-1:777788889999:repository/registry.k8s.io/*"]),
    ]]
    error_message = "Nodes make repositories below the caches' prefixes only."
  }

  assert {
    condition     = aws_iam_role.node.name == "layerbot-prod-euw1-node" && aws_iam_role.node.permissions_boundary == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    error_message = "The role has the name and the boundary of all roles here."
  }

  assert {
    condition     = [for s in jsondecode(aws_iam_role.node.assume_role_policy).Statement : s.Principal.Service] == ["ec2.amazonaws.com"]
    error_message = "Instances have the role, and nobody else."
  }
}

# 12: with its own image a pool of Graviton is fine, and g4dn is not taken for one
run "a_pool_of_graviton_with_its_image" {
  command = plan

  variables {
    eks_node_groups = {
      arm = { desired_size = 1, min_size = 0, max_size = 3, instance_types = ["m7g.large", "c6gn.large"], ami_type = "AL2023_ARM_64_STANDARD" }
      gpu = { desired_size = 0, min_size = 0, max_size = 3, instance_types = ["g4dn.xlarge"] }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["arm"].ami_type == "AL2023_ARM_64_STANDARD"
    error_message = "The image is the one that was named."
  }
}
