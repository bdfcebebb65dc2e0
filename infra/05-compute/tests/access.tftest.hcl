# SPDX-License-Identifier: Apache-2.0

# Who administers the cluster of sbx.

variables {
  project      = "layerbot"
  environment  = "sbx"
  region       = "eu-west-1"
  account_id   = "123456789012"
  repository   = "layerbot/layerbot"
  state_bucket = "layerbot-sbx-euw1-state"

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
      general_kms_key_arn                 = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
      secrets_kms_key_arn                 = "arn:aws:kms:eu-west-1:123456789012:key/22222222-2222-2222-2222-222222222222"
      management_server_role_arn          = "arn:aws:iam::123456789012:role/layerbot-sbx-euw1-management-server"
      management_server_security_group_id = "sg-0000000000000000d"
      ingress_nlb_target_group_arns       = {}
      cluster_name                        = "eks-layerbot-sbx-euw1"
      permissions_boundary_arn            = "arn:aws:iam::123456789012:policy/layerbot-sbx-euw1-boundary"
    }
  }
}


# 3: the management server administers, by an entry
run "the_management_server_administers" {
  command = plan

  assert {
    condition = (
      aws_eks_access_entry.this["management-server"].principal_arn == "arn:aws:iam::123456789012:role/layerbot-sbx-euw1-management-server"
      && aws_eks_access_policy_association.this["management-server"].policy_arn == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
      && aws_eks_access_policy_association.this["management-server"].access_scope[0].type == "cluster"
    )
    error_message = "The management server's role administers the whole cluster."
  }

  assert {
    condition     = keys(aws_eks_access_entry.this) == ["management-server"]
    error_message = "Nobody else does."
  }
}

# 4: SandboxAdministrator, in sbx
run "sandbox_administrators_administer_sbx" {
  command = plan

  variables {
    sandbox_administrator_role_arn = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_SandboxAdministrator_0123456789abcdef"
  }

  assert {
    condition = (
      aws_eks_access_entry.this["sandbox-administrator"].principal_arn == var.sandbox_administrator_role_arn
      && aws_eks_access_policy_association.this["sandbox-administrator"].policy_arn == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    )
    error_message = "SandboxAdministrator administers the cluster of sbx."
  }
}

# 4: and nowhere else
run "sandbox_administrators_do_not_administer_prod" {
  command = plan

  variables {
    environment                    = "prod"
    sandbox_administrator_role_arn = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_SandboxAdministrator_0123456789abcdef"
  }

  expect_failures = [var.sandbox_administrator_role_arn, aws_eks_cluster.this]
}

# 4: AWS takes a pattern for a name, and lets nobody in
run "an_entry_takes_no_pattern" {
  command = plan

  variables {
    sandbox_administrator_role_arn = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_SandboxAdministrator_*"
  }

  expect_failures = [var.sandbox_administrator_role_arn]
}

# 3: others by entries of their own, in their namespaces
run "others_have_what_they_are_given" {
  command = plan

  variables {
    eks_access_entries = {
      team = {
        principal_arn = "arn:aws:iam::123456789012:role/team"
        policy        = "AmazonEKSEditPolicy"
        namespaces    = ["ray"]
      }
    }
  }

  assert {
    condition = (
      aws_eks_access_policy_association.this["team"].access_scope[0].type == "namespace"
      && aws_eks_access_policy_association.this["team"].access_scope[0].namespaces == toset(["ray"])
    )
    error_message = "An entry with namespaces holds in these only."
  }
}

# 3
run "the_layers_own_entries_are_its_own" {
  command = plan

  variables {
    eks_access_entries = { management-server = { principal_arn = "arn:aws:iam::123456789012:role/team" } }
  }

  expect_failures = [var.eks_access_entries]
}

# 9: runners and VPNs by name, and nobody unless named
run "the_api_has_the_clients_that_are_named" {
  command = plan

  variables {
    eks_api_client_cidr_blocks = ["10.8.0.0/24"]
  }

  assert {
    condition = (
      keys(aws_vpc_security_group_ingress_rule.cluster_clients) == ["10.8.0.0/24"]
      && aws_vpc_security_group_ingress_rule.cluster_clients["10.8.0.0/24"].from_port == 443
      && aws_vpc_security_group_ingress_rule.cluster_clients["10.8.0.0/24"].to_port == 443
    )
    error_message = "A network that is named reaches port 443 of the control plane."
  }
}

# 9, 89
run "the_internet_is_no_client" {
  command = plan

  variables {
    eks_api_client_cidr_blocks = ["0.0.0.0/0"]
  }

  expect_failures = [var.eks_api_client_cidr_blocks]
}

# 9, 89: 10.0.0.0/7 is more than what is private
run "nor_is_a_network_that_is_private_in_part" {
  command = plan

  variables {
    eks_api_client_cidr_blocks = ["10.0.0.0/7"]
  }

  expect_failures = [var.eks_api_client_cidr_blocks]
}

# 9: a range that begins with a private address and goes on past it (192.168.0.0 to 192.175.255.255)
run "a_range_that_is_private_in_part_is_refused" {
  command = plan

  variables {
    eks_api_client_cidr_blocks = ["192.168.0.0/13"]
  }

  expect_failures = [var.eks_api_client_cidr_blocks]
}
