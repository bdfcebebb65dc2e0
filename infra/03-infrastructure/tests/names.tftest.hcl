# SPDX-License-Identifier: Apache-2.0

# Names: how long they get, and what is refused.

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

# Layout: with the longest project and region, no name is longer than AWS takes: 32 letters of load balancers and their target
# groups, 63 of buckets, 64 of roles.
run "longest_names_are_short_enough" {
  command = plan

  variables {
    project                      = "abcdefghijkl"
    environment                  = "test"
    region                       = "ap-northeast-1"
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:ap-northeast-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:ap-northeast-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
  }

  assert {
    condition = alltrue([
      for name in concat(
        [aws_lb.ingress[0].name, aws_lb.cloudfront[0].name, aws_lb.websocket[0].name],
        [for tg in aws_lb_target_group.ingress : tg.name], [for tg in aws_lb_target_group.alb : tg.name],
      ) : length(name) <= 32 && can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", name)) && !startswith(name, "internal-")
    ])
    error_message = "A load balancer or target group has a name that AWS refuses."
  }

  assert {
    condition     = length(aws_s3_bucket.lb_logs[0].bucket) <= 63 && length(aws_iam_role.management_server.name) <= 64 && length(aws_iam_role.flow_logs.name) <= 64
    error_message = "A bucket or a role has a name that is too long."
  }
}

# 1, 35: what cannot work is refused before anything is made, and told why.
run "cloudfront_without_the_nlb_is_refused" {
  command = plan

  variables {
    enable_ingress_nlb           = false
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
  }

  expect_failures = [var.enable_cloudfront_vpc_origin]
}

# 35
run "cloudfront_without_a_certificate_is_refused" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
  }

  expect_failures = [var.cloudfront_certificate_arn]
}

# 36
run "certificates_of_other_regions_are_refused" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:us-east-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
  }

  expect_failures = [var.cloudfront_certificate_arn]
}

# 1
run "websockets_without_cloudfront_are_refused" {
  command = plan

  variables {
    enable_websocket_alb      = true
    websocket_certificate_arn = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
    websocket_web_acl_arn     = "arn:aws:wafv2:eu-west-1:777788889999:regional/webacl/ws/00000000-0000-4000-8000-000000000003"
  }

  expect_failures = [var.enable_websocket_alb]
}

# 36
run "a_public_alb_in_prod_without_a_waf_is_refused" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin = true
    cloudfront_certificate_arn   = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    enable_websocket_alb         = true
    websocket_certificate_arn    = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000002"
  }

  expect_failures = [var.websocket_web_acl_arn]
}

# 36
run "sharing_with_what_is_no_account_is_refused" {
  command = plan

  variables {
    enable_cloudfront_vpc_origin      = true
    cloudfront_certificate_arn        = "arn:aws:acm:eu-west-1:777788889999:certificate/00000000-0000-4000-8000-000000000001"
    cloudfront_vpc_origin_account_ids = ["*"]
  }

  expect_failures = [var.cloudfront_vpc_origin_account_ids]
}

# 1: the internal load balancer is for private networks.
run "public_clients_of_the_internal_nlb_are_refused" {
  command = plan

  variables {
    ingress_client_cidr_blocks = ["0.0.0.0/0"]
  }

  expect_failures = [var.ingress_client_cidr_blocks]
}

# 1: nor for what goes past them: 192.168.0.0/13 ends at 192.175.255.255.
run "clients_that_are_private_in_part_are_refused" {
  command = plan

  variables {
    ingress_client_cidr_blocks = ["192.168.0.0/13"]
  }

  expect_failures = [var.ingress_client_cidr_blocks]
}

# 1: the private ranges themselves are not.
run "private_clients_are_not_refused" {
  command = plan

  variables {
    ingress_client_cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
  }
}

# 88
run "a_public_range_for_the_vpc_is_refused" {
  command = plan

  variables {
    vpc_cidr = "52.16.0.0/16"
  }

  expect_failures = [var.vpc_cidr]
}

# 88
run "a_public_range_for_pods_is_refused" {
  command = plan

  variables {
    pod_cidr_block = "8.8.0.0/20"
  }

  expect_failures = [var.pod_cidr_block]
}

# 37: two endpoints of eks with private DNS cannot be in one VPC.
run "the_endpoint_of_eks_is_refused_here" {
  command = plan

  variables {
    interface_endpoints = ["eks", "eks-auth"]
  }

  expect_failures = [var.interface_endpoints]
}

# 36: more rules than a security group may have would fail in the middle of an apply.
run "too_many_clients_of_the_public_alb_are_refused" {
  command = plan

  variables {
    websocket_client_cidr_blocks = [for n in range(6) : "198.51.100.${n}/32"]
  }

  expect_failures = [var.websocket_client_cidr_blocks]
}
