# SPDX-License-Identifier: Apache-2.0

# How requests reach applications: three models, and nothing public but what is asked for.

variables {
  project      = "layerbot"
  environment  = "prod"
  region       = "eu-west-1"
  repository   = "layerbot/layerbot"
  account_id   = "777788889999"
  state_bucket = "layerbot-prod-euw1-state"
  vpc_cidr     = "10.40.0.0/16"
}

override_data {
  target = data.terraform_remote_state.bootstrap
  values = {
    outputs = { permissions_boundary_arn = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary" }
  }
}

# 1: Internal is the default: one load balancer, private, and no way in from the internet, nor out.
run "internal_is_the_default" {
  command = plan

  assert {
    condition     = output.access_model == "internal"
    error_message = "Without any flag the model is ${output.access_model}, not internal."
  }

  assert {
    condition     = aws_lb.ingress[0].internal && aws_lb.ingress[0].load_balancer_type == "network"
    error_message = "The load balancer of the Internal model is not an internal NLB."
  }

  assert {
    condition     = length(aws_lb.cloudfront) + length(aws_lb.websocket) + length(aws_cloudfront_vpc_origin.this) == 0
    error_message = "The Internal model has an ALB or a VPC origin."
  }

  assert {
    condition     = length(aws_internet_gateway.this) + length(aws_route.internet) + length(aws_nat_gateway.this) == 0
    error_message = "The Internal model has a way to or from the internet."
  }
}

# 1: CloudFront: the internet comes by the VPC origin, and still nothing has a public address.
run "cloudfront_brings_the_internet_to_an_internal_alb" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
  }

  assert {
    condition     = output.access_model == "cloudfront"
    error_message = "The model is ${output.access_model}, not cloudfront."
  }

  assert {
    condition     = aws_lb.ingress[0].internal && aws_lb.cloudfront[0].internal && length(aws_lb.websocket) == 0
    error_message = "The CloudFront model has a public load balancer."
  }

  assert {
    condition     = length(aws_internet_gateway.this) == 1
    error_message = "CloudFront uses a VPC origin only in a VPC with an internet gateway."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0
    error_message = "CloudFront needs no way out of the private subnets."
  }

  assert {
    condition     = length(aws_ram_resource_share.vpc_origin) == 0
    error_message = "The VPC origin is shared although no account is named."
  }
}

# 1, 36: Dual: besides, a public ALB for WebSockets. The subnets of nodes and the internal load balancer are as before.
run "dual_adds_a_public_alb_for_websockets" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn        = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/ws/00000000-0000-4000-8000-000000000003"
  }

  assert {
    condition     = output.access_model == "dual"
    error_message = "The model is ${output.access_model}, not dual."
  }

  assert {
    condition     = !aws_lb.websocket[0].internal && aws_lb.websocket[0].load_balancer_type == "application"
    error_message = "The WebSocket ALB is not public."
  }

  assert {
    condition     = aws_lb_listener.websocket[0].port == 443 && aws_lb_listener.websocket[0].protocol == "HTTPS" && startswith(aws_lb_listener.websocket[0].ssl_policy, "ELBSecurityPolicy-TLS13-1-2-")
    error_message = "The WebSocket ALB listens to something else than HTTPS on 443 with TLS 1.2 or later."
  }

  assert {
    condition     = aws_lb.websocket[0].drop_invalid_header_fields && aws_lb.websocket[0].access_logs[0].enabled
    error_message = "The WebSocket ALB lets malformed headers through, or logs nothing."
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.websocket) == 1
    error_message = "The public ALB of prod is not behind its WAF."
  }

  assert {
    condition     = { for letter, s in aws_subnet.private : letter => s.cidr_block } == { a = "10.40.0.0/19", b = "10.40.32.0/19", c = "10.40.64.0/19" }
    error_message = "The model changed the private subnets, in which compute is."
  }
}

# 35: both flags, each alone.
run "ingress_nlb_can_be_off" {
  command = plan

  variables {
    enable_ingress_nlb = false
  }

  assert {
    condition     = output.ingress_nlb_arn == null && output.ingress_nlb_security_group_id == null && length(output.ingress_nlb_target_group_arns) == 0
    error_message = "Outputs of a load balancer that is off are not null and empty, which 05-compute relies on."
  }

  assert {
    condition     = length(aws_lb.ingress) + length(aws_lb_target_group.ingress) + length(aws_lb_listener.ingress) + length(aws_security_group.ingress_nlb) == 0
    error_message = "Something of the load balancer is made although it is off."
  }

  assert {
    condition     = output.access_model == "none"
    error_message = "The model is ${output.access_model}, not none."
  }
}

# 35
run "cloudfront_vpc_origin_is_off_by_default" {
  command = plan

  assert {
    condition     = output.cloudfront_alb_arn == null && output.cloudfront_vpc_origin_id == null && output.cloudfront_vpc_origin_arn == null
    error_message = "There is a VPC origin that nobody asked for."
  }

  assert {
    condition     = output.websocket_alb_arn == null && output.websocket_alb_target_group_arn == null
    error_message = "There is a public ALB that nobody asked for."
  }

  assert {
    condition     = length(aws_s3_bucket.lb_logs) == 0
    error_message = "There is a bucket for logs of ALBs, and no ALB."
  }
}

