# What is off by default, on: every registry, repositories, a key of the cluster's own, nodes that reach the Internet.
use_general_kms_key            = false
node_egress_nat_https          = true
ecr_scan_notifications_enabled = true
acr_registry_url               = "example.azurecr.io"

ecr_repositories = {
  "backend-service-ingestion" = {}
  "scratch"                   = { image_tag_mutability = "MUTABLE" }
}

ecr_pull_through_cache_upstream_registries = ["docker.io", "ghcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io"]
ecr_pull_through_cache_credential_arns = {
  "docker.io" = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
  "ghcr.io"   = "arn:aws:secretsmanager:eu-west-1:777788889999:secret:ecr-pullthroughcache/ghcr-AbCdEf"
}
