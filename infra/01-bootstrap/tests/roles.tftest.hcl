# SPDX-License-Identifier: Apache-2.0

# ../../common.auto.tfvars, ../github.auto.tfvars and 00-config.auto.tfvars of prod, with ids that tell each other apart.
variables {
  project                   = "layerbot"
  environment               = "prod"
  region                    = "eu-west-1"
  account_id                = "777788889999"
  repository                = "acme/infra"
  github_owner_id           = "1111111"
  github_repository_id      = "2222222"
  layerbot_workflow_commits = ["0123456789abcdef0123456789abcdef01234567"]
}

# 81: audience, subject in both forms, repository, branch and workflow, compared as a whole.
run "the_apply_role_admits_its_environments_jobs" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "token.actions.githubusercontent.com:aud"              = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:job_workflow_ref" = "layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567"
        "token.actions.githubusercontent.com:ref"              = "refs/heads/prod"
        "token.actions.githubusercontent.com:repository_id"    = "2222222"
        "token.actions.githubusercontent.com:sub"              = ["repo:acme/infra:environment:prod", "repo:acme@1111111/infra@2222222:environment:prod"]
      }
    }
    error_message = "the condition is ${jsonencode(jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Condition)}"
  }

  assert {
    condition     = length(jsondecode(aws_iam_role.apply.assume_role_policy).Statement) == 1
    error_message = "a second statement would admit somebody else"
  }
}

# 81: plans come from every branch, in an environment of their own.
run "the_plan_role_admits_plans_from_every_branch" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.plan.assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "token.actions.githubusercontent.com:aud"              = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:job_workflow_ref" = "layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567"
        "token.actions.githubusercontent.com:repository_id"    = "2222222"
        "token.actions.githubusercontent.com:sub"              = ["repo:acme/infra:environment:plan-prod", "repo:acme@1111111/infra@2222222:environment:plan-prod"]
      }
    }
    error_message = "the condition is ${jsonencode(jsondecode(aws_iam_role.plan.assume_role_policy).Statement[0].Condition)}"
  }
}

# 80: nothing that lasts: a token, a session of an hour, no user and no key.
run "sessions_last_an_hour" {
  command = plan

  assert {
    condition     = aws_iam_role.plan.max_session_duration == 3600 && aws_iam_role.apply.max_session_duration == 3600
    error_message = "an hour is enough: the bot renews the session of a long apply"
  }

  assert {
    condition     = aws_iam_openid_connect_provider.github.client_id_list == toset(["sts.amazonaws.com"])
    error_message = "the provider lists another audience than sts.amazonaws.com"
  }
}

run "another_branch_is_the_environments_own_setting" {
  command = plan

  variables {
    github_branch = "main"
  }

  assert {
    condition     = jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:ref"] == "refs/heads/main"
    error_message = "ref is not refs/heads/main"
  }
}

run "two_versions_of_layerbot_while_one_follows_the_other" {
  command = plan

  variables {
    layerbot_workflow_commits = ["0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef"]
  }

  assert {
    condition = length(
      jsondecode(aws_iam_role.apply.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:job_workflow_ref"]
    ) == 2
    error_message = "both commits are admitted"
  }
}

run "a_tag_of_layerbot_is_refused" {
  command = plan

  variables {
    layerbot_workflow_commits = ["v1"]
  }

  expect_failures = [var.layerbot_workflow_commits]
}

run "a_short_commit_is_refused" {
  command = plan

  variables {
    layerbot_workflow_commits = ["0123456"]
  }

  expect_failures = [var.layerbot_workflow_commits]
}

run "no_commit_at_all_is_refused" {
  command = plan

  variables {
    layerbot_workflow_commits = []
  }

  expect_failures = [var.layerbot_workflow_commits]
}

run "a_wildcard_in_the_branch_is_refused" {
  command = plan

  variables {
    github_branch = "release/*"
  }

  expect_failures = [var.github_branch]
}

run "a_ref_is_no_branch" {
  command = plan

  variables {
    github_branch = "refs/heads/main"
  }

  expect_failures = [var.github_branch]
}

run "a_wildcard_in_the_workflow_is_refused" {
  command = plan

  variables {
    layerbot_workflow = "layerbot/layerbot/.github/workflows/*.yml"
  }

  expect_failures = [var.layerbot_workflow]
}

run "a_name_is_no_id" {
  command = plan

  variables {
    github_owner_id      = "acme"
    github_repository_id = "infra"
  }

  expect_failures = [var.github_owner_id, var.github_repository_id]
}
