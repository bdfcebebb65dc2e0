# SPDX-License-Identifier: Apache-2.0

data "aws_partition" "current" {}

# Names are made here and not taken from resources, so that policies can name each other's principals without a circle.
locals {
  partition = data.aws_partition.current.partition
  dns       = data.aws_partition.current.dns_suffix

  bucket     = "${local.id}-state"
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket}"
  logs       = "${local.id}-state-logs"
  logs_arn   = "arn:${local.partition}:s3:::${local.logs}"

  # iam is the prefix of what IAM has in this account, regional that of what a service has in the region.
  iam      = "arn:${local.partition}:iam::${var.account_id}"
  regional = "${var.region}:${var.account_id}"

  plan_role    = "${local.id}-plan"
  apply_role   = "${local.id}-apply"
  boundary     = "${local.id}-boundary"
  boundary_arn = "${local.iam}:policy/${local.boundary}"

  # What stands here and nobody but a person may touch: the roles and policies of this layer. No other layer's names begin so.
  own_roles    = [for name in [local.plan_role, local.apply_role] : "${local.iam}:role/${name}"]
  own_policies = [for name in ["boundary", "no-data", "plan-*", "apply-*"] : "${local.iam}:policy/${local.id}-${name}"]

  own_state = "${local.bucket_arn}/bootstrap/terraform.tfstate" # as in environments/*/backend-config.hcl

  # What other layers may be called, as roles and the rest.
  roles = "${local.iam}:role/${local.id}-*"
  ec2   = "arn:${local.partition}:ec2:${local.regional}"
  kms   = "arn:${local.partition}:kms:${local.regional}"

  # Secrets that plans may read: those of the configuration, and the registry's that 05-compute writes.
  plan_secrets = [
    for name in ["layerbot/plan/*", "ecr-pullthroughcache/*.azurecr.io-*"] :
    "arn:${local.partition}:secretsmanager:${local.regional}:secret:${name}"
  ]
}
