# A pool of equal Kubernetes nodes. A new image rolls the nodes; everything else changes in place.
variable "name" {
  type = string
}

variable "instance_type" {
  type = string
}

variable "nodes" {
  type = object({ min = number, max = number })
}

variable "image" {
  type    = string
  default = "bottlerocket-1.19"
}

locals {
  kubelet = <<-YAML
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    maxPods: 58
    featureGates:
    - RotateKubeletServerCertificate
    evictionHard:
      memory.available: 100Mi
  YAML
}

resource "terraform_data" "launch_template" {
  triggers_replace = var.image

  input = {
    image         = var.image
    instance_type = var.instance_type
    user_data     = local.kubelet
  }
}

resource "terraform_data" "pool" {
  input = {
    name   = var.name
    nodes  = var.nodes
    labels = { pool = var.name }
  }
}

output "launch_template" {
  value = terraform_data.launch_template.id
}
