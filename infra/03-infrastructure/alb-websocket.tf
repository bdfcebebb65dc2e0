# SPDX-License-Identifier: Apache-2.0

# The only thing with a public address, and only in the Dual model.

#tfsec:ignore:aws-elb-alb-not-public It is public on purpose, and off unless enable_websocket_alb
#trivy:ignore:AVD-AWS-0053 It is public on purpose, and off unless enable_websocket_alb
resource "aws_lb" "websocket" {
  #checkov:skip=CKV2_AWS_76:The web ACL is not made here, so that its rules cannot be seen here
  #checkov:skip=CKV_AWS_150:deletion_protection is on by default, and off in sbx
  count = var.enable_websocket_alb ? 1 : 0

  name                       = "${local.id}-ws"
  internal                   = false
  load_balancer_type         = "application"
  subnets                    = [for letter in keys(local.zones) : aws_subnet.public[letter].id]
  security_groups            = [aws_security_group.websocket_alb[0].id]
  drop_invalid_header_fields = true
  idle_timeout               = 3600 # WebSockets are silent for long
  enable_deletion_protection = var.deletion_protection

  access_logs {
    bucket  = aws_s3_bucket.lb_logs[0].id
    prefix  = "websocket"
    enabled = true
  }

  tags = { Name = "${local.id}-websocket" }

  # AWS tries the bucket when logs are turned on, and wants a way to the internet.
  depends_on = [aws_s3_bucket_policy.lb_logs, aws_route.internet]
}

resource "aws_lb_listener" "websocket" {
  count = var.enable_websocket_alb ? 1 : 0

  load_balancer_arn = aws_lb.websocket[0].arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = local.tls_policy
  certificate_arn   = var.websocket_certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.alb["ws"].arn
  }
}

resource "aws_wafv2_web_acl_association" "websocket" {
  count = var.enable_websocket_alb && var.websocket_web_acl_arn != null ? 1 : 0

  resource_arn = aws_lb.websocket[0].arn
  web_acl_arn  = var.websocket_web_acl_arn
}

resource "aws_security_group" "websocket_alb" {
  count = var.enable_websocket_alb ? 1 : 0

  name        = "${local.id}-websocket-alb"
  description = "Public ALB for WebSockets: HTTPS from CloudFront and named clients, to the ingress load balancer"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.id}-websocket-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "websocket_alb" {
  count = var.enable_websocket_alb ? 1 : 0

  security_group_id = aws_security_group.websocket_alb[0].id
  description       = "HTTPS from CloudFront"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront[0].id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "websocket_alb_clients" {
  for_each = { for cidr in var.websocket_client_cidr_blocks : cidr => cidr if var.enable_websocket_alb }

  security_group_id = aws_security_group.websocket_alb[0].id
  description       = "HTTPS from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "websocket_alb" {
  count = var.enable_websocket_alb ? 1 : 0

  security_group_id            = aws_security_group.websocket_alb[0].id
  description                  = "HTTPS to the ingress load balancer"
  referenced_security_group_id = aws_security_group.ingress_nlb[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}
