# SPDX-License-Identifier: Apache-2.0

data "aws_partition" "current" {}

locals {
  # Terraform keeps no output that is null: what 03-infrastructure has not made is not in its state at all.
  infrastructure = merge({ ingress_nlb_security_group_id = null }, data.terraform_remote_state.infrastructure.outputs)

  # The provider works in no other account (allowed_account_ids) and in no other region.
  account_id = var.account_id
  region     = var.region
  partition  = data.aws_partition.current.partition

  # 03-infrastructure writes the same name on subnets and in the management server's role: the cluster has a precondition.
  cluster_name = "eks-${local.id}"

  vpc_cidr_blocks          = concat([local.infrastructure.vpc_cidr_block], local.infrastructure.vpc_secondary_cidr_blocks)
  general_kms_key_arn      = local.infrastructure.general_kms_key_arn
  secrets_kms_key_arn      = local.infrastructure.secrets_kms_key_arn
  permissions_boundary_arn = local.infrastructure.permissions_boundary_arn

  # What tells instances with GPUs or other accelerators: the rules of policies/terraform_instance.rego go by the same.
  gpu_family = "^(p\\d|g\\d|trn|inf|dl\\d)"
}
