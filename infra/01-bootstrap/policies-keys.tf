# SPDX-License-Identifier: Apache-2.0

# Keys of the layers, their use by what is built with them, and log groups.
data "aws_iam_policy_document" "apply_keys" {
  # IAM-STAR: a key has no name before it is made; the request has to bear the project's tags.
  statement {
    sid       = "MakeKeys"
    actions   = ["kms:CreateKey"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Project"
      values   = [var.project]
    }
  }

  # Both come with making a key, and it can take five minutes until its tags count: what bears another project's is left as it is,
  # what bears none is not. https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
  statement {
    sid       = "TagAndRotateKeys"
    actions   = ["kms:EnableKeyRotation", "kms:TagResource"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  statement {
    sid = "ChangeKeys"

    actions = [
      "kms:CancelKeyDeletion",
      "kms:DisableKey",
      "kms:EnableKey",
      "kms:PutKeyPolicy",
      "kms:ScheduleKeyDeletion",
      "kms:UntagResource",
      "kms:UpdateKeyDescription",
    ]

    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  # An alias is a name and a key: both are asked.
  statement {
    sid       = "Aliases"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = ["${local.kms}:alias/${local.id}-*", "${local.kms}:key/*"]
  }

  # A service that encrypts something for whoever makes it asks the key in that caller's name.
  statement {
    sid       = "UseKeysThroughServices"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["ec2", "ecr", "eks", "secretsmanager", "sns", "sqs", "ssm"] : "${service}.${var.region}.${local.dns}"]
    }
  }

  # A machine's volume follows its key by seconds, when tags do not count yet. Such a grant is a service's, and of use to it alone.
  statement {
    sid       = "GrantKeysThroughServices"
    actions   = ["kms:CreateGrant"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["ec2", "ecr"] : "${service}.${var.region}.${local.dns}"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }

  # EKS does not say that it asks: a grant for the cluster's secrets comes from the caller itself.
  # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
  statement {
    sid       = "GrantKeysToServices"
    actions   = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  statement {
    sid = "LogGroups"

    actions = [
      "logs:AssociateKmsKey",
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:DeleteRetentionPolicy",
      "logs:DisassociateKmsKey",
      "logs:PutRetentionPolicy",
      "logs:TagLogGroup",
      "logs:TagResource",
      "logs:UntagLogGroup",
      "logs:UntagResource",
    ]

    resources = [for name in ["/${local.id}/*", "/aws/eks/eks-${local.id}/*"] : "arn:${local.partition}:logs:${local.regional}:log-group:${name}"]
  }
}
