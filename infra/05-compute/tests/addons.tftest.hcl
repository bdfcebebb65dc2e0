# SPDX-License-Identifier: Apache-2.0

# Addons.

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

# 15: five, which take over what comes with the cluster
run "five_addons_take_over" {
  command = plan

  assert {
    condition     = toset([for a in aws_eks_addon.this : a.addon_name]) == toset(["eks-pod-identity-agent", "aws-ebs-csi-driver", "coredns", "kube-proxy", "vpc-cni"])
    error_message = "The five addons are there."
  }

  assert {
    condition     = alltrue([for a in aws_eks_addon.this : a.resolve_conflicts_on_create == "OVERWRITE" && a.resolve_conflicts_on_update == "OVERWRITE"])
    error_message = "Addons overwrite, when made and when changed."
  }
}

# 111: without it no NetworkPolicy is more than text
run "network_policies_are_enforced" {
  command = plan

  assert {
    condition     = jsondecode(aws_eks_addon.this["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "The network plugin enforces network policies."
  }
}

# 111: another setting of the plugin does not switch them off by the way
run "network_policies_are_enforced_with_other_settings" {
  command = plan

  variables {
    eks_addons = {
      eks-pod-identity-agent = {}
      aws-ebs-csi-driver     = {}
      coredns                = {}
      kube-proxy             = {}
      vpc-cni                = { configuration = "{\"env\":{\"ENABLE_PREFIX_DELEGATION\":\"true\"}}" }
    }
  }

  assert {
    condition = jsondecode(aws_eks_addon.this["vpc-cni"].configuration_values) == {
      enableNetworkPolicy = "true"
      env                 = { ENABLE_PREFIX_DELEGATION = "true" }
    }
    error_message = "Both settings are there."
  }
}

# 16: the driver's role is an association's
run "the_csi_driver_has_no_role_of_its_own" {
  command = plan

  assert {
    condition     = alltrue([for a in aws_eks_addon.this : a.service_account_role_arn == null && length(a.pod_identity_association) == 0])
    error_message = "No addon has a role: associations give them."
  }
}

# 15: pinned, and configured
run "an_addon_is_pinned" {
  command = plan

  variables {
    eks_addons = {
      eks-pod-identity-agent = {}
      aws-ebs-csi-driver     = {}
      coredns                = { version = "v1.12.4-eksbuild.1", configuration = "{\"replicaCount\":3}" }
      kube-proxy             = {}
      vpc-cni                = {}
      metrics-server         = {}
    }
  }

  assert {
    condition     = aws_eks_addon.this["coredns"].addon_version == "v1.12.4-eksbuild.1" && jsondecode(aws_eks_addon.this["coredns"].configuration_values).replicaCount == 3
    error_message = "Version and configuration are those asked for."
  }

  assert {
    condition     = contains(keys(aws_eks_addon.this), "metrics-server")
    error_message = "There may be more than five."
  }
}

# 15
run "none_of_the_five_is_left_out" {
  command = plan

  variables {
    eks_addons = { coredns = {} }
  }

  expect_failures = [var.eks_addons]
}

# 15
run "a_version_is_one_of_eks" {
  command = plan

  variables {
    eks_addons = { coredns = { version = "1.12" }, eks-pod-identity-agent = {}, aws-ebs-csi-driver = {}, kube-proxy = {}, vpc-cni = {} }
  }

  expect_failures = [var.eks_addons]
}
