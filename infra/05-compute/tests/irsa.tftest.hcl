# SPDX-License-Identifier: Apache-2.0

# Roles for service accounts, and the queue of the termination handler.

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



# 82, 83, 84: nothing of it if not asked for
run "without_irsa_there_is_nothing_of_it" {
  command = plan

  variables {
    enable_irsa = false
  }

  assert {
    condition = (
      length(aws_iam_openid_connect_provider.cluster) + length(aws_iam_role.autoscaler) + length(aws_iam_role.nth)
      + length(aws_sqs_queue.nth) + length(aws_cloudwatch_event_rule.nth) == 0
    )
    error_message = "enable_irsa = false makes none of it."
  }

  assert {
    condition     = output.eks_oidc_provider_arn == null && output.irsa_cluster_autoscaler_role_arn == null && output.irsa_node_termination_handler_role_arn == null && output.node_termination_handler_queue_url == null
    error_message = "Its outputs are null then."
  }
}

# 84: the cluster's issuer, for STS only
run "the_cluster_is_an_oidc_provider" {
  assert {
    condition = (
      aws_iam_openid_connect_provider.cluster[0].url == aws_eks_cluster.this.identity[0].oidc[0].issuer
      && aws_iam_openid_connect_provider.cluster[0].client_id_list == toset(["sts.amazonaws.com"])
    )
    error_message = "The provider is the cluster's issuer, and its audience is STS."
  }
}

# 82, 83: one service account each, by subject and audience
run "each_role_is_for_one_service_account" {
  assert {
    condition = { for name, role in { autoscaler = aws_iam_role.autoscaler[0], nth = aws_iam_role.nth[0] } : name => [
      for s in jsondecode(role.assume_role_policy).Statement : jsonencode([s.Action, s.Principal, s.Condition])
      ] } == { for name, account in { autoscaler = "cluster-autoscaler", nth = "aws-node-termination-handler" } : name => [jsonencode([
        "sts:AssumeRoleWithWebIdentity",
        { Federated = aws_iam_openid_connect_provider.cluster[0].arn },
        { StringEquals = {
          "${trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")}:aud" = "sts.amazonaws.com"
          "${trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")}:sub" = "system:serviceaccount:kube-system:${account}"
        } },
    ])] }
    error_message = "A role is for one service account of kube-system, exactly."
  }

  assert {
    condition     = startswith(aws_iam_role.autoscaler[0].name, "layerbot-prod-euw1-autoscaler-") && startswith(aws_iam_role.nth[0].name, "layerbot-prod-euw1-nth-")
    error_message = "Roles are named for what they are for."
  }

  assert {
    condition     = alltrue([for role in [aws_iam_role.autoscaler[0], aws_iam_role.nth[0]] : role.permissions_boundary == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"])
    error_message = "Both have the boundary."
  }
}

# 82: it changes groups of this cluster only
run "the_autoscaler_changes_groups_of_its_cluster" {
  assert {
    condition = [for s in jsondecode(aws_iam_role_policy.autoscaler[0].policy).Statement : jsonencode([sort(s.Action), s.Resource, s.Condition]) if s.Sid == "ScaleGroupsOfThisCluster"] == [jsonencode([
      ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      "arn:aws:autoscaling:eu-west-1:777788889999:autoScalingGroup:*:autoScalingGroupName/*",
      { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/eks-layerbot-prod-euw1" = "owned" } },
    ])]
    error_message = "It scales what has this cluster's tag."
  }

  assert {
    condition = alltrue(flatten([for s in jsondecode(aws_iam_role_policy.autoscaler[0].policy).Statement : [
      for a in flatten([s.Action]) : can(regex("^(autoscaling|ec2|eks):(Describe|Get)[A-Za-z]+$", a))
    ] if s.Sid != "ScaleGroupsOfThisCluster"]))
    error_message = "Whatever else it may do reads."
  }
}

# 83: all of SQS on its own queue, and of no other
run "the_termination_handler_has_its_own_queue" {
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.nth[0].policy).Statement : s.Resource if contains(flatten([s.Action]), "sqs:*")] == [aws_sqs_queue.nth[0].arn]
    error_message = "sqs:* is for its own queue."
  }

  assert {
    condition = alltrue(flatten([for s in jsondecode(aws_iam_role_policy.nth[0].policy).Statement : [
      for a in flatten([s.Action]) : can(regex("^(autoscaling|ec2):Describe[A-Za-z]+$", a))
    ] if s.Sid != "OwnQueue"]))
    error_message = "Whatever else it may do reads."
  }
}

# 83: EventBridge writes to the queue, by these rules, and nobody does in the clear
run "events_come_to_the_queue" {
  assert {
    condition     = length(aws_cloudwatch_event_target.nth) == 4 && alltrue([for t in aws_cloudwatch_event_target.nth : t.arn == aws_sqs_queue.nth[0].arn])
    error_message = "Four rules send to the queue."
  }

  assert {
    condition = [for s in jsondecode(aws_sqs_queue_policy.nth[0].policy).Statement : toset(s.Condition.ArnEquals["aws:SourceArn"]) if s.Effect == "Allow"] == [
      toset([for r in aws_cloudwatch_event_rule.nth : r.arn])
    ]
    error_message = "These rules may write to it, and no other."
  }

  assert {
    condition     = [for s in jsondecode(aws_sqs_queue_policy.nth[0].policy).Statement : jsonencode(s.Condition) if s.Effect == "Deny"] == [jsonencode({ Bool = { "aws:SecureTransport" = "false" } })]
    error_message = "Nobody writes to it without TLS."
  }

  assert {
    condition     = aws_sqs_queue.nth[0].sqs_managed_sse_enabled && aws_sqs_queue.nth[0].message_retention_seconds == 300
    error_message = "It is encrypted, and forgets after five minutes."
  }
}