# 36: the internal load balancer has pods as targets, by address.
run "internal_nlb_has_targets_by_address" {
  command = plan

  assert {
    condition     = alltrue([for tg in aws_lb_target_group.ingress : tg.target_type == "ip" && tg.protocol == "TCP"])
    error_message = "A target group of the internal load balancer is not of IP targets over TCP."
  }

  assert {
    condition     = { for name, l in aws_lb_listener.ingress : name => l.port } == { http = 80, https = 443 }
    error_message = "The internal load balancer does not listen on 80 and 443."
  }

  assert {
    condition     = toset(aws_lb.ingress[0].subnet_mapping[*].private_ipv4_address) == toset(["10.40.0.20", "10.40.32.20", "10.40.64.20"])
    error_message = "The internal load balancer's addresses are others than those reserved for it, which the ALBs have as targets."
  }

  assert {
    condition     = { for letter, r in aws_ec2_subnet_cidr_reservation.ingress : letter => r.cidr_block } == { a = "10.40.0.16/28", b = "10.40.32.16/28", c = "10.40.64.16/28" }
    error_message = "The addresses of the internal load balancer are not reserved."
  }

  assert {
    condition     = aws_lb.ingress[0].enable_deletion_protection
    error_message = "Anybody can delete the load balancer of prod."
  }
}

# 36: CloudFront's ALB and the public one lead to the internal load balancer, at its reserved addresses: all known at plan.
run "albs_lead_to_the_internal_nlb" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn        = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/ws/00000000-0000-4000-8000-000000000003"
  }

  assert {
    condition = { for key, t in aws_lb_target_group_attachment.alb : key => "${t.target_id}:${t.port}" } == {
      "cf-a" = "10.40.0.20:443", "cf-b" = "10.40.32.20:443", "cf-c" = "10.40.64.20:443"
      "ws-a" = "10.40.0.20:443", "ws-b" = "10.40.32.20:443", "ws-c" = "10.40.64.20:443"
    }
    error_message = "The ALBs have other targets than the internal load balancer's addresses."
  }

  assert {
    condition     = alltrue([for tg in aws_lb_target_group.alb : tg.target_type == "ip" && tg.protocol == "HTTPS"])
    error_message = "An ALB speaks to its targets in clear, or not by address."
  }

  assert {
    condition     = aws_lb_listener.cloudfront[0].protocol == "HTTPS" && startswith(aws_lb_listener.cloudfront[0].ssl_policy, "ELBSecurityPolicy-TLS13-1-2-")
    error_message = "The ALB behind CloudFront listens to something else than TLS 1.2 or later."
  }

  assert {
    condition     = aws_cloudfront_vpc_origin.this[0].vpc_origin_endpoint_config[0].origin_protocol_policy == "https-only"
    error_message = "CloudFront may speak to its origin in clear."
  }
}

# 36: the VPC origin is shared with named accounts of the organization, from us-east-1.
run "vpc_origin_is_shared_by_ram" {
  command = apply

  variables {
    enable_cloudfront_vpc_origin      = true
    cloudfront_certificate_arn        = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    cloudfront_vpc_origin_account_ids = ["111122223333", "444455556666"]
    deletion_protection               = false
  }

  assert {
    condition     = toset([for p in aws_ram_principal_association.vpc_origin : p.principal]) == toset(["111122223333", "444455556666"])
    error_message = "The VPC origin is shared with others than the accounts that were named."
  }

  assert {
    condition     = aws_ram_resource_association.vpc_origin[0].resource_arn == output.cloudfront_vpc_origin_arn
    error_message = "What is shared is not the VPC origin."
  }

  assert {
    condition     = !aws_ram_resource_share.vpc_origin[0].allow_external_principals
    error_message = "The VPC origin can be shared with accounts outside the organization."
  }

  assert {
    condition     = startswith(aws_ram_resource_share.vpc_origin[0].arn, "arn:aws:ram:us-east-1:777788889999:")
    error_message = "RAM shares what is global from us-east-1 only; this share is ${aws_ram_resource_share.vpc_origin[0].arn}."
  }
}

# 39: what protects production from a mistake, and what a sandbox is without.
run "prod_cannot_be_taken_down_by_mistake" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
  }

  assert {
    condition     = aws_lb.ingress[0].enable_deletion_protection && aws_lb.cloudfront[0].enable_deletion_protection && !aws_s3_bucket.lb_logs[0].force_destroy
    error_message = "Without being asked, a load balancer or the bucket of access logs can be deleted."
  }
}

# 39
run "a_sandbox_can_be_taken_down" {
  command = plan

  variables {
    environment                  = "sbx"
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    deletion_protection          = false
    kms_deletion_window_in_days  = 7
    log_retention_in_days        = 7
  }

  assert {
    condition     = !aws_lb.ingress[0].enable_deletion_protection && !aws_lb.cloudfront[0].enable_deletion_protection && aws_s3_bucket.lb_logs[0].force_destroy
    error_message = "A load balancer or the bucket of access logs stays, although deletion_protection is off."
  }

  assert {
    condition     = alltrue([for k in [aws_kms_key.general, aws_kms_key.secrets] : k.deletion_window_in_days == 7]) && aws_cloudwatch_log_group.flow_logs.retention_in_days == 7
    error_message = "Keys or logs of a sandbox stay for longer than its variables say."
  }
}
