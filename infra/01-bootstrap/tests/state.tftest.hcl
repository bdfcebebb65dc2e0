# SPDX-License-Identifier: Apache-2.0

# What holds of the bucket and its key once they are there.
variables {
  project                   = "layerbot"
  environment               = "sbx"
  region                    = "eu-west-1"
  account_id                = "123456789012"
  repository                = "acme/infra"
  github_owner_id           = "1111111"
  github_repository_id      = "2222222"
  layerbot_workflow_commits = ["0123456789abcdef0123456789abcdef01234567"]
}

# Nothing is applied here, because what must not be destroyed could not be taken away again; the policies of bucket and key,
# which are not known before, are looked at in infra/test/bootstrap.
override_resource {
  target          = aws_kms_key.state
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000001" }
}

override_resource {
  target          = aws_s3_bucket.logs
  override_during = plan
  values          = { id = "layerbot-sbx-euw1-state-logs" }
}

run "names_are_those_of_the_environment" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "layerbot-sbx-euw1-state"
    error_message = "the bucket is ${aws_s3_bucket.state.bucket}, and backend-config.hcl says layerbot-sbx-euw1-state"
  }

  assert {
    condition     = aws_iam_role.plan.name == "layerbot-sbx-euw1-plan" && aws_iam_role.apply.name == "layerbot-sbx-euw1-apply"
    error_message = "the roles are not those of .github/layerbot.hcl"
  }

  assert {
    condition     = alltrue([for p in aws_iam_policy.apply : startswith(p.name, "layerbot-sbx-euw1-apply-")])
    error_message = "policies of the apply role begin with its name: by that it may not touch them"
  }
}

run "old_states_are_kept_and_nothing_is_public" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "without versions a lost state is lost"
  }

  assert {
    condition = alltrue(flatten([for b in [aws_s3_bucket_public_access_block.state, aws_s3_bucket_public_access_block.logs] :
      [b.block_public_acls, b.block_public_policy, b.ignore_public_acls, b.restrict_public_buckets]
    ]))
    error_message = "a bucket could be made public"
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.state.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs could give states away"
  }

  assert {
    condition     = one([for r in aws_s3_bucket_lifecycle_configuration.state.rule : r.noncurrent_version_expiration[0] if r.id == "old-versions"]).newer_noncurrent_versions == 20
    error_message = "the newest old versions are kept however old they are"
  }
}

run "states_are_encrypted_with_their_own_key" {
  command = plan

  assert {
    condition = alltrue([for r in aws_s3_bucket_server_side_encryption_configuration.state.rule :
      r.bucket_key_enabled && r.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
      && r.apply_server_side_encryption_by_default[0].kms_master_key_id == "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000001"
    ])
    error_message = "the default encryption of the bucket is not the key"
  }

  assert {
    condition     = aws_kms_key.state.enable_key_rotation && aws_kms_key.state.deletion_window_in_days == 30
    error_message = "the key rotates, and its deletion can be stopped for 30 days"
  }

  assert {
    condition     = aws_s3_bucket_logging.state.target_bucket == "layerbot-sbx-euw1-state-logs"
    error_message = "who read a state is written down"
  }
}

run "a_history_too_short_is_refused" {
  command = plan

  variables {
    state_history_days = 7
    access_log_days    = 30
  }

  expect_failures = [var.state_history_days, var.access_log_days]
}
