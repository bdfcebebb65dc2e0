# SPDX-License-Identifier: Apache-2.0

variable "password" {
  type      = string
  ephemeral = true
  sensitive = true
}

ephemeral "aws_secretsmanager_secret_version" "other" {
  secret_id = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:other"
}

ephemeral "aws_eks_cluster_auth" "this" {
  name = "eks"
}

resource "aws_secretsmanager_secret" "this" {
  name = "ecr-pullthroughcache/this"
}

resource "aws_secretsmanager_secret_version" "given" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = jsonencode({ username = "u", accessToken = var.password })
  secret_string_wo_version = 1
}

resource "aws_secretsmanager_secret_version" "read" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = "${ephemeral.aws_secretsmanager_secret_version.other.secret_string}${ephemeral.aws_eks_cluster_auth.this.token}"
  secret_string_wo_version = 1
}
