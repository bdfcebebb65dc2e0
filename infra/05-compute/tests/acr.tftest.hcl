# SPDX-License-Identifier: Apache-2.0

# Azure's registry: both names, or nothing; credentials that nobody sees.

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

# 33: under the full name and under the short one.
run "both_names_are_registered" {
  command = plan

  variables {
    acr_registry_url = "example.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  assert {
    condition = { for p, r in aws_ecr_pull_through_cache_rule.this : p => r.upstream_registry_url if r.upstream_registry_url == "example.azurecr.io" } == {
      "example"            = "example.azurecr.io"
      "example.azurecr.io" = "example.azurecr.io"
    }
    error_message = "Two caches of the one registry."
  }

  assert {
    condition     = output.acr_pull_through_cache_url == "777788889999.dkr.ecr.eu-west-1.amazonaws.com/example.azurecr.io"
    error_message = "The output is the cache under the full name."
  }
}

# 31: where ECR looks for it, written without being kept.
run "the_secret_is_write_only" {
  command = plan

  variables {
    acr_registry_url        = "example.azurecr.io"
    acr_username            = "puller"
    acr_password            = "made-up"
    acr_credentials_version = 3
  }

  assert {
    condition     = aws_secretsmanager_secret.acr[0].name == "ecr-pullthroughcache/example.azurecr.io"
    error_message = "ECR looks for secrets that begin with ecr-pullthroughcache/."
  }

  assert {
    condition     = aws_secretsmanager_secret.acr[0].kms_key_id == null
    error_message = "ECR reads secrets under aws/secretsmanager only: no key of ours."
  }

  assert {
    condition = (
      aws_secretsmanager_secret_version.acr[0].secret_string_wo == null
      && aws_secretsmanager_secret_version.acr[0].secret_string == null
      && aws_secretsmanager_secret_version.acr[0].secret_string_wo_version == 3
    )
    error_message = "Nothing of the text is in the plan; the version says when it is written anew."
  }
}

# 31: the role that ECR makes for itself, which a policy cannot name before it is there.
run "who_reads_the_secret" {
  command = apply

  variables {
    acr_registry_url = "example.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  assert {
    condition = jsondecode(aws_secretsmanager_secret_policy.acr[0].policy).Statement == [{
      Sid       = "EcrPullThroughCache"
      Effect    = "Allow"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = aws_secretsmanager_secret.acr[0].arn
      Principal = { AWS = "arn:aws:iam::777788889999:root" }
      Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::777788889999:role/aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache" } }
    }]
    error_message = "The account is the principal, and the condition leaves ECR's service-linked role of it."
  }

  assert {
    condition = alltrue([
      for p in ["example", "example.azurecr.io"] :
      aws_ecr_pull_through_cache_rule.this[p].credential_arn == aws_secretsmanager_secret.acr[0].arn
    ])
    error_message = "Both caches have the secret."
  }

  assert {
    condition     = output.acr_secret_arn == aws_secretsmanager_secret.acr[0].arn
    error_message = "The output names it."
  }
}

# 33: naming it in the list of upstreams, too, changes nothing.
run "also_in_the_list" {
  command = plan

  variables {
    acr_registry_url                           = "example.azurecr.io"
    acr_username                               = "puller"
    acr_password                               = "made-up"
    ecr_pull_through_cache_upstream_registries = ["example.azurecr.io", "example"]
  }

  assert {
    condition     = keys(aws_ecr_pull_through_cache_rule.this) == ["example", "example.azurecr.io"]
    error_message = "Still two caches."
  }
}

# 34: no URL, no rule, no secret.
run "without_a_url_there_is_nothing" {
  command = plan

  assert {
    condition     = length(aws_secretsmanager_secret.acr) + length(aws_secretsmanager_secret_version.acr) + length(aws_secretsmanager_secret_policy.acr) == 0
    error_message = "Without a URL there is no secret."
  }

  assert {
    condition     = alltrue([for r in aws_ecr_pull_through_cache_rule.this : !endswith(r.upstream_registry_url, ".azurecr.io")])
    error_message = "Without a URL there is no cache of Azure's."
  }

  assert {
    condition     = output.acr_secret_arn == null && output.acr_pull_through_cache_url == null
    error_message = "The outputs are null."
  }
}

# 34: even when credentials are at hand.
run "credentials_without_a_url_are_not_kept" {
  command = plan

  variables {
    acr_username = "puller"
    acr_password = "made-up"
  }

  assert {
    condition     = length(aws_secretsmanager_secret.acr) == 0
    error_message = "Without a URL there is no secret, whatever the credentials."
  }
}

# 34: an empty secret would break each pull, days later.
run "a_url_without_credentials" {
  command = plan

  variables {
    acr_registry_url = "example.azurecr.io"
  }

  expect_failures = [aws_secretsmanager_secret_version.acr]
}

# 34: half of them is none.
run "a_url_without_a_password" {
  command = plan

  variables {
    acr_registry_url = "example.azurecr.io"
    acr_username     = "puller"
  }

  expect_failures = [aws_secretsmanager_secret_version.acr]
}

# 33: 30 characters are the longest prefix.
run "the_longest_name" {
  command = plan

  variables {
    acr_registry_url = "abcdefghijklmnopqrs.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  assert {
    condition     = contains(keys(aws_ecr_pull_through_cache_rule.this), "abcdefghijklmnopqrs.azurecr.io") && length("abcdefghijklmnopqrs.azurecr.io") == 30
    error_message = "19 characters of a name and .azurecr.io are the 30 that ECR takes."
  }
}

# 33: one more is too long.
run "a_name_too_long" {
  command = plan

  variables {
    acr_registry_url = "abcdefghijklmnopqrst.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  expect_failures = [var.acr_registry_url]
}

# 33: one character is too short for the short name.
run "a_name_too_short" {
  command = plan

  variables {
    acr_registry_url = "a.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  expect_failures = [var.acr_registry_url]
}

# 33: a login server, not a URL of one.
run "a_scheme_is_refused" {
  command = plan

  variables {
    acr_registry_url = "https://example.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  expect_failures = [var.acr_registry_url]
}
