# SPDX-License-Identifier: Apache-2.0

# A role for pods: who gets it, and that it is bounded.

provider "aws" {
  region = "eu-west-1"
}

variables {
  name                     = "layerbot-sbx-euw1-litellm"
  cluster_name             = "eks-layerbot-sbx-euw1"
  cluster_arn              = "arn:aws:eks:eu-west-1:123456789012:cluster/eks-layerbot-sbx-euw1"
  namespace                = "unique"
  service_account          = "litellm"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/layerbot-sbx-euw1-boundary"
  policies                 = { models = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"List\",\"Effect\":\"Allow\",\"Action\":\"bedrock:ListFoundationModels\",\"Resource\":\"*\"}]}" }
  managed_policy_arns      = { driver = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy" }
}

# 17–25: the service assumes and tags, for this cluster's one service account and no other.
run "trust_is_of_one_service_account" {
  command = plan

  assert {
    condition     = length(jsondecode(aws_iam_role.this.assume_role_policy).Statement) == 1
    error_message = "One statement, and no other way in."
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "pods.eks.amazonaws.com" }
      && sort(jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Action) == tolist(["sts:AssumeRole", "sts:TagSession"])
    )
    error_message = "pods.eks.amazonaws.com assumes the role and tags the session."
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-west-1:123456789012:cluster/eks-layerbot-sbx-euw1"
        "aws:RequestTag/kubernetes-namespace"       = "unique"
        "aws:RequestTag/kubernetes-service-account" = "litellm"
      }
    }
    error_message = "The tags that EKS sets say cluster, namespace and service account."
  }
}

# 17–25
run "the_role_is_bounded_and_associated" {
  command = plan

  assert {
    condition     = aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/layerbot-sbx-euw1-boundary"
    error_message = "Every role has the boundary."
  }

  assert {
    condition = (
      aws_eks_pod_identity_association.this.cluster_name == "eks-layerbot-sbx-euw1"
      && aws_eks_pod_identity_association.this.namespace == "unique"
      && aws_eks_pod_identity_association.this.service_account == "litellm"
    )
    error_message = "The association is of the same service account as the trust."
  }

  assert {
    condition     = keys(aws_iam_role_policy.this) == ["models"] && aws_iam_role_policy_attachment.this["driver"].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
    error_message = "The policies are the role's."
  }
}

# 17–25: IAM takes 64 characters.
run "a_name_too_long" {
  command = plan

  variables {
    name = "layerbot-sbx-euw1-0123456789012345678901234567890123456789012345678"
  }

  expect_failures = [var.name]
}

# 17–25: a wildcard would let in whoever can name a service account.
run "a_wildcard_is_no_service_account" {
  command = plan

  variables {
    service_account = "*"
  }

  expect_failures = [var.service_account]
}

# 17–25
run "nor_is_one_a_namespace" {
  command = plan

  variables {
    namespace = "uni*"
  }

  expect_failures = [var.namespace]
}

# 17–25
run "a_role_without_a_boundary" {
  command = plan

  variables {
    permissions_boundary_arn = ""
  }

  expect_failures = [var.permissions_boundary_arn]
}
