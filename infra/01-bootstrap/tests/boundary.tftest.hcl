# SPDX-License-Identifier: Apache-2.0

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

# What it denies is asked in infra/test/bootstrap: it names the states' key, which is not known before.
override_resource {
  target          = aws_iam_policy.boundary
  override_during = plan
  values          = { arn = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary" }
}

run "roles_are_made_with_the_boundary_only" {
  command = plan

  assert {
    condition = alltrue([for s in jsondecode(data.aws_iam_policy_document.apply_identity.json).Statement :
      s.Condition.StringEquals["iam:PermissionsBoundary"] == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
      if length(setintersection(flatten([s.Action]), ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])) > 0
    ])
    error_message = "a role can be made, or given a policy, without the boundary"
  }

  assert {
    condition     = aws_iam_policy.boundary.name == "layerbot-prod-euw1-boundary"
    error_message = "the apply role asks for layerbot-prod-euw1-boundary"
  }

  assert {
    condition     = aws_iam_role.plan.permissions_boundary == null && aws_iam_role.apply.permissions_boundary == null
    error_message = "the boundary is one for workloads: below it the apply role could build nothing"
  }
}

run "layers_are_told_the_boundary" {
  command = plan

  assert {
    condition     = output.permissions_boundary_arn == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    error_message = "the layers are told ${output.permissions_boundary_arn}"
  }

  assert {
    condition     = alltrue([for p in concat(keys(aws_iam_policy.plan), keys(aws_iam_policy.apply)) : p != "boundary"])
    error_message = "the boundary is attached as a policy: it would grant what it only limits"
  }
}
