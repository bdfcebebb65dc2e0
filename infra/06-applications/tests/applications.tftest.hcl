# SPDX-License-Identifier: Apache-2.0

variables {
  project      = "layerbot"
  environment  = "prod"
  region       = "eu-west-1"
  account_id   = "777788889999"
  repository   = "layerbot/layerbot"
  state_bucket = "layerbot-prod-euw1-state"
}

override_data {
  target = data.terraform_remote_state.infrastructure
  values = {
    outputs = {
      vpc_secondary_cidr_blocks = ["100.64.0.0/20"]
      ingress_nlb_target_group_arns = {
        http  = "arn:aws:elasticloadbalancing:eu-west-1:777788889999:targetgroup/layerbot-prod-euw1-http/0123456789abcdef"
        https = "arn:aws:elasticloadbalancing:eu-west-1:777788889999:targetgroup/layerbot-prod-euw1-https/0123456789abcdef"
      }
    }
  }
}

override_data {
  target = data.terraform_remote_state.compute
  values = {
    outputs = {
      eks_cluster_name                       = "eks-layerbot-prod-euw1"
      eks_cluster_endpoint                   = "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"
      eks_cluster_certificate_authority_data = "Y2VydGlmaWNhdGU="
      ecr_pull_through_cache_registry_urls = {
        "docker.io" = "777788889999.dkr.ecr.eu-west-1.amazonaws.com/docker.io"
      }
    }
  }
}

# 06-applications: nothing is deployed unless somebody says so.
run "nothing_is_there_by_default" {
  command = plan

  assert {
    condition     = length(helm_release.ray) + length(helm_release.kuberay_operator) == 0
    error_message = "Ray or its operator is deployed without its flag."
  }

  assert {
    condition     = output.ray_dashboard_url == null && output.ray_token_secret == null && output.ray_namespace == null && output.kuberay_operator_version == null
    error_message = "Outputs speak of a Ray cluster that is not there."
  }

  assert {
    condition     = output.target_group_bindings == ""
    error_message = "TargetGroupBindings are written for no service."
  }
}

# 111: the chart of this repository, all or nothing, by the environment's file and what other layers know.
run "ray_is_the_chart_of_this_repository" {
  command = plan

  variables {
    enable_ray = true
  }

  assert {
    condition     = endswith(helm_release.ray[0].chart, "../../charts/ray") && fileexists("${helm_release.ray[0].chart}/Chart.yaml")
    error_message = "The release is not of charts/ray."
  }

  assert {
    condition     = helm_release.ray[0].atomic && helm_release.ray[0].lint && helm_release.ray[0].create_namespace && helm_release.ray[0].namespace == "ray"
    error_message = "The release is atomic, linted at plan, and in a namespace of its own."
  }

  assert {
    condition     = can(regex("^charts/ray [0-9a-f]{12}$", helm_release.ray[0].description))
    error_message = "The release does not say what the chart is made of: a changed template would not be deployed."
  }

  assert {
    condition     = yamldecode(helm_release.ray[0].values[0]).workers.cpu.maxReplicas == 10
    error_message = "The first values are not those of environments/prod/ray.yaml."
  }

  assert {
    condition = yamldecode(helm_release.ray[0].values[1]) == {
      image         = { registry = "777788889999.dkr.ecr.eu-west-1.amazonaws.com/docker.io" }
      networkPolicy = { egressCidrs = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/20"] }
    }
    error_message = "The layer adds something else than a registry and addresses: the policies were not asked about it."
  }

  assert {
    condition     = output.ray_dashboard_url == "http://ray-head-svc.ray.svc:8265" && output.ray_client_url == "ray://ray-head-svc.ray.svc:10001"
    error_message = "The outputs do not say where Ray is."
  }
}

run "an_environment_has_its_own_size" {
  command = plan

  variables {
    environment = "sbx"
    account_id  = "123456789012"
    enable_ray  = true
  }

  assert {
    condition     = yamldecode(helm_release.ray[0].values[0]).workers.cpu.maxReplicas == 4
    error_message = "The values are not those of environments/sbx/ray.yaml."
  }
}

run "a_registry_that_is_not_cached_is_asked_itself" {
  command = plan

  variables {
    enable_ray         = true
    ray_image_registry = "registry.example.com/mirror"
  }

  assert {
    condition     = yamldecode(helm_release.ray[0].values[1]).image.registry == "registry.example.com/mirror"
    error_message = "A registry without a cache is replaced by another."
  }
}

run "the_operator_is_pinned_and_safe" {
  command = plan

  variables {
    enable_kuberay_operator = true
    enable_ray              = true
  }

  assert {
    condition     = helm_release.kuberay_operator[0].version == "1.7.0" && yamldecode(helm_release.kuberay_operator[0].values[0]).image == { repository = "quay.io/kuberay/operator", tag = "v1.7.0" }
    error_message = "Chart and image of the operator are not of one pinned version."
  }

  assert {
    condition     = yamldecode(helm_release.kuberay_operator[0].values[0]).podSecurityContext.runAsNonRoot
    error_message = "The operator may run as root."
  }

  assert {
    condition     = helm_release.kuberay_operator[0].namespace != helm_release.ray[0].namespace
    error_message = "The operator shares Ray's namespace: whoever reaches the dashboard could reach it."
  }
}

# 10, 25, 36: how the load balancers of 03-infrastructure are handed to the controller.
run "target_groups_are_bound_to_a_service" {
  command = plan

  variables {
    ingress_service = { namespace = "ingress", name = "kong" }
  }

  assert {
    condition     = length(split("---\n", output.target_group_bindings)) == 2
    error_message = "There is not one binding for each target group."
  }

  assert {
    condition = yamldecode(split("---\n", output.target_group_bindings)[1]) == {
      apiVersion = "elbv2.k8s.aws/v1beta1"
      kind       = "TargetGroupBinding"
      metadata   = { name = "kong-https", namespace = "ingress" }
      spec = {
        serviceRef     = { name = "kong", port = 443 }
        targetGroupARN = "arn:aws:elasticloadbalancing:eu-west-1:777788889999:targetgroup/layerbot-prod-euw1-https/0123456789abcdef"
        targetType     = "ip"
      }
    }
    error_message = "The binding of https is another one."
  }
}

run "a_port_that_no_target_group_has_is_refused" {
  command = plan

  variables {
    ingress_service = { namespace = "ingress", name = "kong", ports = { admin = 8001 } }
  }

  expect_failures = [var.ingress_service]
}

run "a_range_of_versions_is_refused" {
  command = plan

  variables {
    kuberay_operator_version = "~1.7"
  }

  expect_failures = [var.kuberay_operator_version]
}

run "a_system_namespace_is_refused" {
  command = plan

  variables {
    ray_namespace = "kube-system"
  }

  expect_failures = [var.ray_namespace]
}

run "a_registry_with_a_scheme_is_refused" {
  command = plan

  variables {
    ray_image_registry = "https://docker.io"
  }

  expect_failures = [var.ray_image_registry]
}

run "a_repository_in_the_clear_is_refused" {
  command = plan

  variables {
    kuberay_chart_repository = "http://example.com"
  }

  expect_failures = [var.kuberay_chart_repository]
}
