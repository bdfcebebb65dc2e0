# SPDX-License-Identifier: Apache-2.0

# Security groups, the rule of the ingress load balancer, and the endpoint of EKS.

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


# 9: three groups reach the API, and no address does
run "three_groups_reach_the_api" {
  assert {
    condition = { for name, rule in aws_vpc_security_group_ingress_rule.cluster_https : name => rule.referenced_security_group_id } == {
      management-server = "sg-0000000000000000d"
      nodes             = aws_security_group.nodes.id
      vpc-endpoints     = "sg-0000000000000000e"
    }
    error_message = "The endpoints', the nodes' and the management server's groups reach the API."
  }

  assert {
    condition = alltrue([for rule in aws_vpc_security_group_ingress_rule.cluster_https : (
      rule.security_group_id == aws_security_group.cluster.id && rule.from_port == 443 && rule.to_port == 443 && rule.ip_protocol == "tcp"
    )])
    error_message = "They reach its port 443 and nothing else."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.cluster_vpc : rule.cidr_ipv4]) == toset(["10.40.0.0/16", "100.64.0.0/20"])
    error_message = "The control plane gets out to the VPC, its second block included, and no further."
  }

  assert {
    condition     = contains(aws_eks_cluster.this.vpc_config[0].security_group_ids, aws_security_group.cluster.id)
    error_message = "The control plane is in that group."
  }
}

# 11: TCP from the VPC, the nodes themselves, and the control plane
run "nodes_let_the_vpc_in" {
  assert {
    condition = { for cidr, rule in aws_vpc_security_group_ingress_rule.nodes_vpc : cidr => "${rule.ip_protocol} ${rule.from_port}-${rule.to_port}" } == {
      "10.40.0.0/16"  = "tcp 0-65535"
      "100.64.0.0/20" = "tcp 0-65535"
    }
    error_message = "Nodes let all TCP of the VPC in."
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.nodes_self.referenced_security_group_id == aws_security_group.nodes.id
      && aws_vpc_security_group_ingress_rule.nodes_self.ip_protocol == "-1"
    )
    error_message = "Nodes let each other in."
  }

  assert {
    condition = { for name, rule in aws_vpc_security_group_ingress_rule.nodes_cluster : name => "${rule.from_port}-${rule.to_port}" if rule.referenced_security_group_id == aws_security_group.cluster.id } == {
      high  = "1025-65535"
      https = "443-443"
    }
    error_message = "Nodes let the control plane in: kubelets, and webhooks on whichever port."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.nodes_dns : rule.ip_protocol == "udp" && rule.from_port == 53 && rule.to_port == 53])
    error_message = "Nodes answer DNS."
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.node : template.vpc_security_group_ids == toset([aws_security_group.nodes.id])])
    error_message = "Nodes are in this group only: the one that EKS makes lets everything out."
  }
}

# 88: private networks, S3, each other, the API
run "nodes_get_out_to_nothing_public" {
  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.nodes_private : rule.cidr_ipv4]) == toset(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "10.40.0.0/16", "100.64.0.0/20"])
    error_message = "Nodes get out to RFC 1918 and the VPC."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.nodes_s3.prefix_list_id == "pl-6da54004" && aws_vpc_security_group_egress_rule.nodes_s3.from_port == 443
    error_message = "Nodes get layers of images from S3."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.nodes_self.referenced_security_group_id == aws_security_group.nodes.id
    error_message = "Nodes get out to each other."
  }

  assert {
    condition = (
      aws_vpc_security_group_egress_rule.nodes_cluster.referenced_security_group_id == aws_security_group.cluster.id
      && aws_vpc_security_group_egress_rule.nodes_cluster.from_port == 443
      && aws_vpc_security_group_egress_rule.nodes_cluster.to_port == 443
    )
    error_message = "Nodes get out to the API's port."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.nodes_nat) == 0
    error_message = "Nodes do not get out to the Internet unless asked."
  }
}

# 88
run "nodes_get_out_through_nat_if_asked" {
  command = plan

  variables {
    node_egress_nat_https = true
  }

  assert {
    condition = (
      aws_vpc_security_group_egress_rule.nodes_nat[0].cidr_ipv4 == "0.0.0.0/0"
      && aws_vpc_security_group_egress_rule.nodes_nat[0].from_port == 443
      && aws_vpc_security_group_egress_rule.nodes_nat[0].to_port == 443
    )
    error_message = "With the flag nodes get out to port 443, and to no other."
  }
}

# 1, 10, 35: the Internal model without load balancer: state has no output for it at all
run "without_the_load_balancer_there_is_no_rule_for_it" {
  command = plan

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.eks_ingress_nlb) == 0
    error_message = "No load balancer, no rule."
  }
}

# 37: the endpoint of EKS is private, behind the shared group
run "eks_has_an_endpoint" {
  command = plan

  assert {
    condition = (
      aws_vpc_endpoint.eks[0].service_name == "com.amazonaws.eu-west-1.eks"
      && aws_vpc_endpoint.eks[0].vpc_endpoint_type == "Interface"
      && aws_vpc_endpoint.eks[0].private_dns_enabled
      && aws_vpc_endpoint.eks[0].security_group_ids == toset(["sg-0000000000000000e"])
      && length(aws_vpc_endpoint.eks[0].subnet_ids) == 3
    )
    error_message = "The interface endpoint has private DNS, the shared group and all private subnets."
  }
}

# 37
run "eks_has_no_endpoint_if_not_asked" {
  command = plan

  variables {
    enable_eks_endpoint = false
  }

  assert {
    condition     = length(aws_vpc_endpoint.eks) == 0 && output.eks_endpoint_id == null
    error_message = "enable_eks_endpoint = false makes none."
  }
}
