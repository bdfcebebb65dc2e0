# SPDX-License-Identifier: Apache-2.0

# Both ALBs hand on to the ingress load balancer, at the addresses that it was given.

locals {
  albs       = toset(compact([var.enable_cloudfront_vpc_origin ? "cf" : "", var.enable_websocket_alb ? "ws" : ""]))
  tls_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  alb_targets = {
    for pair in setproduct(local.albs, keys(local.ingress_addresses)) :
    "${pair[0]}-${pair[1]}" => { alb = pair[0], address = local.ingress_addresses[pair[1]] }
  }
}

resource "aws_lb_target_group" "alb" {
  for_each = local.albs

  name                 = "${local.id}-${each.key}"
  target_type          = "ip"
  protocol             = "HTTPS" # to the pods; ALBs do not ask who signed the certificate there
  port                 = 443
  vpc_id               = aws_vpc.this.id
  deregistration_delay = 60

  # Whatever the ingress says to a request for no host it knows, it is there.
  health_check {
    protocol            = "HTTPS"
    path                = "/"
    matcher             = "200-499"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = { Name = "${local.id}-${each.key}" }
}

resource "aws_lb_target_group_attachment" "alb" {
  for_each = local.alb_targets

  target_group_arn = aws_lb_target_group.alb[each.value.alb].arn
  target_id        = each.value.address
  port             = 443
}
