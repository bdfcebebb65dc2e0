# SPDX-License-Identifier: Apache-2.0

# Repositories, scanning, and the rule for findings.

variables {
  project      = "layerbot"
  environment  = "prod"
  region       = "eu-west-1"
  account_id   = "777788889999"
  repository   = "layerbot/layerbot"
  state_bucket = "layerbot-prod-euw1-state"
}

override_data {
  target = data.terraform_remote_state.infrastructure
  values = {
    outputs = {
      vpc_id                              = "vpc-0a1b2c3d4e5f67890"
      vpc_cidr_block                      = "10.0.0.0/16"
      vpc_secondary_cidr_blocks           = ["100.64.0.0/20"]
      private_subnet_ids                  = ["subnet-0a1b2c3d4e5f67890", "subnet-0a1b2c3d4e5f67891"]
      s3_prefix_list_id                   = "pl-6da54004"
      vpc_endpoints_security_group_id     = "sg-0a1b2c3d4e5f67890"
      general_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555"
      secrets_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/66666666-7777-8888-9999-000000000000"
      management_server_role_arn          = "arn:aws:iam::777788889999:role/layerbot-prod-euw1-management-server"
      management_server_security_group_id = "sg-0a1b2c3d4e5f67891"
      ingress_nlb_security_group_id       = null
      ingress_nlb_target_group_arns       = {}
      websocket_alb_target_group_arn      = null
      cluster_name                        = "eks-layerbot-prod-euw1"
      permissions_boundary_arn            = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    }
  }
}

# 27: KMS, tags that do not move, scan on push, and what goes when.
run "a_repository_of_an_application" {
  command = plan

  variables {
    ecr_repositories = {
      "litellm"          = {}
      "backend/ingest-1" = { image_tag_mutability = "MUTABLE", scan_on_push = false, untagged_expire_days = 3, keep_last = 7 }
    }
  }

  assert {
    condition     = aws_ecr_repository.this["litellm"].name == "layerbot-prod-euw1/litellm"
    error_message = "A repository stands below the layers' id."
  }

  assert {
    condition = (
      aws_ecr_repository.this["litellm"].encryption_configuration[0].encryption_type == "KMS"
      && aws_ecr_repository.this["litellm"].encryption_configuration[0].kms_key == "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555"
    )
    error_message = "Images are encrypted with the general key."
  }

  assert {
    condition = (
      aws_ecr_repository.this["litellm"].image_tag_mutability == "IMMUTABLE"
      && aws_ecr_repository.this["litellm"].image_scanning_configuration[0].scan_on_push
      && aws_ecr_repository.this["litellm"].force_delete == false
    )
    error_message = "By default tags do not move, images are scanned, and a repository with images is not deleted."
  }

  assert {
    condition = (
      aws_ecr_repository.this["backend/ingest-1"].image_tag_mutability == "MUTABLE"
      && !aws_ecr_repository.this["backend/ingest-1"].image_scanning_configuration[0].scan_on_push
    )
    error_message = "A repository's own settings count."
  }

  assert {
    condition = [for r in jsondecode(aws_ecr_lifecycle_policy.this["backend/ingest-1"].policy).rules : [r.rulePriority, r.selection.tagStatus, r.selection.countType, r.selection.countNumber]] == [
      [1, "untagged", "sinceImagePushed", 3],
      [2, "any", "imageCountMoreThan", 7],
    ]
    error_message = "Untagged images go by age, then all but the last; the rule for any tag comes last, as ECR demands."
  }
}

# 27: what ECR would refuse at apply is refused at plan.
run "repositories_that_ecr_refuses" {
  command = plan

  variables {
    ecr_repositories = { "Upper" = { image_tag_mutability = "SOMETIMES", keep_last = 0 } }
  }

  expect_failures = [var.ecr_repositories]
}

# 28: enhanced, continuously, everything.
run "scanning_is_enhanced_and_continuous" {
  command = plan

  assert {
    condition     = aws_ecr_registry_scanning_configuration.this[0].scan_type == "ENHANCED" && output.ecr_scanning_configuration_scan_type == "ENHANCED"
    error_message = "Enhanced scanning is the default."
  }

  assert {
    condition = [for r in aws_ecr_registry_scanning_configuration.this[0].rule : [r.scan_frequency, one(r.repository_filter).filter, one(r.repository_filter).filter_type]] == [
      ["CONTINUOUS_SCAN", "*", "WILDCARD"],
    ]
    error_message = "Every repository is scanned continuously."
  }
}

