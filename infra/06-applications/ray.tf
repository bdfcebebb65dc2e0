# SPDX-License-Identifier: Apache-2.0

locals {
  ray_name  = "ray"
  ray_chart = "${path.module}/../../charts/ray"

  # What the chart is made of: the provider looks at a chart's version only, and would not see a changed template.
  ray_chart_files  = sort(setunion(fileset(local.ray_chart, "{Chart,values}*"), fileset(local.ray_chart, "templates/**")))
  ray_chart_digest = sha256(join("", [for f in local.ray_chart_files : "${f} ${filesha256("${local.ray_chart}/${f}")}\n"]))

  # Sizes are the environment's file's, which the policies see rendered (manifests/). Here is only what other layers know.
  ray_values = {
    image = { registry = local.ray_registry }
    networkPolicy = {
      # Private addresses as everybody has them, and the VPC's further ones, which need not be among them.
      egressCidrs = distinct(concat(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], local.infrastructure.vpc_secondary_cidr_blocks))
    }
  }
}

resource "helm_release" "ray" {
  count = var.enable_ray ? 1 : 0

  # Outputs and the chart's own name for its objects go by it.
  name             = local.ray_name
  chart            = local.ray_chart
  namespace        = var.ray_namespace
  create_namespace = true
  description      = "charts/ray ${substr(local.ray_chart_digest, 0, 12)}"

  timeout     = 300
  atomic      = true
  max_history = 5
  # The plan fails where the chart would refuse the values.
  lint = true

  values = [
    file("${path.module}/environments/${var.environment}/ray.yaml"),
    yamlencode(local.ray_values),
  ]

  # The kind RayCluster is the operator's chart's.
  depends_on = [helm_release.kuberay_operator]
}
