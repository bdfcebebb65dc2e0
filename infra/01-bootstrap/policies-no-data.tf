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
      "appconfig:GetConfiguration",
      "appconfig:GetHostedConfigurationVersion",
      "athena:GetQueryResults*",
      "cassandra:Select",
      "codeartifact:GetAuthorizationToken",
      "codeartifact:GetPackageVersionAsset",
      "codeartifact:ReadFromRepository",
      "codecommit:GetBlob",
      "codecommit:GetFile",
      "codecommit:GitPull",
      "cognito-identity:Get*Token*",
      "cognito-identity:GetCredentialsForIdentity",
      "connect:GetFederationToken",
      "dax:BatchGetItem",
      "dax:GetItem",
      "dax:Query",
      "dax:Scan",
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "ec2:GetConsole*",
      "ec2:GetPasswordData",
      "ecr:BatchGetImage",
      "ecr:GetAuthorizationToken",
      "ecr:GetDownloadUrlForLayer",
      "es:ESHttp*",
      "glacier:GetJobOutput",
      "glue:GetStatement",
      "healthlake:ReadResource",
      "healthlake:SearchWith*",
      "kendra:Query",
      "kinesis:Get*",
      "kinesisvideo:Get*",
      "lambda:GetFunction",
      "lambda:GetLayerVersion*",
      "lightsail:GetBucketAccessKeys",
      "logs:FilterLogEvents",
      "logs:GetLogEvents",
      "logs:GetLogObject",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:StartLiveTail",
      "logs:StartQuery",
      "mediastore:GetObject",
      "qldb:GetBlock",
      "qldb:GetRevision",
      "rds-db:connect",
      "rds:Download*",
      "redshift:GetClusterCredentials*",
      "s3-object-lambda:GetObject*",
      "s3-outposts:GetObject*",
      "s3tables:GetTableData",
      "s3vectors:GetVectors",
      "s3vectors:QueryVectors",
      "sdb:Select*",
      "sqs:ReceiveMessage",
      "ssm:GetCommandInvocation",
      "ssm:ListCommandInvocations",
      "ssm:StartSession",
      "states:GetExecutionHistory",
      "sts:AssumeRole*",
      "sts:GetFederationToken",
      "transcribe:Get*Job",
      "workdocs:Get*",
      "xray:BatchGet*",
    ]

    resources = ["*"]
  }
}
