# SPDX-License-Identifier: Apache-2.0

resource "helm_release" "kuberay_operator" {
  count = var.enable_kuberay_operator ? 1 : 0

  name             = "kuberay-operator"
  repository       = var.kuberay_chart_repository
  chart            = "kuberay-operator"
  version          = var.kuberay_operator_version
  namespace        = "kuberay-system"
  create_namespace = true

  timeout     = 300
  atomic      = true
  max_history = 5

  values = [yamlencode({
    image = {
      repository = "${local.kuberay_registry}/kuberay/operator"
      tag        = "v${var.kuberay_operator_version}"
    }
    # Beside what the chart gives its container.
    podSecurityContext = {
      runAsNonRoot   = true
      seccompProfile = { type = "RuntimeDefault" }
    }
    resources = {
      requests = { cpu = "100m", memory = "512Mi" }
      limits   = { cpu = "500m", memory = "512Mi" }
    }
  })]
}
