# SPDX-License-Identifier: Apache-2.0

variable "least" {
  type    = number
  default = 1
}

resource "aws_eks_node_group" "this" {
  cluster_name    = "eks"
  node_group_name = "pool"
  node_role_arn   = "arn:aws:iam::777788889999:role/node"
  subnet_ids      = ["subnet-0123456789abcdef0"]

  scaling_config {
    min_size     = var.least
    desired_size = max(2, var.least)
    max_size     = 5
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}
