# SPDX-License-Identifier: Apache-2.0

output "aws_region" {
  description = "The region of the cluster."
  value       = local.region
}

output "aws_account_id" {
  description = "The account of the cluster."
  value       = local.account_id
}

output "eks_cluster_id" {
  description = "The cluster's id, which is its name."
  value       = aws_eks_cluster.this.id
}

output "eks_cluster_arn" {
  description = "The cluster's ARN."
  value       = aws_eks_cluster.this.arn
}

output "eks_cluster_name" {
  description = "The cluster's name, for aws eks update-kubeconfig."
  value       = aws_eks_cluster.this.name
}

output "eks_cluster_endpoint" {
  description = "Where the Kubernetes API is: a name that resolves within the VPC."
  value       = aws_eks_cluster.this.endpoint
}

output "eks_cluster_certificate_authority_data" {
  description = "The certificate authority of the Kubernetes API, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "eks_cluster_version" {
  description = "The cluster's Kubernetes version."
  value       = aws_eks_cluster.this.version
}

output "eks_cluster_security_group_id" {
  description = "The security group that EKS makes for the cluster."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "eks_node_security_group_id" {
  description = "The security group of nodes and pods."
  value       = aws_security_group.nodes.id
}

output "eks_node_group_ids" {
  description = "The ids of the node groups, by pool."
  value       = { for name, group in aws_eks_node_group.this : name => group.id }
}

output "eks_node_group_arns" {
  description = "The ARNs of the node groups, by pool."
  value       = { for name, group in aws_eks_node_group.this : name => group.arn }
}

output "eks_endpoint_id" {
  description = "The interface endpoint of the API of EKS; null without enable_eks_endpoint."
  value       = one(aws_vpc_endpoint.eks[*].id)
}

output "eks_oidc_provider_arn" {
  description = "The cluster as an OIDC provider; null without enable_irsa."
  value       = one(aws_iam_openid_connect_provider.cluster[*].arn)
}

output "irsa_cluster_autoscaler_role_arn" {
  description = "The role of Cluster Autoscaler; null without enable_irsa."
  value       = one(aws_iam_role.autoscaler[*].arn)
}

output "irsa_node_termination_handler_role_arn" {
  description = "The role of AWS Node Termination Handler; null without enable_irsa."
  value       = one(aws_iam_role.nth[*].arn)
}

output "node_termination_handler_queue_url" {
  description = "The queue that AWS Node Termination Handler reads; null without enable_irsa."
  value       = one(aws_sqs_queue.nth[*].url)
}
