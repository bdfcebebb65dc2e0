# SPDX-License-Identifier: Apache-2.0

output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr_block" {
  description = "The VPC's own addresses, private (RFC 1918)."
  value       = aws_vpc.this.cidr_block
}

output "vpc_secondary_cidr_blocks" {
  description = "Further addresses of the VPC: those of pods (RFC 6598), or none."
  value       = aws_vpc_ipv4_cidr_block_association.pods[*].cidr_block
}

output "availability_zones" {
  description = "The zones that have subnets, in the order of the subnets."
  value       = [for letter in keys(local.zones) : local.zones[letter].name]
}

output "private_subnet_ids" {
  description = "Subnets without a way from the internet, one a zone: nodes, endpoints, internal load balancers."
  value       = [for letter in keys(local.zones) : aws_subnet.private[letter].id]

  depends_on = [
    aws_ec2_subnet_cidr_reservation.ingress, aws_route_table_association.private, aws_route.nat,
  ]
}

output "public_subnet_ids" {
  description = "Subnets for NAT gateways and the public ALB, one a zone."
  value       = [for letter in keys(local.zones) : aws_subnet.public[letter].id]
}

output "pod_subnet_ids" {
  description = "Subnets of pod_cidr_block, one a zone, which the VPC CNI finds by their tag; or none."
  value       = [for letter in keys(aws_subnet.pods) : aws_subnet.pods[letter].id]
}

output "s3_prefix_list_id" {
  description = "S3's addresses, as the gateway endpoint routes them: for egress rules."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}

output "vpc_endpoints_security_group_id" {
  description = "The security group of all interface endpoints."
  value       = aws_security_group.vpc_endpoints.id
}

output "general_kms_key_arn" {
  description = "The key of volumes, Kubernetes secrets, images and logs."
  value       = aws_kms_key.general.arn
}

output "secrets_kms_key_arn" {
  description = "The key of Secrets Manager."
  value       = aws_kms_key.secrets.arn
}

output "log_group_name" {
  description = "The platform's log group: sessions on the management server."
  value       = aws_cloudwatch_log_group.platform.name
}

output "log_group_arn" {
  description = "The platform's log group, as an ARN."
  value       = aws_cloudwatch_log_group.platform.arn
}

output "management_server_instance_id" {
  description = "The management server: the target of aws ssm start-session."
  value       = aws_instance.management_server.id
}

output "management_server_role_arn" {
  description = "The management server's role, which 05-compute lets into the cluster."
  value       = aws_iam_role.management_server.arn
}

output "management_server_security_group_id" {
  description = "The management server's security group, which 05-compute lets reach the API."
  value       = aws_security_group.management_server.id
}

output "management_server_session_document" {
  description = "The document of logged sessions: aws ssm start-session --document-name."
  value       = aws_ssm_document.session.name
}

output "cluster_name" {
  description = "What 05-compute calls the cluster."
  value       = local.cluster_name
}

output "permissions_boundary_arn" {
  description = "The boundary of every role, handed on from 01-bootstrap."
  value       = local.permissions_boundary_arn
}
