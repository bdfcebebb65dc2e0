# SPDX-License-Identifier: Apache-2.0

output "pod_identity_ebs_csi_role_arn" {
  description = "The role of the EBS CSI driver."
  value       = module.pod_identity_ebs_csi.role_arn
}

output "pod_identity_cluster_secrets_role_arn" {
  description = "The role of external-secrets."
  value       = module.pod_identity_cluster_secrets.role_arn
}

output "pod_identity_assistants_core_role_arn" {
  description = "The role of assistants-core."
  value       = module.pod_identity_assistants_core.role_arn
}

output "pod_identity_cert_manager_route53_role_arn" {
  description = "The role of cert-manager."
  value       = module.pod_identity_cert_manager_route53.role_arn
}

output "pod_identity_litellm_role_arn" {
  description = "The role of litellm."
  value       = module.pod_identity_litellm.role_arn
}

output "pod_identity_ingestion_role_arn" {
  description = "The role of backend-service-ingestion."
  value       = module.pod_identity_ingestion.role_arn
}

output "pod_identity_ingestion_worker_role_arn" {
  description = "The role of backend-service-ingestion-worker."
  value       = module.pod_identity_ingestion_worker.role_arn
}

output "pod_identity_speech_role_arn" {
  description = "The role of backend-service-speech."
  value       = module.pod_identity_speech.role_arn
}

output "pod_identity_aws_lb_controller_role_arn" {
  description = "The role of the AWS Load Balancer Controller."
  value       = module.pod_identity_aws_lb_controller.role_arn
}