# 28: AWS keeps one rule a frequency.
run "rules_of_one_frequency_are_one" {
  command = plan

  variables {
    ecr_scanning_rules = [
      { filters = ["layerbot-*"] },
      { scan_frequency = "SCAN_ON_PUSH", filters = ["quay.io/*"] },
      { filters = ["docker.io/*", "layerbot-*"] },
    ]
  }

  assert {
    condition = { for r in aws_ecr_registry_scanning_configuration.this[0].rule : r.scan_frequency => sort(r.repository_filter[*].filter) } == {
      CONTINUOUS_SCAN = tolist(["docker.io/*", "layerbot-*"])
      SCAN_ON_PUSH    = tolist(["quay.io/*"])
    }
    error_message = "Rules are put together by frequency, without repetition."
  }
}

# 28: the fallback. Basic scanning refuses CONTINUOUS_SCAN.
run "basic_scanning_is_on_push" {
  command = plan

  variables {
    ecr_enhanced_scanning_enabled = false
    ecr_scanning_rules            = [{ filters = ["a*"] }, { scan_frequency = "SCAN_ON_PUSH", filters = ["b*"] }]
  }

  assert {
    condition     = aws_ecr_registry_scanning_configuration.this[0].scan_type == "BASIC"
    error_message = "Without enhanced scanning it is basic."
  }

  assert {
    condition = { for r in aws_ecr_registry_scanning_configuration.this[0].rule : r.scan_frequency => sort(r.repository_filter[*].filter) } == {
      SCAN_ON_PUSH = tolist(["a*", "b*"])
    }
    error_message = "The same repositories are scanned on push."
  }
}

# 28: the registry's setting is one an account: another stack may have it.
run "scanning_of_another_stack" {
  command = plan

  variables {
    manage_registry_scanning = false
  }

  assert {
    condition     = length(aws_ecr_registry_scanning_configuration.this) == 0 && output.ecr_scanning_configuration_scan_type == null
    error_message = "With manage_registry_scanning off nothing is set, and the output says so."
  }
}

# 28: a frequency that no scan has.
run "an_unknown_frequency" {
  command = plan

  variables {
    ecr_scanning_rules = [{ scan_frequency = "HOURLY", filters = ["*"] }]
  }

  expect_failures = [var.ecr_scanning_rules]
}

# 29: one pattern, three alternatives; the matcher of infra/test/eventbridge shows what it matches.
run "findings_are_matched_and_go_nowhere" {
  command = plan

  assert {
    condition = [for a in jsondecode(aws_cloudwatch_event_rule.ecr_image_scan.event_pattern)["$or"] : a["detail-type"]] == [
      ["ECR Image Scan"], ["ECR Image Scan"], ["Inspector2 Finding"],
    ]
    error_message = "Counts of critical and of high are two alternatives, findings of Inspector a third."
  }

  assert {
    condition     = keys(jsondecode(aws_cloudwatch_event_rule.ecr_image_scan.event_pattern)) == ["$or"]
    error_message = "Beside $or there is nothing that would have to match, too."
  }

  assert {
    condition     = length(aws_sns_topic.ecr_image_scan) + length(aws_cloudwatch_event_target.ecr_image_scan) + length(aws_kms_key.ecr_image_scan) == 0
    error_message = "The topic is off by default."
  }
}

# 29: the target, when it is asked for.
run "findings_go_to_a_topic" {
  command = plan

  variables {
    ecr_scan_notifications_enabled = true
  }

  assert {
    condition     = length(aws_cloudwatch_event_target.ecr_image_scan) == 1 && aws_kms_key.ecr_image_scan[0].enable_key_rotation
    error_message = "There is a target, and a key that rotates."
  }

  assert {
    condition = anytrue([
      for s in jsondecode(aws_kms_key.ecr_image_scan[0].policy).Statement :
      try(s.Principal.Service, "") == "events.amazonaws.com" && sort(flatten([s.Action])) == tolist(["kms:Decrypt", "kms:GenerateDataKey"]) && !can(s.Condition)
    ])
    error_message = "The key lets EventBridge encrypt; AWS supports no condition there."
  }
}
