# SPDX-License-Identifier: Apache-2.0

# The VPC, its subnets, and how they reach AWS.

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

# Layout: private and public subnets over three zones, /19 and /24.
run "subnets_over_three_zones" {
  command = plan

  assert {
    condition     = output.availability_zones == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    error_message = "The zones are ${join(", ", output.availability_zones)}."
  }

  assert {
    condition     = { for letter, s in aws_subnet.public : letter => s.cidr_block } == { a = "10.40.240.0/24", b = "10.40.241.0/24", c = "10.40.242.0/24" }
    error_message = "The public subnets are not the 240th /24 of the VPC and the following."
  }

  assert {
    condition = alltrue(concat(
      [for s in aws_subnet.private : s.tags["kubernetes.io/role/internal-elb"] == "1" && s.tags["kubernetes.io/cluster/eks-layerbot-prod-euw1"] == "shared"],
      [for s in aws_subnet.public : s.tags["kubernetes.io/role/elb"] == "1" && s.tags["kubernetes.io/cluster/eks-layerbot-prod-euw1"] == "shared"],
    ))
    error_message = "The load balancer controller does not find a subnet by its tags."
  }

  assert {
    condition     = output.cluster_name == "eks-layerbot-prod-euw1"
    error_message = "The cluster's name is not the one in the subnets' tags."
  }
}

# Layout: taking a zone away moves no other zone's addresses, and with it every node.
run "zones_keep_their_addresses" {
  command = plan

  variables {
    availability_zone_letters = ["c", "a"]
  }

  assert {
    condition     = { for letter, s in aws_subnet.private : letter => s.cidr_block } == { a = "10.40.0.0/19", c = "10.40.64.0/19" }
    error_message = "Without zone b, zone c has other addresses."
  }

  assert {
    condition     = output.availability_zones == ["eu-west-1a", "eu-west-1c"]
    error_message = "The order of the letters decides on the order of the zones."
  }
}

# 88: no NAT gateway unless asked for, and then one in each zone.
run "nat_is_off_by_default" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_eip.nat) + length(aws_route.nat) == 0
    error_message = "Private subnets have a way out that nobody asked for."
  }
}

# 88
run "nat_is_one_a_zone" {
  command = plan

  variables {
    enable_nat_gateway = true
  }

  assert {
    condition     = toset(keys(aws_nat_gateway.this)) == toset(["a", "b", "c"]) && toset(keys(aws_route.nat)) == toset(["a", "b", "c"])
    error_message = "There is not one NAT gateway for each zone."
  }

  assert {
    condition     = alltrue([for r in aws_route.nat : r.destination_cidr_block == "0.0.0.0/0"])
    error_message = "A private subnet has no default route to its NAT gateway."
  }
}

# 88: a range for pods is not RFC 1918; it is off unless asked for, and then known to the layers above.
run "pods_have_no_range_of_their_own_by_default" {
  command = plan

  assert {
    condition     = output.vpc_secondary_cidr_blocks == [] && output.pod_subnet_ids == []
    error_message = "The VPC has a second range that nobody asked for."
  }
}

# 88
run "pods_may_have_a_range_of_their_own" {
  command = plan

  variables {
    pod_cidr_block = "100.64.0.0/20"
  }

  assert {
    condition     = output.vpc_secondary_cidr_blocks == ["100.64.0.0/20"]
    error_message = "05-compute does not hear of the range of pods."
  }

  assert {
    condition     = { for letter, s in aws_subnet.pods : letter => s.cidr_block } == { a = "100.64.0.0/23", b = "100.64.2.0/23", c = "100.64.4.0/23" }
    error_message = "The subnets of pods are not eighths of their range."
  }

  assert {
    condition     = alltrue([for s in aws_subnet.pods : s.tags["kubernetes.io/role/cni"] == "1"])
    error_message = "The VPC CNI does not find the subnets of pods by their tag."
  }

  assert {
    condition     = toset([for r in aws_vpc_security_group_ingress_rule.vpc_endpoints : r.cidr_ipv4]) == toset(["10.40.0.0/16", "100.64.0.0/20"])
    error_message = "Pods in their own range do not reach the endpoints."
  }
}

