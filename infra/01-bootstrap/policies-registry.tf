# SPDX-License-Identifier: Apache-2.0

# Images, their caches and findings; queues, topics and rules for events; secrets; documents of sessions.
data "aws_iam_policy_document" "apply_registry" {
  statement {
    sid = "Repositories"

    actions = [
      "ecr:CreateRepository",
      "ecr:DeleteLifecyclePolicy",
      "ecr:DeleteRepository",
      "ecr:PutImageScanningConfiguration",
      "ecr:PutImageTagMutability",
      "ecr:PutLifecyclePolicy",
      "ecr:TagResource",
      "ecr:UntagResource",
    ]

    resources = ["arn:${local.partition}:ecr:${local.regional}:repository/${local.id}/*"]
  }

  # Who writes a template must be allowed what it will do, and a cache's repositories are named after its upstream. What bears another
  # project's tags is left as it is. https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create.html
  statement {
    sid       = "RepositoriesOfCaches"
    actions   = ["ecr:CreateRepository", "ecr:PutLifecyclePolicy"]
    resources = ["arn:${local.partition}:ecr:${local.regional}:repository/*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  # IAM-STAR: settings of the registry, of which an account has one in a region: AWS knows no resource for them.
  statement {
    sid = "Registry"

    actions = [
      "ecr:CreatePullThroughCacheRule",
      "ecr:CreateRepositoryCreationTemplate",
      "ecr:DeletePullThroughCacheRule",
      "ecr:DeleteRepositoryCreationTemplate",
      "ecr:PutRegistryScanningConfiguration",
      "ecr:UpdatePullThroughCacheRule",
      "ecr:UpdateRepositoryCreationTemplate",
      "inspector2:Disable",
      "inspector2:Enable",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid = "Secrets"

    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteResourcePolicy",
      "secretsmanager:DeleteSecret",
      "secretsmanager:PutResourcePolicy",
      "secretsmanager:PutSecretValue",
      "secretsmanager:RestoreSecret",
      "secretsmanager:TagResource",
      "secretsmanager:UntagResource",
      "secretsmanager:UpdateSecret",
      "secretsmanager:UpdateSecretVersionStage",
    ]

    # A secret that is not there yet has no suffix.
    resources = [for suffix in ["", "-*"] : "arn:${local.partition}:secretsmanager:${local.regional}:secret:ecr-pullthroughcache/*.azurecr.io${suffix}"]
  }

  statement {
    sid = "Events"

    actions = [
      "events:DeleteRule",
      "events:DisableRule",
      "events:EnableRule",
      "events:PutRule",
      "events:PutTargets",
      "events:RemoveTargets",
      "events:TagResource",
      "events:UntagResource",
      "sns:CreateTopic",
      "sns:DeleteTopic",
      "sns:SetTopicAttributes",
      "sns:TagResource",
      "sns:UntagResource",
      "sqs:CreateQueue",
      "sqs:DeleteQueue",
      "sqs:SetQueueAttributes",
      "sqs:TagQueue",
      "sqs:UntagQueue",
      "ssm:AddTagsToResource",
      "ssm:CreateDocument",
      "ssm:DeleteDocument",
      "ssm:RemoveTagsFromResource",
      "ssm:UpdateDocument",
      "ssm:UpdateDocumentDefaultVersion",
    ]

    resources = [for name in ["events:${local.regional}:rule/", "sns:${local.regional}:", "sqs:${local.regional}:", "ssm:${local.regional}:document/"] :
      "arn:${local.partition}:${name}${local.id}-*"
    ]
  }
}
