# SPDX-License-Identifier: Apache-2.0

# ReadOnlyAccess reads every object, row, parameter and log, and whoever can push a branch runs code at plan time. Both roles
# are denied what is data; to loosen it where a layer needs something, name that here.
data "aws_iam_policy_document" "no_data" {
  statement {
    sid           = "ReadNoObjectsButStates"
    effect        = "Deny"
    actions       = ["s3:GetObject*"]
    not_resources = ["${local.bucket_arn}/*"]
  }

  statement {
    sid           = "ReadNoOtherSecrets"
    effect        = "Deny"
    actions       = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]
    not_resources = local.plan_secrets
  }

  statement {
    sid           = "ReadNoParametersButPublicOnes"
    effect        = "Deny"
    actions       = ["ssm:GetParameter*"]
    not_resources = ["arn:${local.partition}:ssm:*::parameter/aws/service/*"]
  }

  statement {
    sid    = "ReadNoDataAndTakeNoOtherIdentity"
    effect = "Deny"

    actions = [
      "athena:GetQueryResults*",
      "codeartifact:GetAuthorizationToken",
      "codecommit:GetBlob",
      "codecommit:GetFile",
      "codecommit:GitPull",
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "ec2:GetConsole*",
      "ec2:GetPasswordData",
      "ecr:GetAuthorizationToken",
      "kinesis:Get*",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "logs:StartQuery",
      "rds-db:connect",
      "redshift:GetClusterCredentials*",
      "sqs:ReceiveMessage",
      "ssm:StartSession",
      "sts:AssumeRole*",
      "sts:GetFederationToken",
    ]

    resources = ["*"]
  }
}
