# SPDX-License-Identifier: Apache-2.0

# The roles of pods: whose each is, and what it may do.

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
      vpc_id                              = "vpc-0a1b2c3d4e5f67890"
      vpc_cidr_block                      = "10.0.0.0/16"
      vpc_secondary_cidr_blocks           = ["100.64.0.0/20"]
      private_subnet_ids                  = ["subnet-0a1b2c3d4e5f67890", "subnet-0a1b2c3d4e5f67891"]
      s3_prefix_list_id                   = "pl-6da54004"
      vpc_endpoints_security_group_id     = "sg-0a1b2c3d4e5f67890"
      general_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555"
      secrets_kms_key_arn                 = "arn:aws:kms:eu-west-1:777788889999:key/66666666-7777-8888-9999-000000000000"
      management_server_role_arn          = "arn:aws:iam::777788889999:role/layerbot-prod-euw1-management-server"
      management_server_security_group_id = "sg-0a1b2c3d4e5f67891"
      ingress_nlb_security_group_id       = null
      ingress_nlb_target_group_arns       = { http = "arn:aws:elasticloadbalancing:eu-west-1:777788889999:targetgroup/layerbot-prod-euw1-http/0123456789abcdef" }
      websocket_alb_target_group_arn      = null
      cluster_name                        = "eks-layerbot-prod-euw1"
      permissions_boundary_arn            = "arn:aws:iam::777788889999:policy/layerbot-prod-euw1-boundary"
    }
  }
}

# 17–25: whose each role is, and what it has.
run "each_role_is_of_one_service_account" {
  command = plan

  # 17: the EBS CSI driver, with AWS's own policy and the key.
  assert {
    condition     = module.pod_identity_ebs_csi.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "kube-system", service_account = "ebs-csi-controller-sa" }
    error_message = "The EBS CSI driver's service account is kube-system/ebs-csi-controller-sa."
  }

  assert {
    condition     = module.pod_identity_ebs_csi.policies == tolist(["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy", "kms"])
    error_message = "It has AmazonEBSCSIDriverPolicy and the key."
  }

  # 18
  assert {
    condition = (
      module.pod_identity_cluster_secrets.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "external-secrets" }
      && module.pod_identity_cluster_secrets.policies == tolist(["secrets"])
    )
    error_message = "unique/external-secrets: external-secrets reads secrets, and nothing else."
  }

  # 19
  assert {
    condition = (
      module.pod_identity_cert_manager_route53.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "cert-manager" }
      && module.pod_identity_cert_manager_route53.policies == tolist(["route53"])
    )
    error_message = "unique/cert-manager: cert-manager answers challenges, and nothing else."
  }

  # 20
  assert {
    condition = (
      module.pod_identity_assistants_core.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "assistants-core" }
      && module.pod_identity_assistants_core.policies == tolist(["ai-data", "bedrock", "secrets"])
    )
    error_message = "unique/assistants-core: assistants-core has models, documents and its secrets, and nothing else."
  }

  # 21
  assert {
    condition = (
      module.pod_identity_litellm.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "litellm" }
      && module.pod_identity_litellm.policies == tolist(["bedrock"])
    )
    error_message = "unique/litellm: litellm has models, and nothing else."
  }

  # 22
  assert {
    condition = (
      module.pod_identity_ingestion.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "backend-service-ingestion" }
      && module.pod_identity_ingestion.policies == tolist(["ai-data"])
    )
    error_message = "unique/backend-service-ingestion: ingestion has documents, and nothing else."
  }

  # 23
  assert {
    condition = (
      module.pod_identity_ingestion_worker.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "backend-service-ingestion-worker" }
      && module.pod_identity_ingestion_worker.policies == tolist(["ai-data", "bedrock"])
    )
    error_message = "unique/backend-service-ingestion-worker: its worker has documents and models, and nothing else."
  }

  # 24
  assert {
    condition = (
      module.pod_identity_speech.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "backend-service-speech" }
      && module.pod_identity_speech.policies == tolist(["transcribe"])
    )
    error_message = "unique/backend-service-speech: speech has Transcribe, and nothing else."
  }

  # 25
  assert {
    condition = (
      module.pod_identity_aws_lb_controller.association == { cluster_name = "eks-layerbot-prod-euw1", namespace = "unique", service_account = "aws-load-balancer-controller" }
      && module.pod_identity_aws_lb_controller.policies == tolist(["load-balancers", "networks", "read"])
    )
    error_message = "unique/aws-load-balancer-controller: the load balancer controller has three policies, and nothing else."
  }
}

