# SPDX-License-Identifier: Apache-2.0

# Two roles, and none that is both. They have no boundary: what they may do stands in policies-*.tf, and neither may change it.
resource "aws_iam_role" "plan" {
  name                 = local.plan_role
  description          = "Layerbot plans ${var.environment} and looks for drift"
  assume_role_policy   = data.aws_iam_policy_document.trust["plan"].json
  max_session_duration = 3600
}

resource "aws_iam_role" "apply" {
  name                 = local.apply_role
  description          = "Layerbot applies what was reviewed to ${var.environment}"
  assume_role_policy   = data.aws_iam_policy_document.trust["apply"].json
  max_session_duration = 3600
}

locals {
  # What is attached to whom: name of the policy → its document. All are made here, and have the role's name in front.
  plan_policies = {
    states = data.aws_iam_policy_document.plan_states.json
  }

  apply_policies = {
    states   = data.aws_iam_policy_document.apply_guard.json
    network  = data.aws_iam_policy_document.apply_network.json
    compute  = data.aws_iam_policy_document.apply_compute.json
    registry = data.aws_iam_policy_document.apply_registry.json
    keys     = data.aws_iam_policy_document.apply_keys.json
    identity = data.aws_iam_policy_document.apply_identity.json
  }
}

resource "aws_iam_policy" "plan" {
  for_each = local.plan_policies

  name        = "${local.plan_role}-${each.key}"
  description = "Of the role ${local.plan_role}"
  policy      = each.value
}

resource "aws_iam_policy" "apply" {
  for_each = local.apply_policies

  name        = "${local.apply_role}-${each.key}"
  description = "Of the role ${local.apply_role}"
  policy      = each.value
}

resource "aws_iam_policy" "no_data" {
  name        = "${local.id}-no-data"
  description = "Takes from ReadOnlyAccess what is data and not infrastructure"
  policy      = data.aws_iam_policy_document.no_data.json
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = aws_iam_policy.plan

  role       = aws_iam_role.plan.name
  policy_arn = each.value.arn
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = aws_iam_policy.apply

  role       = aws_iam_role.apply.name
  policy_arn = each.value.arn
}

# Both read all there is to refresh. The denial comes first and goes last, so that no session ever reads data.
resource "aws_iam_role_policy_attachment" "no_data" {
  for_each = toset([local.plan_role, local.apply_role])

  role       = each.value
  policy_arn = aws_iam_policy.no_data.arn

  depends_on = [aws_iam_role.plan, aws_iam_role.apply]
}

resource "aws_iam_role_policy_attachment" "read_only" {
  for_each = toset([local.plan_role, local.apply_role])

  role       = each.value
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"

  depends_on = [aws_iam_role_policy_attachment.no_data]
}
