# SPDX-License-Identifier: Apache-2.0

# The control plane: what it logs, encrypts with, and who reaches its endpoint.

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


# 2, 38: no aws-auth, and nobody administers by having made the cluster
run "access_is_by_entries_alone" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API"
    error_message = "authentication_mode is API: with any other, the ConfigMap aws-auth lets people in, too."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions == false
    error_message = "Who happens to apply must not administer the cluster."
  }
}

# 5: the general key, for secrets, logs and volumes
run "the_general_key_encrypts" {
  command = plan

  assert {
    condition = (
      aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == "arn:aws:kms:eu-west-1:777788889999:key/11111111-1111-1111-1111-111111111111"
      && aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"])
    )
    error_message = "Secrets are encrypted with the general key of 03-infrastructure."
  }

  assert {
    condition     = aws_cloudwatch_log_group.cluster.kms_key_id == aws_eks_cluster.this.encryption_config[0].provider[0].key_arn
    error_message = "Logs are encrypted with the key of the secrets."
  }

  assert {
    condition     = length(aws_kms_key.cluster) == 0
    error_message = "No key is made where the general one is used."
  }
}

# 5: a key that is given goes before the others
run "a_key_that_is_given_encrypts" {
  command = plan

  variables {
    kms_key_arn         = "arn:aws:kms:eu-west-1:777788889999:key/33333333-3333-3333-3333-333333333333"
    use_general_kms_key = false
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == "arn:aws:kms:eu-west-1:777788889999:key/33333333-3333-3333-3333-333333333333"
    error_message = "kms_key_arn goes before the general key."
  }

  assert {
    condition     = length(aws_kms_key.cluster) == 0
    error_message = "No key is made where one is given."
  }
}

# 5
run "an_alias_is_no_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:777788889999:alias/general"
  }

  expect_failures = [var.kms_key_arn]
}

# 6, 7: all five kinds of logs, in a group of our own
run "the_control_plane_logs_everything" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.enabled_cluster_log_types == toset(["api", "audit", "authenticator", "controllerManager", "scheduler"])
    error_message = "All five types of logs are on."
  }

  assert {
    condition     = aws_cloudwatch_log_group.cluster.name == "/aws/eks/eks-layerbot-prod-euw1/cluster" && aws_cloudwatch_log_group.cluster.retention_in_days == 7
    error_message = "The group has the name that EKS writes to, and keeps logs for seven days unless said otherwise."
  }
}

# 7
run "logs_are_kept_for_as_long_as_asked" {
  command = plan

  variables {
    eks_log_retention_days = 90
  }

  assert {
    condition     = aws_cloudwatch_log_group.cluster.retention_in_days == 90
    error_message = "eks_log_retention_days is how long logs are kept."
  }
}

# 7
run "logs_are_not_kept_for_ten_days" {
  command = plan

  variables {
    eks_log_retention_days = 10
  }

  expect_failures = [var.eks_log_retention_days]
}

# 8, 89: the API is private, and nothing else
run "the_endpoint_is_private" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The API is reached from the VPC only, unless asked otherwise."
  }

  assert {
    condition     = length(aws_eks_cluster.this.vpc_config[0].subnet_ids) == 3
    error_message = "The control plane is in all private subnets."
  }
}

# 8, 89
run "the_private_endpoint_stays" {
  command = plan

  variables {
    eks_endpoint_private_access = false
  }

  expect_failures = [var.eks_endpoint_private_access]
}

# 89: public only with addresses, and never everybody's
run "public_for_nobody_in_particular_is_refused" {
  command = plan

  variables {
    eks_endpoint_public_access = true
  }

  expect_failures = [var.eks_endpoint_public_access]
}

# 89
run "public_for_everybody_is_refused" {
  command = plan

  variables {
    eks_endpoint_public_access = true
    eks_public_access_cidrs    = ["0.0.0.0/0"]
  }

  expect_failures = [var.eks_public_access_cidrs]
}

# 89
run "public_for_an_office_is_beside_private" {
  command = plan

  variables {
    eks_endpoint_public_access = true
    eks_public_access_cidrs    = ["198.51.100.0/24"]
  }

  assert {
    condition = (
      aws_eks_cluster.this.vpc_config[0].endpoint_private_access
      && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["198.51.100.0/24"])
    )
    error_message = "The public endpoint is for the office only, and the private one stays."
  }
}

# 38: a version that AWS supports, and no extended support by default
run "kubernetes_is_one_that_is_supported" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.version == "1.35" && aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD"
    error_message = "The default is in standard support, and AWS upgrades at its end."
  }
}

# 38
run "kubernetes_1_28_is_past_support" {
  command = plan

  variables {
    eks_kubernetes_version = "1.28"
  }

  expect_failures = [var.eks_kubernetes_version]
}

# 1: both layers mean the same cluster
run "another_cluster_below_is_refused" {
  command = plan

  variables {
    project = "another"
  }

  expect_failures = [aws_eks_cluster.this]
}

# 38: AWS takes /12 to /24 for services
run "services_are_of_a_block_that_eks_takes" {
  command = plan

  variables {
    eks_service_ipv4_cidr = "10.0.0.0/8"
  }

  expect_failures = [var.eks_service_ipv4_cidr]
}
