# SPDX-License-Identifier: Apache-2.0

# The management server, the nodes' launch templates, and the cluster.
data "aws_iam_policy_document" "apply_compute" {
  source_policy_documents = [data.aws_iam_policy_document.apply_edge.json]

  statement {
    sid       = "RunInstancesByIMDSv2"
    actions   = ["ec2:RunInstances"]
    resources = ["${local.ec2}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:MetadataHttpTokens"
      values   = ["required"]
    }
  }

  # EKS asks whether the caller may run what a launch template says.
  statement {
    sid     = "RunInstancesOf"
    actions = ["ec2:RunInstances"]

    resources = concat(
      [for type in ["launch-template", "network-interface", "security-group", "subnet", "volume"] : "${local.ec2}:${type}/*"],
      ["arn:${local.partition}:ec2:${var.region}::image/*"],
    )
  }

  # What may be done to an instance or template goes by its tags, so that none may get them later that it was not made with.
  statement {
    sid       = "TagWhatIsMade"
    actions   = ["ec2:CreateTags"]
    resources = [for type in ["instance", "launch-template", "spot-instances-request", "volume"] : "${local.ec2}:${type}/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateLaunchTemplate", "RunInstances"]
    }
  }

  statement {
    sid       = "TagWhatIsTheProjects"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = [for type in ["instance", "launch-template", "spot-instances-request"] : "${local.ec2}:${type}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  # The provider tags an instance's volume when the instance runs. A volume that bears another project's tag stays as it is.
  statement {
    sid       = "TagVolumes"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.ec2}:volume/*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  statement {
    sid = "ChangeInstances"

    actions = [
      "ec2:AssociateIamInstanceProfile",
      "ec2:CreateLaunchTemplateVersion",
      "ec2:DeleteLaunchTemplate",
      "ec2:DeleteLaunchTemplateVersions",
      "ec2:DisassociateIamInstanceProfile",
      "ec2:ModifyInstanceAttribute",
      "ec2:ModifyInstanceMaintenanceOptions",
      "ec2:ModifyLaunchTemplate",
      "ec2:ModifyVolume",
      "ec2:MonitorInstances",
      "ec2:ReplaceIamInstanceProfileAssociation",
      "ec2:StartInstances",
      "ec2:StopInstances",
      "ec2:TerminateInstances",
      "ec2:UnmonitorInstances",
    ]

    resources = [for type in ["instance", "launch-template", "security-group", "volume"] : "${local.ec2}:${type}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.project]
    }
  }

  statement {
    sid       = "MakeLaunchTemplates"
    actions   = ["ec2:CreateLaunchTemplate"]
    resources = ["${local.ec2}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Project"
      values   = [var.project]
    }
  }

  # IAM-STAR: AWS knows no resource for a cluster that is not there yet; the request has to bear the project's tags.
  statement {
    sid       = "MakeClusters"
    actions   = ["eks:CreateCluster"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Project"
      values   = [var.project]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid = "Cluster"

    actions = [
      "eks:AssociateAccessPolicy",
      "eks:AssociateEncryptionConfig",
      "eks:CreateAccessEntry",
      "eks:CreateAddon",
      "eks:CreateNodegroup",
      "eks:CreatePodIdentityAssociation",
      "eks:DeleteAccessEntry",
      "eks:DeleteAddon",
      "eks:DeleteCluster",
      "eks:DeleteNodegroup",
      "eks:DeletePodIdentityAssociation",
      "eks:DisassociateAccessPolicy",
      "eks:TagResource",
      "eks:UntagResource",
      "eks:UpdateAccessEntry",
      "eks:UpdateAddon",
      "eks:UpdateClusterConfig",
      "eks:UpdateClusterVersion",
      "eks:UpdateNodegroupConfig",
      "eks:UpdateNodegroupVersion",
      "eks:UpdatePodIdentityAssociation",
    ]

    resources = [
      for type in ["cluster/eks-${local.id}", "access-entry/eks-${local.id}/*", "addon/eks-${local.id}/*", "nodegroup/eks-${local.id}/*", "podidentityassociation/eks-${local.id}/*"] :
      "arn:${local.partition}:eks:${local.regional}:${type}"
    ]
  }

  # The groups that EKS makes for its node groups: tags for the autoscaler.
  statement {
    sid       = "TagGroupsOfNodes"
    actions   = ["autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"]
    resources = ["arn:${local.partition}:autoscaling:${local.regional}:autoScalingGroup:*:autoScalingGroupName/eks-*"]
  }
}
