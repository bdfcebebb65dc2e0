# SPDX-License-Identifier: Apache-2.0

# The pools of nodes. A pool's instance types cannot change: AWS replaces the pool, and Terraform takes the old one away first.
# Add a pool, drain the old one, remove it.
resource "aws_eks_node_group" "this" {
  for_each = local.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "${local.id}-${each.key}"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = local.infrastructure.private_subnet_ids
  version         = aws_eks_cluster.this.version
  release_version = each.value.release_version

  ami_type       = each.value.ami_type
  capacity_type  = each.value.capacity_type
  instance_types = each.value.instance_types
  labels         = each.value.labels

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    desired_size = each.value.desired_size
    min_size     = each.value.min_size
    max_size     = each.value.max_size
  }

  update_config {
    max_unavailable_percentage = each.value.max_unavailable_percentage
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }

  tags = { Name = "${local.id}-${each.key}" }

  # What a node needs to join, for as long as there are nodes.
  depends_on = [
    aws_iam_role_policy_attachment.node,
    aws_vpc_endpoint.eks,
    aws_vpc_security_group_egress_rule.nodes_cluster,
    aws_vpc_security_group_egress_rule.nodes_private,
    aws_vpc_security_group_egress_rule.nodes_s3,
    aws_vpc_security_group_egress_rule.nodes_self,
    aws_vpc_security_group_ingress_rule.nodes_cluster,
    aws_vpc_security_group_ingress_rule.nodes_self,
    aws_vpc_security_group_ingress_rule.nodes_vpc,
  ]

  # desired_size is where a pool starts; from then on it is the autoscaler's, or a person's.
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}