# Layout, 37: every service that nodes and pods call has an endpoint with private DNS, in one shared security group.
run "endpoints_share_a_security_group" {
  command = apply

  assert {
    condition = toset([for e in aws_vpc_endpoint.interface : trimprefix(e.service_name, "com.amazonaws.eu-west-1.")]) == toset([
      "autoscaling", "bedrock-runtime", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "eks-auth", "elasticloadbalancing", "kms",
      "logs", "secretsmanager", "sqs", "ssm", "ssmmessages", "sts", "transcribe", "transcribestreaming",
    ])
    error_message = "The interface endpoints are others than expected; without eks-auth no pod gets credentials."
  }

  assert {
    condition     = alltrue([for e in aws_vpc_endpoint.interface : e.private_dns_enabled && e.security_group_ids == toset([output.vpc_endpoints_security_group_id])])
    error_message = "An endpoint has no private DNS name, or a security group of its own."
  }

  assert {
    condition     = alltrue([for e in aws_vpc_endpoint.interface : e.subnet_ids == toset(output.private_subnet_ids)])
    error_message = "An endpoint is not in every private subnet."
  }

  assert {
    condition     = alltrue([for r in aws_vpc_security_group_ingress_rule.vpc_endpoints : r.from_port == 443 && r.to_port == 443 && r.ip_protocol == "tcp" && r.cidr_ipv4 == "10.40.0.0/16"])
    error_message = "The endpoints are open to more than HTTPS from the VPC."
  }

  # 88: image layers come from S3 by the gateway endpoint, for which nodes have a rule.
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.route_table_ids == toset([for rt in aws_route_table.private : rt.id]) && output.s3_prefix_list_id != ""
    error_message = "Private subnets do not reach S3, where ECR keeps the layers of images."
  }

  # Layout: who spoke to whom is written down, encrypted, for a year.
  assert {
    condition     = aws_flow_log.vpc.traffic_type == "ALL" && aws_flow_log.vpc.log_destination == aws_cloudwatch_log_group.flow_logs.arn && aws_flow_log.vpc.vpc_id == output.vpc_id
    error_message = "The VPC has no flow logs of all traffic."
  }

  assert {
    condition     = alltrue([for g in [aws_cloudwatch_log_group.flow_logs, aws_cloudwatch_log_group.platform] : g.kms_key_id == output.general_kms_key_arn && g.retention_in_days == 365])
    error_message = "A log group is not encrypted with the general key, or is not kept for a year."
  }
}

# Layout: S3's endpoint is no way out: read is from everywhere, where layers of images are, and written is to this account only.
run "s3_is_no_way_out" {
  command = plan

  assert {
    condition = alltrue([
      for s in jsondecode(aws_vpc_endpoint.s3.policy).Statement :
      try(s.Condition.StringEquals["aws:ResourceAccount"], "") == "777788889999" ||
      length(setsubtract(flatten([s.Action]), ["s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"])) == 0
    ])
    error_message = "More than reading passes to buckets of other accounts."
  }

  assert {
    condition     = contains(flatten([for s in jsondecode(aws_vpc_endpoint.s3.policy).Statement : s.Action if !can(s.Condition)]), "s3:GetObject")
    error_message = "Layers of images, in a bucket of AWS, cannot be read."
  }
}

# Layout: a partner's buckets
run "s3_of_named_accounts_is_written_to" {
  command = plan

  variables {
    s3_write_account_ids = ["999900001111"]
  }

  assert {
    condition     = anytrue([for s in jsondecode(aws_vpc_endpoint.s3.policy).Statement : try(toset(s.Condition.StringEquals["aws:ResourceAccount"]) == toset(["777788889999", "999900001111"]), false)])
    error_message = "The named account's buckets cannot be written to."
  }
}

# Layout: AWS refuses an endpoint in a zone that does not have the service.
run "endpoints_are_where_their_service_is" {
  command = apply

  variables {
    interface_endpoints = ["transcribe"]
  }

  override_data {
    target = data.aws_vpc_endpoint_service.interface
    values = { availability_zones = ["eu-west-1a", "eu-west-1c"] }
  }

  assert {
    condition     = aws_vpc_endpoint.interface["transcribe"].subnet_ids == toset([aws_subnet.private["a"].id, aws_subnet.private["c"].id])
    error_message = "An endpoint is in a zone that does not have its service, or not in one that has."
  }
}

# Layout
run "a_service_in_no_zone_is_refused" {
  command = plan

  variables {
    interface_endpoints = ["transcribe"]
  }

  override_data {
    target = data.aws_vpc_endpoint_service.interface
    values = { availability_zones = ["eu-west-1d"] }
  }

  expect_failures = [aws_vpc_endpoint.interface]
}
