# SPDX-License-Identifier: Apache-2.0

# Who may reach what: security groups.

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

# 10, 35: the load balancer's group is there for 05-compute to let in; itself it lets in the VPC, and its neighbours if named.
run "internal_nlb_is_reached_from_private_networks" {
  command = plan

  variables {
    ingress_client_cidr_blocks = ["10.8.0.0/16"]
  }

  assert {
    condition     = length(aws_security_group.ingress_nlb) == 1 && length(aws_lb.ingress) == 1
    error_message = "A load balancer that has no security group cannot be named in the rules of others."
  }

  assert {
    condition     = toset([for r in aws_vpc_security_group_ingress_rule.ingress_nlb : "${r.cidr_ipv4} ${r.from_port}-${r.to_port}"]) == toset(["10.40.0.0/16 80-80", "10.40.0.0/16 443-443", "10.8.0.0/16 80-80", "10.8.0.0/16 443-443"])
    error_message = "The internal load balancer is open to others than the VPC and the networks that were named, or on other ports."
  }

  assert {
    condition     = [for r in aws_vpc_security_group_egress_rule.ingress_nlb : r.cidr_ipv4] == ["10.40.0.0/16"]
    error_message = "The internal load balancer reaches more than the VPC."
  }

  assert {
    condition     = alltrue([for tg in aws_lb_target_group.ingress : tg.preserve_client_ip == "false"])
    error_message = "Pods would see clients' addresses, which their security groups do not know."
  }
}

# 1: whatever is on, no rule names the whole internet, but what websocket_client_cidr_blocks asks for on 443.
run "nothing_is_open_to_the_internet" {
  command = plan

  variables {
    pod_cidr_block               = "100.64.0.0/20"
    enable_nat_gateway           = true
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn        = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/ws/00000000-0000-4000-8000-000000000003"
    websocket_client_cidr_blocks = ["198.51.100.0/24"]
  }

  assert {
    condition = alltrue([
      for r in concat(
        values(aws_vpc_security_group_ingress_rule.vpc_endpoints), values(aws_vpc_security_group_ingress_rule.ingress_nlb),
        values(aws_vpc_security_group_egress_rule.ingress_nlb), values(aws_vpc_security_group_egress_rule.management_server),
      ) : contains(["10.40.0.0/16", "100.64.0.0/20"], r.cidr_ipv4)
    ])
    error_message = "A rule names other addresses than the VPC's."
  }

  assert {
    condition = alltrue([
      for r in [aws_vpc_security_group_ingress_rule.cloudfront_alb[0], aws_vpc_security_group_ingress_rule.websocket_alb[0]] :
      r.cidr_ipv4 == null && r.cidr_ipv6 == null && r.from_port == 443 && r.to_port == 443
    ])
    error_message = "An ALB is open to addresses, or on another port than 443, instead of CloudFront's list on 443."
  }

  assert {
    condition     = [for r in aws_vpc_security_group_ingress_rule.websocket_alb_clients : "${r.cidr_ipv4} ${r.from_port}-${r.to_port}"] == ["198.51.100.0/24 443-443"]
    error_message = "The public ALB is open to others than the clients that were named, or on another port than 443."
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The VPC's default security group is not closed."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.public : !s.map_public_ip_on_launch])
    error_message = "What starts in a public subnet gets a public address."
  }
}

# 36: behind the ALBs is the internal load balancer, and nothing else.
run "albs_reach_the_internal_nlb_only" {
  command = apply

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn        = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/ws/00000000-0000-4000-8000-000000000003"
    deletion_protection          = false
  }

  assert {
    condition = alltrue([
      for r in [aws_vpc_security_group_egress_rule.cloudfront_alb[0], aws_vpc_security_group_egress_rule.websocket_alb[0]] :
      r.referenced_security_group_id == output.ingress_nlb_security_group_id && r.cidr_ipv4 == null && r.from_port == 443
    ])
    error_message = "An ALB may reach more than the internal load balancer's 443."
  }

  assert {
    condition = alltrue([
      for r in [aws_vpc_security_group_ingress_rule.cloudfront_alb[0], aws_vpc_security_group_ingress_rule.websocket_alb[0]] :
      r.prefix_list_id == data.aws_ec2_managed_prefix_list.cloudfront[0].id
    ])
    error_message = "An ALB is not held to CloudFront's own list of addresses."
  }

  assert {
    condition     = toset(aws_lb.cloudfront[0].subnets) == toset(output.private_subnet_ids) && toset(aws_lb.websocket[0].subnets) == toset(output.public_subnet_ids)
    error_message = "The ALB behind CloudFront is not in the private subnets, or the public one not in the public subnets."
  }

  # Who may write access logs: load balancers of this account, below their own names.
  assert {
    condition = [
      for s in jsondecode(aws_s3_bucket_policy.lb_logs[0].policy).Statement : [s.Principal, toset(s.Resource)]
      if s.Effect == "Allow"
      ] == [[
        { Service = "logdelivery.elasticloadbalancing.amazonaws.com" },
        toset([for alb in ["cloudfront", "websocket"] : "arn:aws:s3:::layerbot-prod-euw1-lb-logs/${alb}/AWSLogs/777788889999/*"]),
    ]]
    error_message = "The bucket of access logs lets in others than load balancers of this account."
  }
}

# 36: a WebSocket that is silent is cut by an ALB, which tells both sides, and not by the load balancer behind it, which tells nobody.
run "silent_connections_outlive_both_albs_behind_them" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn        = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/edge/00000000-0000-4000-8000-000000000003"
  }

  assert {
    condition = alltrue([
      for l in aws_lb_listener.ingress : l.tcp_idle_timeout_seconds > max(aws_lb.cloudfront[0].idle_timeout, aws_lb.websocket[0].idle_timeout)
    ])
    error_message = "The internal load balancer gives up silent connections before an ALB does: AWS's default is 350 seconds."
  }
}
