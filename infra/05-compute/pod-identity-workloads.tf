# SPDX-License-Identifier: Apache-2.0

# The applications: models (bedrock), documents (ai_data), speech.

data "aws_iam_policy_document" "assistants_core_secrets" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = local.assistants_core_secret_arns
  }

  statement {
    sid       = "KeyOfSecrets"
    actions   = ["kms:Decrypt"]
    resources = [local.secrets_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${local.region}.amazonaws.com"]
    }
  }
}

module "pod_identity_assistants_core" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-assistants-core"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "assistants-core"

  policies = {
    bedrock = data.aws_iam_policy_document.bedrock.json
    ai-data = data.aws_iam_policy_document.ai_data.json
    secrets = data.aws_iam_policy_document.assistants_core_secrets.json
  }
}

module "pod_identity_litellm" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-litellm"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "litellm"
  policies                 = { bedrock = data.aws_iam_policy_document.bedrock.json }
}

module "pod_identity_ingestion" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-ingestion"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "backend-service-ingestion"
  policies                 = { ai-data = data.aws_iam_policy_document.ai_data.json }
}

module "pod_identity_ingestion_worker" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-ingestion-worker"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "backend-service-ingestion-worker"

  policies = {
    bedrock = data.aws_iam_policy_document.bedrock.json
    ai-data = data.aws_iam_policy_document.ai_data.json
  }
}

data "aws_iam_policy_document" "speech" {
  # IAM-STAR: TranscribeSpeech: a stream has no ARN, and a job none before it is started; the region is all that can be said.
  statement {
    sid = "TranscribeSpeech"

    actions = [
      "transcribe:StartStreamTranscription",
      "transcribe:StartStreamTranscriptionWebSocket",
      "transcribe:StartTranscriptionJob",
      "transcribe:ListTranscriptionJobs",
    ]

    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }

  statement {
    sid       = "JobsOfThisAccount"
    actions   = ["transcribe:GetTranscriptionJob", "transcribe:DeleteTranscriptionJob"]
    resources = ["arn:${local.partition}:transcribe:${local.region}:${local.account_id}:transcription-job/*"]
  }
}

module "pod_identity_speech" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-speech"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "backend-service-speech"
  policies                 = { transcribe = data.aws_iam_policy_document.speech.json }
}
