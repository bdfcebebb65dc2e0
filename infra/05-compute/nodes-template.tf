# SPDX-License-Identifier: Apache-2.0

# How each instance of a pool begins. Its types stay with the node group, and its disk is here: EKS refuses either twice.
resource "aws_launch_template" "node" {
  for_each = local.node_groups

  name                   = "${local.id}-${each.key}"
  description            = "Nodes of ${local.cluster_name}, pool ${each.key}"
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.nodes.id]

  # The root device of AL2023.
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = each.value.disk_size
      encrypted             = true
      kms_key_id            = local.cluster_kms_key_arn
      delete_on_termination = true
    }
  }

  # One hop: no pod but those on the host's network reaches the node's credentials. Pods have their own by Pod Identity.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  # The provider's default tags reach the template, and not what is made by it.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(module.naming.tags, { Name = "${local.id}-${each.key}" })
    }
  }

  tags = { Name = "${local.id}-${each.key}" }
}