# 17: Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey; grants for AWS resources only.
run "volumes_are_encrypted_with_the_general_key" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.ebs_csi_kms.json).Statement : s.Sid => sort(flatten([s.Action])) } == {
      UseTheKeyOfVolumes = tolist(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"])
      GrantItToEbs       = tolist(["kms:CreateGrant"])
    }
    error_message = "The driver uses the key, and grants it."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.ebs_csi_kms.json).Statement : s.Condition if s.Sid == "GrantItToEbs"] == [
      { Bool = { "kms:GrantIsForAWSResource" = "true" } },
    ]
    error_message = "A grant is for an AWS resource."
  }

  assert {
    condition     = distinct([for s in jsondecode(data.aws_iam_policy_document.ebs_csi_kms.json).Statement : s.Resource]) == tolist(["arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555"])
    error_message = "It is the general key and no other."
  }
}

# 17: and with the cluster's own, where it has one.
run "volumes_are_encrypted_with_a_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:777788889999:key/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
  }

  assert {
    condition = distinct([for s in jsondecode(data.aws_iam_policy_document.ebs_csi_kms.json).Statement : sort(s.Resource)]) == tolist([tolist([
      "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555",
      "arn:aws:kms:eu-west-1:777788889999:key/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    ])])
    error_message = "The driver has the cluster's key and the general one."
  }
}

# 18: below the layers' id, and decrypted through Secrets Manager alone.
run "external_secrets_reads_what_is_below_the_id" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.cluster_secrets.json).Statement : s.Sid => [sort(flatten([s.Action])), s.Resource] } == {
      ReadSecrets  = [tolist(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]), "arn:aws:secretsmanager:eu-west-1:777788889999:secret:layerbot-prod-euw1/*"]
      KeyOfSecrets = [tolist(["kms:Decrypt"]), "arn:aws:kms:eu-west-1:777788889999:key/66666666-7777-8888-9999-000000000000"]
    }
    error_message = "GetSecretValue and DescribeSecret on layerbot-prod-euw1/*, Decrypt with the key of secrets."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.cluster_secrets.json).Statement : s.Condition if s.Sid == "KeyOfSecrets"] == [
      { StringEquals = { "kms:ViaService" = "secretsmanager.eu-west-1.amazonaws.com" } },
    ]
    error_message = "The key decrypts for Secrets Manager only."
  }
}

# 18, 20: other secrets, when they are named.
run "secrets_by_name" {
  command = plan

  variables {
    cluster_secret_prefixes         = ["shared/tls-", "layerbot-prod-euw1/"]
    assistants_core_secret_prefixes = ["assistants/"]
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.cluster_secrets.json).Statement : sort(s.Resource) if s.Sid == "ReadSecrets"] == [tolist([
      "arn:aws:secretsmanager:eu-west-1:777788889999:secret:layerbot-prod-euw1/*",
      "arn:aws:secretsmanager:eu-west-1:777788889999:secret:shared/tls-*",
    ])]
    error_message = "The prefixes given are the only ones."
  }

  assert {
    condition     = [for s in jsondecode(data.aws_iam_policy_document.assistants_core_secrets.json).Statement : s.Resource if s.Sid == "ReadSecrets"] == ["arn:aws:secretsmanager:eu-west-1:777788889999:secret:assistants/*"]
    error_message = "assistants-core has its own."
  }
}

# 18: all secrets of the account.
run "a_star_is_no_prefix" {
  command = plan

  variables {
    cluster_secret_prefixes         = ["*"]
    assistants_core_secret_prefixes = []
  }

  expect_failures = [var.cluster_secret_prefixes, var.assistants_core_secret_prefixes]
}

# 19: changes and records of zones, the state of changes, and the lists of both kinds.
run "cert_manager_answers_challenges" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.cert_manager_route53.json).Statement : s.Sid => [sort(flatten([s.Action])), s.Resource] } == {
      AnswerChallenges = [tolist(["route53:ChangeResourceRecordSets"]), "arn:aws:route53:::hostedzone/*"]
      ReadRecords      = [tolist(["route53:ListResourceRecordSets"]), "arn:aws:route53:::hostedzone/*"]
      FollowChanges    = [tolist(["route53:GetChange"]), "arn:aws:route53:::change/*"]
      FindZones        = [tolist(["route53:ListHostedZones", "route53:ListHostedZonesByName"]), "*"]
    }
    error_message = "Changes on hostedzone/*, GetChange on change/*, and the two lists on everything."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.cert_manager_route53.json).Statement : s.Condition if s.Sid == "AnswerChallenges"] == [{
      "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = "TXT" }
      Null                        = { "route53:ChangeResourceRecordSetsRecordTypes" = "false" }
    }]
    error_message = "It changes TXT records only."
  }
}

