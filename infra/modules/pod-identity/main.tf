# SPDX-License-Identifier: Apache-2.0

# A role for the pods of one service account of one cluster, by EKS Pod Identity: trust, policies, association.

data "aws_iam_policy_document" "trust" {
  # The service itself is the principal of every cluster of every account: the session tags that it sets say for whom it asks.
  # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
  statement {
    sid     = "PodsOfThisServiceAccount"
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-arn"
      values   = [var.cluster_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [var.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [var.service_account]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Pods of ${var.namespace}/${var.service_account} in ${var.cluster_name}."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn

  tags = { Name = var.name }
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = var.managed_policy_arns

  role       = aws_iam_role.this.name
  policy_arn = each.value
}

# A pod gets the role's credentials only if the association was there when the pod was made: the permissions come first, and
# who makes pods (an addon) waits for this module.
resource "aws_eks_pod_identity_association" "this" {
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn

  tags = { Name = var.name }

  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.this]
}
