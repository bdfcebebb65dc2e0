# SPDX-License-Identifier: Apache-2.0

output "access_model" {
  description = "How requests reach applications: internal, cloudfront, dual, or none."
  value       = var.enable_websocket_alb ? "dual" : var.enable_cloudfront_vpc_origin ? "cloudfront" : var.enable_ingress_nlb ? "internal" : "none"
}

output "ingress_nlb_arn" {
  description = "The internal load balancer, or null."
  value       = one(aws_lb.ingress[*].arn)
}

output "ingress_nlb_dns_name" {
  description = "The internal load balancer's name, for records of private zones, or null."
  value       = one(aws_lb.ingress[*].dns_name)
}

output "ingress_nlb_security_group_id" {
  description = "Its security group, which 05-compute lets reach pods, or null."
  value       = one(aws_security_group.ingress_nlb[*].id)
}

output "ingress_nlb_target_group_arns" {
  description = "Its target groups, http and https, for TargetGroupBindings to the ingress pods; none while it is off."
  value       = { for name in keys(local.ingress_ports) : name => aws_lb_target_group.ingress[name].arn }
}

output "cloudfront_alb_arn" {
  description = "The internal ALB behind CloudFront, or null."
  value       = one(aws_lb.cloudfront[*].arn)
}

output "cloudfront_vpc_origin_id" {
  description = "The VPC origin, for vpc_origin_config of distributions, or null."
  value       = one(aws_cloudfront_vpc_origin.this[*].id)
}

output "cloudfront_vpc_origin_arn" {
  description = "The VPC origin, as an ARN, or null."
  value       = one(aws_cloudfront_vpc_origin.this[*].arn)
}

output "websocket_alb_arn" {
  description = "The public ALB, or null."
  value       = one(aws_lb.websocket[*].arn)
}

output "websocket_alb_dns_name" {
  description = "The public ALB's name, for DNS records, or null."
  value       = one(aws_lb.websocket[*].dns_name)
}

output "websocket_alb_target_group_arn" {
  description = "Its target group, or null. Terraform fills it with the internal load balancer's addresses."
  value       = var.enable_websocket_alb ? aws_lb_target_group.alb["ws"].arn : null
}
