# SPDX-License-Identifier: Apache-2.0

# What 06-applications and people read of this layer.

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



# 44-52, 71-73: the cluster and its nodes
run "outputs_say_what_was_made" {
  assert {
    condition = (
      output.eks_cluster_id == aws_eks_cluster.this.id
      && output.eks_cluster_arn == aws_eks_cluster.this.arn
      && output.eks_cluster_name == "eks-layerbot-prod-euw1"
      && output.eks_cluster_endpoint == aws_eks_cluster.this.endpoint
      && output.eks_cluster_version == "1.35"
    )
    error_message = "The outputs of the cluster are the cluster's."
  }

  assert {
    condition     = output.eks_cluster_certificate_authority_data == aws_eks_cluster.this.certificate_authority[0].data
    error_message = "eks_cluster_certificate_authority_data is the cluster's."
  }

  assert {
    condition     = output.eks_cluster_security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
    error_message = "eks_cluster_security_group_id is the group that EKS makes."
  }

  assert {
    condition     = output.eks_node_security_group_id == aws_security_group.nodes.id
    error_message = "eks_node_security_group_id is the group of nodes."
  }

  assert {
    condition     = output.eks_node_group_ids == { steady = aws_eks_node_group.this["steady"].id } && output.eks_node_group_arns == { steady = aws_eks_node_group.this["steady"].arn }
    error_message = "Ids and ARNs of node groups are by pool."
  }

  assert {
    condition     = output.eks_endpoint_id == aws_vpc_endpoint.eks[0].id
    error_message = "eks_endpoint_id is the endpoint."
  }

  assert {
    condition     = output.aws_region == "eu-west-1" && output.aws_account_id == "777788889999"
    error_message = "Region and account are those of the environment."
  }

  assert {
    condition = (
      output.eks_oidc_provider_arn == aws_iam_openid_connect_provider.cluster[0].arn
      && output.irsa_cluster_autoscaler_role_arn == aws_iam_role.autoscaler[0].arn
      && output.irsa_node_termination_handler_role_arn == aws_iam_role.nth[0].arn
      && output.node_termination_handler_queue_url == aws_sqs_queue.nth[0].url
    )
    error_message = "The outputs of IRSA are what the two charts take."
  }
}
