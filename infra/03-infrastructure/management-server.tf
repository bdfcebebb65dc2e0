# SPDX-License-Identifier: Apache-2.0

# The way for people to the cluster's private API: by SSM, with no port open, no key and no public address.

data "aws_ssm_parameter" "al2023" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

resource "aws_instance" "management_server" {
  ami                         = data.aws_ssm_parameter.al2023.insecure_value # public; value is the same, marked as sensitive
  instance_type               = var.management_server_instance_type
  subnet_id                   = aws_subnet.private[local.first_zone].id
  vpc_security_group_ids      = [aws_security_group.management_server.id]
  iam_instance_profile        = aws_iam_instance_profile.management_server.name
  associate_public_ip_address = false
  ebs_optimized               = true
  monitoring                  = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 20
    encrypted   = true
    kms_key_id  = aws_kms_key.general.arn
    tags        = { Name = "${local.id}-management-server" }
  }

  tags = { Name = "${local.id}-management-server" }

  depends_on = [aws_ec2_subnet_cidr_reservation.ingress] # else it might be given a reserved address

  # AWS publishes a new image every two weeks or so, and a plan must not change by the day. README.md says how to take one.
  lifecycle {
    ignore_changes = [ami]
  }
}

locals {
  first_zone = sort(var.availability_zone_letters)[0]
}

resource "aws_security_group" "management_server" {
  name        = "${local.id}-management-server"
  description = "Management server: nothing in; HTTPS to the VPC and to S3"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.id}-management-server" }
}

resource "aws_vpc_security_group_egress_rule" "management_server" {
  for_each = local.vpc_cidr_blocks

  security_group_id = aws_security_group.management_server.id
  description       = "HTTPS to ${each.value}: the API of the cluster, and endpoints"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "management_server_s3" {
  security_group_id = aws_security_group.management_server.id
  description       = "HTTPS to S3: packages of Amazon Linux"
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# aws ssm start-session --document-name …: what is typed and shown goes to the log group as it happens, encrypted on its way.
resource "aws_ssm_document" "session" {
  name            = "${local.id}-session"
  document_type   = "Session"
  document_format = "JSON"

  content = jsonencode({
    schemaVersion = "1.0"
    description   = "A logged session on the management server of ${local.id}"
    sessionType   = "Standard_Stream"
    inputs = {
      cloudWatchLogGroupName      = aws_cloudwatch_log_group.platform.name
      cloudWatchEncryptionEnabled = true
      cloudWatchStreamingEnabled  = true
      kmsKeyId                    = aws_kms_key.general.arn
      idleSessionTimeout          = "20"
      maxSessionDuration          = "480"
    }
  })
}
