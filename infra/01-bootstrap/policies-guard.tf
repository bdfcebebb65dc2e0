# SPDX-License-Identifier: Apache-2.0

# What the apply role may not touch whatever else it is given: this layer. A person with administrator rights applies it.
data "aws_iam_policy_document" "apply_guard" {
  source_policy_documents = [data.aws_iam_policy_document.apply_states.json]

  statement {
    sid    = "KeepWhatLetsLayerbotIn"
    effect = "Deny"

    actions = [
      "iam:AddClientIDToOpenIDConnectProvider",
      "iam:AddRoleToInstanceProfile",
      "iam:Attach*",
      "iam:Create*",
      "iam:Delete*",
      "iam:Detach*",
      "iam:PassRole",
      "iam:Put*",
      "iam:Remove*",
      "iam:SetDefaultPolicyVersion",
      "iam:Tag*",
      "iam:Untag*",
      "iam:Update*",
    ]

    resources = concat(local.own_roles, local.own_policies, [local.provider_arn])
  }

  statement {
    sid       = "BoundariesStay"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"]
    resources = ["${local.iam}:role/*"]
  }

  statement {
    sid    = "NoRoleWithoutTheBoundary"
    effect = "Deny"

    actions = [
      "iam:AttachRolePolicy",
      "iam:CreateRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:PutRolePolicy",
    ]

    resources = ["${local.iam}:role/*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary_arn]
    }
  }

  statement {
    sid    = "NoKeysThatLast"
    effect = "Deny"

    actions = [
      "iam:CreateAccessKey",
      "iam:CreateLoginProfile",
      "iam:CreateServiceSpecificCredential",
      "iam:CreateUser",
      "iam:UploadSSHPublicKey",
      "iam:UploadSigningCertificate",
    ]

    resources = ["${local.iam}:user/*"]
  }

  statement {
    sid    = "KeepTheStateBucket"
    effect = "Deny"

    actions = [
      "s3:BypassGovernanceRetention",
      "s3:DeleteBucket*",
      "s3:DeleteObjectVersion",
      "s3:PutAccelerateConfiguration",
      "s3:PutAnalyticsConfiguration",
      "s3:PutBucket*",
      "s3:PutEncryptionConfiguration",
      "s3:PutInventoryConfiguration",
      "s3:PutLifecycleConfiguration",
      "s3:PutReplicationConfiguration",
    ]

    resources = [local.bucket_arn, "${local.bucket_arn}/*", local.logs_arn, "${local.logs_arn}/*"]
  }

  # A state names the providers that Terraform then runs: who writes this layer's runs code as the person who applies it.
  statement {
    sid       = "KeepTheStateOfThisLayer"
    effect    = "Deny"
    actions   = ["s3:DeleteObject*", "s3:PutObject*"]
    resources = [local.own_state]
  }

  statement {
    sid       = "KeepTheLogsOfStates"
    effect    = "Deny"
    actions   = ["s3:DeleteObject*", "s3:PutObject*"]
    resources = ["${local.logs_arn}/*"]
  }

  statement {
    sid    = "KeepTheKeyOfStates"
    effect = "Deny"

    actions = [
      "kms:CreateGrant",
      "kms:DeleteAlias",
      "kms:DeleteImportedKeyMaterial",
      "kms:DisableKey*",
      "kms:EnableKey",
      "kms:PutKeyPolicy",
      "kms:ReplicateKey",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]

    resources = [aws_kms_key.state.arn, aws_kms_alias.state.arn]
  }
  # A key that bears no tags could be made the project's own by giving it some. What has another's alias is another's; a key that
  # is being made has none.
  statement {
    sid       = "KeysOfOthers"
    effect    = "Deny"
    actions   = ["kms:TagResource"]
    resources = ["${local.kms}:key/*"]

    condition {
      test     = "ForAnyValue:StringNotLike"
      variable = "kms:ResourceAliases"
      values   = ["alias/${local.id}-*"]
    }
  }
}
