# SPDX-License-Identifier: Apache-2.0

# The ingress load balancer is there.

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
      ingress_nlb_arn                     = "arn:aws:elasticloadbalancing:eu-west-1:777788889999:loadbalancer/net/layerbot-prod-euw1/0123456789abcdef"
      ingress_nlb_security_group_id       = "sg-0000000000000000f"
    }
  }
}


# 1, 10, 35: one rule more, and nothing else is different
run "the_load_balancer_gets_into_the_group_of_eks" {
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.eks_ingress_nlb[0].security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      && aws_vpc_security_group_ingress_rule.eks_ingress_nlb[0].referenced_security_group_id == "sg-0000000000000000f"
      && aws_vpc_security_group_ingress_rule.eks_ingress_nlb[0].ip_protocol == "tcp"
    )
    error_message = "The load balancer's group gets into the group that EKS makes."
  }
}
