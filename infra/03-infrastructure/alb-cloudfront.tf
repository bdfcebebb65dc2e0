# SPDX-License-Identifier: Apache-2.0

# CloudFront → VPC origin → this ALB → the ingress load balancer → pods. Internal: it has no public address.

resource "aws_lb" "cloudfront" {
  #checkov:skip=CKV_AWS_150:deletion_protection is on by default, and off in sbx
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  name                       = "${local.id}-cf"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = [for letter in keys(local.zones) : aws_subnet.private[letter].id]
  security_groups            = [aws_security_group.cloudfront_alb[0].id]
  drop_invalid_header_fields = true
  idle_timeout               = 600 # WebSockets are silent for long, and CloudFront closes them after ten minutes
  enable_deletion_protection = var.deletion_protection

  access_logs {
    bucket  = aws_s3_bucket.lb_logs[0].id
    prefix  = "cloudfront"
    enabled = true
  }

  tags = { Name = "${local.id}-cloudfront" }

  # AWS tries the bucket when logs are turned on.
  depends_on = [aws_s3_bucket_policy.lb_logs, aws_ec2_subnet_cidr_reservation.ingress]
}

resource "aws_lb_listener" "cloudfront" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  load_balancer_arn = aws_lb.cloudfront[0].arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = local.tls_policy
  certificate_arn   = var.cloudfront_certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.alb["cf"].arn
  }
}

resource "aws_security_group" "cloudfront_alb" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  name        = "${local.id}-cloudfront-alb"
  description = "ALB of the VPC origin: HTTPS from CloudFront, to the ingress load balancer"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.id}-cloudfront-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "cloudfront_alb" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  security_group_id = aws_security_group.cloudfront_alb[0].id
  description       = "HTTPS from CloudFront"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront[0].id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "cloudfront_alb" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  security_group_id            = aws_security_group.cloudfront_alb[0].id
  description                  = "HTTPS to the ingress load balancer"
  referenced_security_group_id = aws_security_group.ingress_nlb[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

# The servers of CloudFront that speak to origins.
data "aws_ec2_managed_prefix_list" "cloudfront" {
  count = var.enable_cloudfront_vpc_origin ? 1 : 0

  name = "com.amazonaws.global.cloudfront.origin-facing"
}