# 19: one zone, when it is named.
run "cert_manager_in_one_zone" {
  command = plan

  variables {
    cert_manager_hosted_zone_ids = ["Z0123456789ABCDEFGHIJ"]
  }

  assert {
    condition     = [for s in jsondecode(data.aws_iam_policy_document.cert_manager_route53.json).Statement : s.Resource if s.Sid == "AnswerChallenges"] == ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"]
    error_message = "The zone given is the only one."
  }
}

# 20: its own secrets, by the key of secrets.
run "assistants_core_reads_its_own_secrets" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.assistants_core_secrets.json).Statement : s.Sid => [s.Action, s.Resource] } == {
      ReadSecrets  = ["secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:777788889999:secret:layerbot-prod-euw1/assistants-core/*"]
      KeyOfSecrets = ["kms:Decrypt", "arn:aws:kms:eu-west-1:777788889999:key/66666666-7777-8888-9999-000000000000"]
    }
    error_message = "GetSecretValue below layerbot-prod-euw1/assistants-core/."
  }
}

# 26, and with it 20, 21 and 23.
run "models_of_bedrock" {
  command = plan

  assert {
    condition     = sort(jsondecode(data.aws_iam_policy_document.bedrock.json).Statement[0].Action) == tolist(["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"])
    error_message = "Models are invoked, at once or as a stream."
  }

  assert {
    condition = sort(jsondecode(data.aws_iam_policy_document.bedrock.json).Statement[0].Resource) == tolist([
      "arn:aws:bedrock:*:777788889999:inference-profile/eu.*",
      "arn:aws:bedrock:*:777788889999:inference-profile/global.*",
      "arn:aws:bedrock:*::foundation-model/*",
      "arn:aws:bedrock:eu-west-1:777788889999:application-inference-profile/*",
      "arn:aws:bedrock:eu-west-1:777788889999:inference-profile/*",
    ])
    error_message = "Foundation models anywhere; inference profiles of this account."
  }
}

# 20, 22, 23: documents.
run "documents_of_this_account" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.ai_data.json).Statement : s.Sid => [sort(flatten([s.Action])), s.Resource, s.Condition.StringEquals] } == {
      ListBuckets   = [tolist(["s3:ListBucket"]), "arn:aws:s3:::*-ai-data", { "aws:ResourceAccount" = "777788889999" }]
      Objects       = [tolist(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]), "arn:aws:s3:::*-ai-data/*", { "aws:ResourceAccount" = "777788889999" }]
      KeysOfBuckets = [tolist(["kms:Decrypt", "kms:GenerateDataKey"]), "arn:aws:kms:eu-west-1:777788889999:key/11111111-2222-3333-4444-555555555555", { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" }]
    }
    error_message = "Buckets named *-ai-data of this account: list them, and read, write and delete below; their key through S3 only."
  }
}

# 24: streams and jobs.
run "speech_is_transcribed" {
  command = plan

  assert {
    condition = { for s in jsondecode(data.aws_iam_policy_document.speech.json).Statement : s.Sid => [sort(flatten([s.Action])), s.Resource] } == {
      TranscribeSpeech  = [tolist(["transcribe:ListTranscriptionJobs", "transcribe:StartStreamTranscription", "transcribe:StartStreamTranscriptionWebSocket", "transcribe:StartTranscriptionJob"]), "*"]
      JobsOfThisAccount = [tolist(["transcribe:DeleteTranscriptionJob", "transcribe:GetTranscriptionJob"]), "arn:aws:transcribe:eu-west-1:777788889999:transcription-job/*"]
    }
    error_message = "Streams and jobs are started; jobs of this account are read and deleted."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.speech.json).Statement : s.Condition if s.Resource == "*"] == [
      { StringEquals = { "aws:RequestedRegion" = "eu-west-1" } },
    ]
    error_message = "What has no ARN is at least of this region."
  }
}

