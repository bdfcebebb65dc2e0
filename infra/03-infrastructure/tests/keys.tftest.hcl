# SPDX-License-Identifier: Apache-2.0

# The keys, and who may use them.

variables {
  project      = "layerbot"
  environment  = "prod"
  region       = "eu-west-1"
  repository   = "layerbot/layerbot"
  account_id   = "777788889999"
  state_bucket = "layerbot-prod-euw1-state"
  vpc_cidr     = "10.40.0.0/16"
}

override_data {
  target = data.terraform_remote_state.bootstrap
  values = {
    outputs = { permissions_boundary_arn = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary" }
  }
}

# 5, 85: both keys are rotated and wait long before they are gone.
run "keys_are_rotated" {
  command = plan

  assert {
    condition     = alltrue([for k in [aws_kms_key.general, aws_kms_key.secrets] : k.enable_key_rotation && k.deletion_window_in_days == 30])
    error_message = "A key is not rotated, or is gone in less than 30 days."
  }
}

# 7, 85: CloudWatch Logs uses the general key for log groups of this account only.
run "logs_use_the_general_key_by_their_context" {
  command = plan

  assert {
    condition = [
      for s in jsondecode(aws_kms_key.general.policy).Statement : s.Condition
      if try(s.Principal.Service, "") == "logs.eu-west-1.amazonaws.com"
    ] == [{ ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:777788889999:log-group:*" } }]
    error_message = "CloudWatch Logs may use the general key for log groups of others, or not at all."
  }
}

# 17, 38: Auto Scaling's own role may use the general key for volumes and grants, without being there yet; nobody else is let in.
run "auto_scaling_starts_nodes_with_encrypted_volumes" {
  command = plan

  assert {
    condition = alltrue([
      for s in jsondecode(aws_kms_key.general.policy).Statement :
      s.Condition.ArnLike["aws:PrincipalArn"] == "arn:aws:iam::777788889999:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*" &&
      s.Condition.StringEquals["kms:CallerAccount"] == "777788889999"
      if try(s.Principal.AWS, "") == "*"
    ])
    error_message = "A statement for anybody is not limited to Auto Scaling's role in this account."
  }

  assert {
    condition = [
      for s in jsondecode(aws_kms_key.general.policy).Statement : s.Condition.Bool["kms:GrantIsForAWSResource"]
      if try(s.Principal.AWS, "") == "*" && s.Action == "kms:CreateGrant"
    ] == ["true"]
    error_message = "Auto Scaling cannot give EC2 a grant for volumes, or may give others one: nodes die at launch."
  }

  assert {
    condition = length([
      for s in jsondecode(aws_kms_key.general.policy).Statement : s
      if try(s.Principal.AWS, "") == "*" && try(contains(s.Action, "kms:GenerateDataKey*"), false)
    ]) == 1
    error_message = "Auto Scaling cannot encrypt volumes with the general key."
  }
}

# 18, 31: the secrets key is used by whom IAM lets, and by nobody else.
run "secrets_key_names_only_its_account" {
  command = plan

  assert {
    condition     = [for s in jsondecode(aws_kms_key.secrets.policy).Statement : s.Principal] == [{ AWS = "arn:aws:iam::777788889999:root" }]
    error_message = "The secrets key names others than its own account."
  }
}
