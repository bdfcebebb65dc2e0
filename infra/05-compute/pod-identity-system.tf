# SPDX-License-Identifier: Apache-2.0

# The cluster's own helpers: volumes, secrets, certificates.

locals {
  ebs_csi_kms_key_arns = distinct([local.general_kms_key_arn, local.cluster_kms_key_arn])
}

# Volumes are encrypted with the cluster's key, which is the general one unless another was chosen. ReEncrypt* and
# GenerateDataKey* are the two of each that EBS asks for: with and without plaintext, from and to a key.
data "aws_iam_policy_document" "ebs_csi_kms" {
  statement {
    sid       = "UseTheKeyOfVolumes"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = local.ebs_csi_kms_key_arns
  }

  statement {
    sid       = "GrantItToEbs"
    actions   = ["kms:CreateGrant"]
    resources = local.ebs_csi_kms_key_arns

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

module "pod_identity_ebs_csi" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-ebs-csi"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = "kube-system"
  service_account          = "ebs-csi-controller-sa"
  policies                 = { kms = data.aws_iam_policy_document.ebs_csi_kms.json }

  managed_policy_arns = {
    driver = "arn:${local.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
  }
}

data "aws_iam_policy_document" "cluster_secrets" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = local.cluster_secret_arns
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

module "pod_identity_cluster_secrets" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-cluster-secrets"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "external-secrets"
  policies                 = { secrets = data.aws_iam_policy_document.cluster_secrets.json }
}

locals {
  cert_manager_zones = [
    for z in coalescelist(var.cert_manager_hosted_zone_ids, ["*"]) : "arn:${local.partition}:route53:::hostedzone/${z}"
  ]
}

data "aws_iam_policy_document" "cert_manager_route53" {
  # A challenge is a TXT record; nothing else of a zone is cert-manager's to change.
  # https://cert-manager.io/docs/configuration/acme/dns01/route53/
  statement {
    sid       = "AnswerChallenges"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = local.cert_manager_zones

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["TXT"]
    }

    condition {
      test     = "Null"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["false"]
    }
  }

  statement {
    sid       = "ReadRecords"
    actions   = ["route53:ListResourceRecordSets"]
    resources = local.cert_manager_zones
  }

  statement {
    sid       = "FollowChanges"
    actions   = ["route53:GetChange"]
    resources = ["arn:${local.partition}:route53:::change/*"]
  }

  # IAM-STAR: FindZones: Route 53 lists hosted zones for the account as a whole; neither action knows a resource or a key.
  statement {
    sid       = "FindZones"
    actions   = ["route53:ListHostedZones", "route53:ListHostedZonesByName"]
    resources = ["*"]
  }
}

module "pod_identity_cert_manager_route53" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-cert-manager-route53"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "cert-manager"
  policies                 = { route53 = data.aws_iam_policy_document.cert_manager_route53.json }
}
