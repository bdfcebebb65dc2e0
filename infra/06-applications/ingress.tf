# SPDX-License-Identifier: Apache-2.0

# Load balancers and target groups are Terraform's (03-infrastructure), pods are Kubernetes'. Between them stands the AWS
# Load Balancer Controller: a TargetGroupBinding tells it which service's pods to put into which target group.
# It manages no rules of security groups for them (no networking here): 05-compute lets the load balancer in.
locals {
  target_group_bindings = var.ingress_service == null ? {} : {
    for name, arn in local.infrastructure.ingress_nlb_target_group_arns : name => {
      apiVersion = "elbv2.k8s.aws/v1beta1"
      kind       = "TargetGroupBinding"
      metadata = {
        name      = "${var.ingress_service.name}-${name}"
        namespace = var.ingress_service.namespace
      }
      spec = {
        serviceRef     = { name = var.ingress_service.name, port = var.ingress_service.ports[name] }
        targetGroupARN = arn
        targetType     = "ip"
      }
    } if contains(keys(var.ingress_service.ports), name)
  }
}
