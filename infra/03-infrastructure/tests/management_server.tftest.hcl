# SPDX-License-Identifier: Apache-2.0

# The way for people to the cluster's API.

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

# 3, 86: no port, no key, no public address; IMDSv2 with one hop; an encrypted volume.
run "management_server_is_reached_by_ssm_only" {
  command = apply

  assert {
    condition     = !aws_instance.management_server.associate_public_ip_address && coalesce(aws_instance.management_server.key_name, "none") == "none"
    error_message = "The management server has a public address or a key for SSH."
  }

  assert {
    condition     = contains(output.private_subnet_ids, aws_instance.management_server.subnet_id)
    error_message = "The management server is not in a private subnet."
  }

  assert {
    condition     = aws_instance.management_server.vpc_security_group_ids == toset([output.management_server_security_group_id]) && length(aws_security_group.management_server.ingress) == 0
    error_message = "The management server has another security group, or an open port."
  }

  assert {
    condition     = aws_instance.management_server.metadata_options[0].http_tokens == "required" && aws_instance.management_server.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "The management server answers IMDSv1, or over more than one hop."
  }

  assert {
    condition     = aws_instance.management_server.root_block_device[0].encrypted && aws_instance.management_server.root_block_device[0].kms_key_id == output.general_kms_key_arn && aws_instance.management_server.root_block_device[0].volume_type == "gp3"
    error_message = "The management server's volume is not gp3 encrypted with the general key."
  }

  assert {
    condition     = alltrue([for r in aws_vpc_security_group_egress_rule.management_server : r.cidr_ipv4 == "10.40.0.0/16" && r.from_port == 443 && r.to_port == 443])
    error_message = "The management server reaches more than HTTPS in the VPC."
  }

  # 3: which role, and what it may do in AWS: find this cluster, write its own log.
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.management_server.policy).Statement : s.Resource if s.Sid == "FindTheCluster"] == ["arn:aws:eks:eu-west-1:777788889999:cluster/eks-layerbot-prod-euw1"]
    error_message = "The management server may ask for other clusters than its own."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.management_server_ssm.policy_arn == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" && output.management_server_role_arn == aws_iam_role.management_server.arn
    error_message = "The management server's role is not one of SSM, or is not the one that 05-compute hears of."
  }

  # Each role that this layer makes.
  assert {
    condition     = alltrue([for r in [aws_iam_role.management_server, aws_iam_role.flow_logs] : r.permissions_boundary == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary" && startswith(r.name, "layerbot-prod-euw1-") && r.path == "/"])
    error_message = "A role has not the boundary of 01-bootstrap, or a name that the apply role may not make."
  }

  assert {
    condition     = output.permissions_boundary_arn == "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    error_message = "The boundary is not handed on to the next layers."
  }

  # What people do there is written down.
  assert {
    condition     = jsondecode(aws_ssm_document.session.content).inputs.cloudWatchLogGroupName == output.log_group_name && jsondecode(aws_ssm_document.session.content).inputs.cloudWatchEncryptionEnabled
    error_message = "Sessions are not logged, or in clear."
  }
}

# 86: an image that AWS publishes between two plans replaces nothing.
run "a_newer_image_replaces_nothing" {
  command = plan

  override_data {
    target = data.aws_ssm_parameter.al2023
    values = { insecure_value = "ami-0fedcba9876543210" }
  }

  assert {
    condition     = aws_instance.management_server.id == run.management_server_is_reached_by_ssm_only.management_server_instance_id
    error_message = "A newer image replaces the management server: a plan changes by the day."
  }
}
