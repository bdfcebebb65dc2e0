# SPDX-License-Identifier: Apache-2.0

# The one door to the ingress pods, in all three models. Pods are targets by their addresses: 05-compute's load balancer
# controller keeps them registered (TargetGroupBinding), and Terraform never looks at them.

locals {
  ingress_ports = { for name, port in { http = 80, https = 443 } : name => port if var.enable_ingress_nlb }

  ingress_clients = {
    for pair in setproduct(setunion(local.vpc_cidr_blocks, var.ingress_client_cidr_blocks), keys(local.ingress_ports)) :
    "${pair[1]} ${pair[0]}" => { cidr = pair[0], port = local.ingress_ports[pair[1]] }
  }
}

resource "aws_lb" "ingress" {
  #checkov:skip=CKV_AWS_91:A network load balancer logs requests of TLS listeners only, and these are TCP; flow logs have its connections
  #checkov:skip=CKV_AWS_150:deletion_protection is on by default, and off in sbx
  count = var.enable_ingress_nlb ? 1 : 0

  name                             = "${local.id}-ingress"
  internal                         = true
  load_balancer_type               = "network"
  security_groups                  = [aws_security_group.ingress_nlb[0].id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.deletion_protection

  dynamic "subnet_mapping" {
    for_each = local.ingress_addresses
    content {
      subnet_id            = aws_subnet.private[subnet_mapping.key].id
      private_ipv4_address = subnet_mapping.value
    }
  }

  tags = { Name = "${local.id}-ingress" }

  depends_on = [aws_ec2_subnet_cidr_reservation.ingress]
}

resource "aws_lb_target_group" "ingress" {
  for_each = local.ingress_ports

  name                 = "${local.id}-${each.key}"
  target_type          = "ip"
  protocol             = "TCP"
  port                 = each.value # of a target that names none; a TargetGroupBinding names the pods' port
  vpc_id               = aws_vpc.this.id
  preserve_client_ip   = "false" # pods see the load balancer's addresses, which their security groups know
  deregistration_delay = 60

  health_check {
    protocol            = "TCP"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = { Name = "${local.id}-${each.key}" }
}

# TLS ends in the ingress pods, where cert-manager's certificates are.
resource "aws_lb_listener" "ingress" {
  for_each = local.ingress_ports

  load_balancer_arn = aws_lb.ingress[0].arn
  protocol          = "TCP"
  port              = each.value

  # Longer than either ALB waits (AWS's own are 350): else what is silent, as WebSockets are, would be cut here, behind their backs.
  tcp_idle_timeout_seconds = 4000

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ingress[each.key].arn
  }
}

resource "aws_security_group" "ingress_nlb" {
  count = var.enable_ingress_nlb ? 1 : 0

  name        = "${local.id}-ingress-nlb"
  description = "Ingress load balancer: HTTP and HTTPS from the VPC and its private neighbours, to pods"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.id}-ingress-nlb" }
}

resource "aws_vpc_security_group_ingress_rule" "ingress_nlb" {
  for_each = local.ingress_clients

  security_group_id = aws_security_group.ingress_nlb[0].id
  description       = "Port ${each.value.port} from ${each.value.cidr}"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "ingress_nlb" {
  for_each = { for cidr in local.vpc_cidr_blocks : cidr => cidr if var.enable_ingress_nlb }

  security_group_id = aws_security_group.ingress_nlb[0].id
  description       = "Any port of pods in ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 1
  to_port           = 65535
}
