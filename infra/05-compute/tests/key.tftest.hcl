# SPDX-License-Identifier: Apache-2.0

# The key that is made where none is given and the general one is not wanted.

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


# 85: without either, one is made, with rotation and a window of seven days; 38: nobody but who must may use it
run "a_key_is_made_if_none_is_given" {
  variables {
    use_general_kms_key = false
  }

  assert {
    condition     = aws_kms_key.cluster[0].enable_key_rotation && aws_kms_key.cluster[0].deletion_window_in_days == 7
    error_message = "The key rotates, and waits seven days before it goes."
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.cluster[0].arn
    error_message = "The key that is made encrypts the secrets."
  }

  assert {
    condition = jsonencode({ for s in jsondecode(aws_kms_key.cluster[0].policy).Statement : s.Sid => [s.Effect, s.Principal, try(s.Condition, null)] }) == jsonencode({
      AccountDecidesByIAM = ["Allow", { AWS = "arn:aws:iam::777788889999:root" }, null]
      ClusterRole         = ["Allow", { AWS = aws_iam_role.cluster.arn }, null]
      LogsOfTheCluster = ["Allow", { Service = "logs.eu-west-1.amazonaws.com" }, { ArnEquals = {
        "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:777788889999:log-group:/aws/eks/eks-layerbot-prod-euw1/cluster"
      } }]
      VolumesOfNodes = ["Allow", { AWS = "*" }, {
        ArnEquals    = { "aws:PrincipalArn" = "arn:aws:iam::777788889999:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }
        StringEquals = { "kms:CallerAccount" = "777788889999" }
      }]
      GrantsForVolumesOfNodes = ["Allow", { AWS = "*" }, {
        ArnEquals    = { "aws:PrincipalArn" = "arn:aws:iam::777788889999:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }
        Bool         = { "kms:GrantIsForAWSResource" = "true" }
        StringEquals = { "kms:CallerAccount" = "777788889999" }
      }]
    })
    error_message = "The key is for the account, the cluster's role, this cluster's log group and Auto Scaling, and for nobody else."
  }
}
