# SPDX-License-Identifier: Apache-2.0

# Who read and wrote states. S3 delivers such logs only to a bucket with S3's own encryption, and not about that bucket itself:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
#tfsec:ignore:aws-s3-enable-bucket-logging logs of who reads logs would go on for ever
#trivy:ignore:AVD-AWS-0089 logs of who reads logs would go on for ever
resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_144:logs are not worth a copy in another region
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets with its own encryption
  #checkov:skip=CKV2_AWS_62:nobody waits for a log file

  bucket = local.logs

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

#tfsec:ignore:aws-s3-encryption-customer-key S3 delivers access logs only to buckets with its own encryption
#trivy:ignore:AVD-AWS-0132 S3 delivers access logs only to buckets with its own encryption
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "old-logs"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_log_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.logs]
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs_bucket.json

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

data "aws_iam_policy_document" "logs_bucket" {
  source_policy_documents = [data.aws_iam_policy_document.tls["logs"].json]

  statement {
    sid       = "S3Delivers"
    actions   = ["s3:PutObject"]
    resources = ["${local.logs_arn}/state/*"]

    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.bucket_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}
