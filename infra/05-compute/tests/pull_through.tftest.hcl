# SPDX-License-Identifier: Apache-2.0

# What is pulled through ECR, and what is not.

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

# 30: those that need no credentials are the default.
run "public_registries_are_cached" {
  command = plan

  assert {
    condition = { for p, r in aws_ecr_pull_through_cache_rule.this : p => [r.ecr_repository_prefix, r.upstream_registry_url] } == {
      "public.ecr.aws"  = ["public.ecr.aws", "public.ecr.aws"]
      "quay.io"         = ["quay.io", "quay.io"]
      "registry.k8s.io" = ["registry.k8s.io", "registry.k8s.io"]
    }
    error_message = "ECR Public, Quay and Kubernetes are cached under their own names."
  }

  assert {
    condition     = alltrue([for r in aws_ecr_pull_through_cache_rule.this : r.credential_arn == null])
    error_message = "They take no credentials."
  }

  assert {
    condition     = output.ecr_pull_through_cache_registry_urls["quay.io"] == "777788889999.dkr.ecr.eu-west-1.amazonaws.com/quay.io"
    error_message = "The cache's URL is the registry's, with the upstream's name."
  }
}

# 30: those that do.
run "docker_hub_and_github_with_credentials" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["docker.io", "ghcr.io"]
    ecr_pull_through_cache_credential_arns = {
      "docker.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
      "ghcr.io"   = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/ghcr-AbCdEf"
    }
  }

  assert {
    condition = { for p, r in aws_ecr_pull_through_cache_rule.this : p => [r.upstream_registry_url, r.credential_arn] } == {
      "docker.io" = ["registry-1.docker.io", "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/docker-hub-AbCdEf"]
      "ghcr.io"   = ["ghcr.io", "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/ghcr-AbCdEf"]
    }
    error_message = "Each has its own secret, and Docker Hub is reached at registry-1.docker.io."
  }
}

# 30: every upstream of the page at once.
run "all_upstreams_together" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["docker.io", "ghcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io", "example.azurecr.io"]
    ecr_pull_through_cache_credential_arns = {
      "docker.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
      "ghcr.io"   = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/ghcr-AbCdEf"
    }
    acr_registry_url = "example.azurecr.io"
    acr_username     = "puller"
    acr_password     = "made-up"
  }

  assert {
    condition     = sort(keys(aws_ecr_pull_through_cache_rule.this)) == tolist(["docker.io", "example", "example.azurecr.io", "ghcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io"])
    error_message = "Six upstreams are seven caches: Azure's has two names."
  }
}

# 30: what a pull makes is made as if it were made here.
run "caches_are_made_from_templates" {
  command = plan

  assert {
    condition     = keys(aws_ecr_repository_creation_template.this) == keys(aws_ecr_pull_through_cache_rule.this)
    error_message = "Each cache has a template of the same prefix."
  }

  assert {
    condition = alltrue([
      for p, t in aws_ecr_repository_creation_template.this :
      t.prefix == p && t.applied_for == toset(["PULL_THROUGH_CACHE"]) && t.image_tag_mutability == "MUTABLE"
      && t.encryption_configuration[0].encryption_type == "KMS"
      && t.encryption_configuration[0].kms_key == "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555"
      && t.resource_tags["ManagedBy"] == "Terraform" && length(jsondecode(t.lifecycle_policy).rules) == 1
    ])
    error_message = "Caches are encrypted with the general key, tagged, cleared, and their tags move as upstream's do."
  }

  assert {
    condition     = aws_iam_role.ecr_templates[0].permissions_boundary == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    error_message = "The role by which ECR makes them has the boundary."
  }

  assert {
    condition = sort(jsondecode(aws_iam_role_policy.ecr_templates[0].policy).Statement[0].Resource) == tolist([
      "arn:aws:ecr:eu-west-1:777788889999:repository/public.ecr.aws/*",
      "arn:aws:ecr:eu-west-1:777788889999:repository/quay.io/*",
      "arn:aws:ecr:eu-west-1:777788889999:repository/registry.k8s.io/*",
    ])
    error_message = "It makes repositories below the caches' prefixes only."
  }
}

# 30: none is fine, and leaves no role behind.
run "no_upstream_at_all" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = []
  }

  assert {
    condition     = length(aws_ecr_pull_through_cache_rule.this) + length(aws_ecr_repository_creation_template.this) + length(aws_iam_role.ecr_templates) == 0
    error_message = "Without upstreams there is nothing."
  }

  assert {
    condition     = output.ecr_pull_through_cache_registry_urls == {} && output.ecr_pull_through_cache_rule_ids == {}
    error_message = "The outputs are empty maps."
  }
}

# 30: Google's registry is no upstream of ECR.
run "gcr_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["quay.io", "gcr.io"]
  }

  expect_failures = [var.ecr_pull_through_cache_upstream_registries]
}

# 30: nor is Microsoft's own.
run "mcr_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["mcr.microsoft.com"]
  }

  expect_failures = [var.ecr_pull_through_cache_upstream_registries]
}

# 30: an Azure registry that acr_registry_url does not name has no credentials.
run "another_azure_registry_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["other.azurecr.io"]
    acr_registry_url                           = "example.azurecr.io"
    acr_username                               = "puller"
    acr_password                               = "made-up"
  }

  expect_failures = [var.ecr_pull_through_cache_upstream_registries]
}

# 30: ECR takes no anonymous pulls from these two.
run "docker_hub_without_credentials_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["docker.io"]
  }

  expect_failures = [var.ecr_pull_through_cache_upstream_registries]
}

# 30
run "github_without_credentials_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_upstream_registries = ["docker.io", "ghcr.io"]
    ecr_pull_through_cache_credential_arns     = { "docker.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/docker-hub-AbCdEf" }
  }

  expect_failures = [var.ecr_pull_through_cache_upstream_registries]
}

# 30: ECR looks for secrets of this name only.
run "a_secret_of_another_name_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_credential_arns = { "docker.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:docker-hub-AbCdEf" }
  }

  expect_failures = [var.ecr_pull_through_cache_credential_arns]
}

# 30: and in its own account and region.
run "a_secret_of_another_account_is_refused" {
  command = plan

  variables {
    ecr_pull_through_cache_credential_arns = { "docker.io" = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf" }
  }

  expect_failures = [var.ecr_pull_through_cache_credential_arns]
}

# 30: credentials that nothing would use.
run "credentials_of_a_registry_that_takes_none" {
  command = plan

  variables {
    ecr_pull_through_cache_credential_arns = { "quay.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/quay-AbCdEf" }
  }

  expect_failures = [var.ecr_pull_through_cache_credential_arns]
}
