# SPDX-License-Identifier: Apache-2.0

# Two keys: what holds data (volumes, secrets of Kubernetes, images, logs), and what holds secrets. Roles that use them say so
# in their own policies; the keys' policies name those who have none.

resource "aws_kms_key" "general" {
  description             = "${local.id}: volumes, Kubernetes secrets, images, logs"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_in_days
  policy                  = data.aws_iam_policy_document.general_key.json

  tags = { Name = "${local.id}-general" }
}

resource "aws_kms_alias" "general" {
  name          = "alias/${local.id}-general"
  target_key_id = aws_kms_key.general.key_id
}

resource "aws_kms_key" "secrets" {
  description             = "${local.id}: Secrets Manager"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_in_days
  policy                  = data.aws_iam_policy_document.secrets_key.json

  tags = { Name = "${local.id}-secrets" }
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${local.id}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}
