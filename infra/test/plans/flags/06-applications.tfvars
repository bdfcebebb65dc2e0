# What is off by default, on: Ray, its operator, and an ingress that load balancers are bound to.
enable_kuberay_operator = true
enable_ray              = true

ingress_service = {
  namespace = "ingress"
  name      = "ingress-nginx-controller"
  ports     = { http = 80, https = 443 }
}
