# SPDX-License-Identifier: Apache-2.0

output "cluster_name" {
  description = "The EKS cluster that all this is in."
  value       = local.compute.eks_cluster_name
}

output "kuberay_operator_version" {
  description = "The version of KubeRay's operator; null while this layer does not install it."
  value       = one(helm_release.kuberay_operator[*].version)
}

output "ray_namespace" {
  description = "The namespace of the Ray cluster; null while there is none."
  value       = one(helm_release.ray[*].namespace)
}

output "ray_dashboard_url" {
  description = "Ray's dashboard and jobs API, for pods of its namespace; null while there is none."
  value       = var.enable_ray ? "http://${local.ray_name}-head-svc.${var.ray_namespace}.svc:8265" : null
}

output "ray_client_url" {
  description = "Where Ray clients of the same version connect, from pods of its namespace; null while there is none."
  value       = var.enable_ray ? "ray://${local.ray_name}-head-svc.${var.ray_namespace}.svc:10001" : null
}

output "ray_token_secret" {
  description = "The Kubernetes secret with the token that both ask for, under the key auth_token; null while there is none. Its value is nowhere in Terraform."
  value       = var.enable_ray ? "${var.ray_namespace}/${local.ray_name}" : null
}

output "ray_image_registry" {
  description = "Where Ray's images are pulled from: a pull-through cache of 05-compute, if it has one of the registry."
  value       = local.ray_registry
}

output "target_group_bindings" {
  description = "TargetGroupBindings for kubectl apply, as YAML: empty without ingress_service, or while 03-infrastructure has no load balancer."
  value       = join("---\n", [for name in sort(keys(local.target_group_bindings)) : yamlencode(local.target_group_bindings[name])])
}
