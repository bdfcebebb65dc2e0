# SPDX-License-Identifier: Apache-2.0

# Who asked the ALBs for what. There is no bucket while there is no ALB.

#tfsec:ignore:aws-s3-enable-bucket-logging It holds access logs; logs of who reads logs would go on for ever
#trivy:ignore:AVD-AWS-0089 It holds access logs; logs of who reads logs would go on for ever
resource "aws_s3_bucket" "lb_logs" {
  #checkov:skip=CKV_AWS_18:It holds access logs; logs of who reads logs would go on for ever
  #checkov:skip=CKV_AWS_144:Logs are not worth a copy in another region
  #checkov:skip=CKV_AWS_145:Load balancers can write to buckets with S3's own key only
  #checkov:skip=CKV2_AWS_62:Nobody waits for a log file
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket        = "${local.id}-lb-logs"
  force_destroy = !var.deletion_protection

  tags = { Name = "${local.id}-lb-logs" }
}

resource "aws_s3_bucket_public_access_block" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket                  = aws_s3_bucket.lb_logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket = aws_s3_bucket.lb_logs[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket = aws_s3_bucket.lb_logs[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

#tfsec:ignore:aws-s3-encryption-customer-key Load balancers can write to buckets with S3's own key only
#trivy:ignore:AVD-AWS-0132 Load balancers can write to buckets with S3's own key only
resource "aws_s3_bucket_server_side_encryption_configuration" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket = aws_s3_bucket.lb_logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket = aws_s3_bucket.lb_logs[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_retention_in_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.lb_logs]
}

resource "aws_s3_bucket_policy" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  bucket = aws_s3_bucket.lb_logs[0].id
  policy = data.aws_iam_policy_document.lb_logs[0].json

  depends_on = [aws_s3_bucket_public_access_block.lb_logs] # S3 changes one of them at a time
}

data "aws_iam_policy_document" "lb_logs" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  # The service writes below the number of the account that has the load balancer: nobody else's can fill this bucket.
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
  statement {
    sid       = "LoadBalancersOfThisAccount"
    actions   = ["s3:PutObject"]
    resources = [for alb in ["cloudfront", "websocket"] : "${aws_s3_bucket.lb_logs[0].arn}/${alb}/AWSLogs/${var.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "TLSOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.lb_logs[0].arn, "${aws_s3_bucket.lb_logs[0].arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
