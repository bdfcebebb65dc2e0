# SPDX-License-Identifier: Apache-2.0

# The AWS Load Balancer Controller: what it makes it tags with the cluster's name, and only what is tagged so may it change.
# The actions are those of the controller's published policy, less WAF Classic (ended), Outposts and IPAM (not used here):
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/

locals {
  lb_cluster_tag = "elbv2.k8s.aws/cluster"
  lb_arn         = "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account_id}"
  lb_sg_arn      = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:security-group/*"

  lb_balancer_arns     = ["${local.lb_arn}:loadbalancer/app/*/*", "${local.lb_arn}:loadbalancer/net/*/*"]
  lb_target_group_arns = ["${local.lb_arn}:targetgroup/*/*"]

  lb_listener_arns = [
    "${local.lb_arn}:listener/app/*/*/*", "${local.lb_arn}:listener/net/*/*/*",
    "${local.lb_arn}:listener-rule/app/*/*/*", "${local.lb_arn}:listener-rule/net/*/*/*",
  ]

  lb_all_arns = concat(local.lb_balancer_arns, local.lb_target_group_arns, local.lb_listener_arns)

  # Made by the infrastructure layer, filled with pods by TargetGroupBindings.
  lb_handed_over_arns = values(local.infrastructure.ingress_nlb_target_group_arns)
}

module "pod_identity_aws_lb_controller" {
  source = "../modules/pod-identity"

  name                     = "${local.id}-aws-lb-controller"
  cluster_name             = local.pod_identity.cluster_name
  cluster_arn              = local.pod_identity.cluster_arn
  permissions_boundary_arn = local.pod_identity.permissions_boundary_arn
  namespace                = var.workload_namespace
  service_account          = "aws-load-balancer-controller"

  policies = {
    read           = data.aws_iam_policy_document.lb_controller_read.json
    load-balancers = data.aws_iam_policy_document.lb_controller_balancers.json
    networks       = data.aws_iam_policy_document.lb_controller_networks.json
  }
}

data "aws_iam_policy_document" "lb_controller_balancers" {
  statement {
    sid       = "ServiceLinkedRole"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "MakeTagged"
    resources = local.lb_all_arns

    actions = [
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateTargetGroup",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateRule",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  statement {
    sid       = "TagWhileMaking"
    actions   = ["elasticloadbalancing:AddTags"]
    resources = local.lb_all_arns

    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "CreateRule"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  # The cluster's own tag is never moved: a request that names it is not this one.
  statement {
    sid       = "TagOwn"
    actions   = ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"]
    resources = local.lb_all_arns

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }

    condition {
      test     = "Null"
      variable = "aws:RequestTag/${local.lb_cluster_tag}"
      values   = ["true"]
    }
  }

  statement {
    sid       = "ChangeOwn"
    resources = local.lb_all_arns

    actions = [
      "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyCapacityReservation",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:RemoveListenerCertificates",
      "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetRulePriorities",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",

      # What WAF asks the balancer's side for.
      "elasticloadbalancing:CreateWebACLAssociation",
      "elasticloadbalancing:DeleteWebACLAssociation",
      "elasticloadbalancing:GetLoadBalancerWebACL",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.lb_cluster_tag}"
      values   = [local.cluster_name]
    }
  }

  dynamic "statement" {
    for_each = length(local.lb_handed_over_arns) > 0 ? [local.lb_handed_over_arns] : []

    content {
      sid       = "FillTargetGroupsOfInfrastructure"
      actions   = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
      resources = statement.value
    }
  }
}