# 25: whatever changes something does so to what has the cluster's tag.
run "load_balancers_by_tag" {
  command = plan

  assert {
    condition = alltrue([
      for s in jsondecode(data.aws_iam_policy_document.lb_controller_balancers.json).Statement :
      try(s.Condition.StringEquals["aws:RequestTag/elbv2.k8s.aws/cluster"], s.Condition.StringEquals["aws:ResourceTag/elbv2.k8s.aws/cluster"], "") == "eks-layerbot-prod-euw1"
      if !contains(["ServiceLinkedRole", "FillTargetGroupsOfInfrastructure"], s.Sid)
    ])
    error_message = "Each statement on load balancers is conditioned on elbv2.k8s.aws/cluster, with this cluster's name."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.lb_controller_balancers.json).Statement : [sort(s.Action), s.Resource] if s.Sid == "FillTargetGroupsOfInfrastructure"] == [
      [tolist(["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]), "arn:aws:elasticloadbalancing:eu-west-1:777788889999:targetgroup/layerbot-prod-euw1-http/0123456789abcdef"],
    ]
    error_message = "Target groups of the infrastructure layer are filled, by their ARNs, and not changed."
  }

  assert {
    condition     = !anytrue([for s in jsondecode(data.aws_iam_policy_document.lb_controller_balancers.json).Statement : contains(flatten([s.Resource]), "*")])
    error_message = "Nothing is changed on everything."
  }

  assert {
    condition     = alltrue([for s in jsondecode(data.aws_iam_policy_document.lb_controller_read.json).Statement : alltrue([for a in flatten([s.Action]) : can(regex(":(Describe|Get|List)", a))])])
    error_message = "What is allowed on everything only reads."
  }

  assert {
    condition = length(setsubtract(["acm", "cognito-idp", "ec2", "elasticloadbalancing", "iam", "shield"], [
      for a in flatten(jsondecode(data.aws_iam_policy_document.lb_controller_read.json).Statement[*].Action) : split(":", a)[0]
    ])) == 0
    error_message = "EC2, ELBv2, IAM, Cognito, ACM and Shield are read."
  }
}

# 25: security groups, firewalls, shields. An apply: the nodes' group has no ARN before.
run "networks_by_tag" {
  command = apply

  # A test's apply asks for ephemeral variables by name, defaults or not.
  variables {
    acr_username = ""
    acr_password = ""
  }

  assert {
    condition = alltrue([
      for s in jsondecode(data.aws_iam_policy_document.lb_controller_networks.json).Statement :
      try(s.Condition.StringEquals["aws:RequestTag/elbv2.k8s.aws/cluster"], s.Condition.StringEquals["aws:ResourceTag/elbv2.k8s.aws/cluster"], "") == "eks-layerbot-prod-euw1"
      if contains(flatten([s.Resource]), "arn:aws:ec2:eu-west-1:777788889999:security-group/*")
    ])
    error_message = "Security groups are made with the cluster's tag, and changed only with it."
  }

  assert {
    condition = [for s in jsondecode(data.aws_iam_policy_document.lb_controller_networks.json).Statement : s.Resource if s.Sid == "LetBalancersReachTheNodes"] == [
      aws_security_group.nodes.arn,
    ]
    error_message = "The nodes' group is the one that is not its own."
  }

  assert {
    condition     = contains(flatten([for s in jsondecode(data.aws_iam_policy_document.lb_controller_networks.json).Statement : s.Action]), "wafv2:AssociateWebACL") && contains(flatten([for s in jsondecode(data.aws_iam_policy_document.lb_controller_networks.json).Statement : s.Action]), "shield:CreateProtection")
    error_message = "WAFv2 and Shield are there."
  }

  assert {
    condition = one([
      for s in jsondecode(data.aws_iam_policy_document.lb_controller_networks.json).Statement : s.Resource
      if s.Effect == "Deny" && toset(flatten([s.Action])) == toset(["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"])
    ]) == "arn:aws:elasticloadbalancing:eu-west-1:777788889999:loadbalancer/app/layerbot-prod-euw1-*/*"
    error_message = "The firewalls of 03-infrastructure's balancers are not the controller's."
  }

  # 17–25: the limit of a role's inline policies, all together without whitespace, is 10,240 characters; this one has the most.
  assert {
    condition = sum([
      for d in [data.aws_iam_policy_document.lb_controller_read, data.aws_iam_policy_document.lb_controller_balancers, data.aws_iam_policy_document.lb_controller_networks] :
      length(jsonencode(jsondecode(d.json)))
    ]) <= 10240
    error_message = "The load balancer controller's policies are too long for IAM."
  }
}
