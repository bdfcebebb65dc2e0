// SPDX-License-Identifier: Apache-2.0

package inventory

func nodes() []Number {
	return []Number{
		{"12", "eks_node_groups is a map of pools; by default steady, m6i.large, 2 of 0 to 3, with its labels", "HP", []Check{
			rule("pool-default"), rule("pool-limits"), rule("pool-spot"),
			run("05-compute", "nodes", "default_pool_is_steady"), run("05-compute", "nodes", "pools_are_as_asked_for"),
			run("05-compute", "nodes_refused", "capacity_is_on_demand_or_spot"),
		}},
		{"13", "Pools are named {id}-{pool}, in all private subnets, with one role", "P", []Check{rule("pool-names"), run("05-compute", "nodes", "pools_are_as_asked_for")}},
		{"14", "The nodes' role: three policies of AWS's, and two actions for the caches", "H", []Check{
			rule("node-role"), run("05-compute", "nodes", "the_role_of_nodes_does_what_nodes_do"),
		}},
		{"15", "Five addons, OVERWRITE on update and create, after the node groups", "H", []Check{
			rule("addons"), rule("addons-after-nodes"), run("05-compute", "addons", "five_addons_take_over"),
			live("aws eks list-addons --cluster-name eks-layerbot-sbx-euw1 --query 'sort(addons)' --output text",
				"aws-ebs-csi-driver	coredns	eks-pod-identity-agent	kube-proxy	vpc-cni"),
		}},
		{"16", "The EBS CSI addon ignores service_account_role_arn; its association is its own", "H", []Check{
			rule("ebs-csi-ignores-role"), rule("pod-ebs-csi"), run("05-compute", "addons", "the_csi_driver_has_no_role_of_its_own"),
		}},
	}
}

func identity() []Number {
	pod := func(label, what, name string, more ...Check) Number {
		checks := append([]Check{rule(name), rule("pods-trust")}, more...)
		return Number{label, what, "H", checks}
	}
	return []Number{
		pod("17", "kube-system/ebs-csi-controller-sa: AmazonEBSCSIDriverPolicy and the key", "pod-ebs-csi",
			run("05-compute", "pod_identity", "volumes_are_encrypted_with_the_general_key"),
			run("05-compute", "pod_identity", "each_role_is_of_one_service_account")),
		pod("18", "external-secrets: reads and describes secrets, decrypts", "pod-external-secrets",
			run("05-compute", "pod_identity", "external_secrets_reads_what_is_below_the_id")),
		pod("19", "cert-manager: records, changes, zones", "pod-cert-manager",
			run("05-compute", "pod_identity", "cert_manager_answers_challenges")),
		pod("20", "assistants-core: models, *-ai-data, secrets", "pod-assistants-core",
			run("05-compute", "pod_identity", "assistants_core_reads_its_own_secrets"),
			run("05-compute", "pod_identity", "documents_of_this_account")),
		pod("21", "litellm: models", "pod-litellm"),
		pod("22", "backend-service-ingestion: *-ai-data", "pod-ingestion"),
		pod("23", "backend-service-ingestion-worker: models and *-ai-data", "pod-ingestion-worker"),
		pod("24", "backend-service-speech: Transcribe", "pod-speech", run("05-compute", "pod_identity", "speech_is_transcribed")),
		pod("25", "aws-load-balancer-controller: EC2, ELBv2, IAM, Cognito, ACM, WAFv2, Shield, conditioned on tags", "pod-load-balancers",
			run("05-compute", "pod_identity", "load_balancers_by_tag"), run("05-compute", "pod_identity", "networks_by_tag")),
		{"26", "Two actions of Bedrock on five kinds of ARN, for every role that has models", "H", []Check{
			rule("bedrock-roles"), run("05-compute", "pod_identity", "models_of_bedrock"),
			live("aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::123456789012:role/layerbot-sbx-euw1-litellm --action-names bedrock:InvokeModel --resource-arns arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0 --query 'EvaluationResults[].EvalDecision' --output text",
				"allowed"),
		}},
	}
}

func registries() []Number {
	return []Number{
		{"27", "ECR repositories: KMS, mutability, scan on push, lifecycle", "H", []Check{
			rule("ecr-repositories"), run("05-compute", "ecr", "a_repository_of_an_application"), run("05-compute", "ecr", "repositories_that_ecr_refuses"),
		}},
		{"28", "Enhanced scanning, continuous by rules, basic as the fallback; a flag for who owns the registry's setting", "P", []Check{
			rule("enhanced-scanning-flag"), rule("ecr-scanning"),
			run("05-compute", "ecr", "scanning_is_enhanced_and_continuous"), run("05-compute", "ecr", "basic_scanning_is_on_push"),
			run("05-compute", "ecr", "scanning_of_another_stack"),
			live("aws ecr get-registry-scanning-configuration --query 'scanningConfiguration.[scanType,rules[].scanFrequency]' --output text", "ENHANCED\nCONTINUOUS_SCAN"),
		}},
		{"29", "One pattern for critical or high findings of both kinds of event; a topic only if asked for", "U", []Check{
			gotest("infra/test/eventbridge", "TestTheRuleMatchesCriticalAndHighFindings"), gotest("infra/test/eventbridge", "TestEachAlternativeIsNeeded"),
			gotest("infra/test/eventbridge", "TestOperators"),
			rule("ecr-scan-target"), run("05-compute", "ecr", "findings_are_matched_and_go_nowhere"), run("05-compute", "ecr", "findings_go_to_a_topic"),
		}},
		{"30", "Pull-through of the six upstreams that ECR has; an unknown one is an error that lists them; credentials where ECR wants some", "P", []Check{
			rule("pull-through"), run("05-compute", "pull_through", "all_upstreams_together"), run("05-compute", "pull_through", "gcr_is_refused"),
			run("05-compute", "pull_through", "docker_hub_and_github_with_credentials"),
			run("05-compute", "pull_through", "docker_hub_without_credentials_is_refused"),
			run("05-compute", "pull_through", "github_without_credentials_is_refused"),
			live("docker pull 123456789012.dkr.ecr.eu-west-1.amazonaws.com/registry.k8s.io/pause:3.10 # from outside of the VPC: README.md of 05-compute, Registries",
				"3.10: Pulling from registry.k8s.io/pause"),
		}},
		{"31", "The ACR secret: where ECR looks, write-only with a version, the keys that ECR reads, for ECR's role alone", "H", []Check{
			rule("acr-write-only"), rule("acr-secret"), rule("no-credentials-left"),
			run("05-compute", "acr", "the_secret_is_write_only"), run("05-compute", "acr", "who_reads_the_secret"),
		}},
		{"32", "acr_username and acr_password are ephemeral and sensitive", "H", []Check{rule("acr-ephemeral")}},
		{"33", "The Azure registry under its full name and its short one; prefixes of 2 to 30 characters", "P", []Check{
			rule("acr-prefixes"), run("05-compute", "acr", "both_names_are_registered"), run("05-compute", "acr", "the_longest_name"),
			run("05-compute", "acr", "a_name_too_long"), run("05-compute", "acr", "a_name_too_short"),
		}},
		{"34", "No URL: nothing of Azure's; a URL without credentials: an error", "P", []Check{
			rule("acr-off"), run("05-compute", "acr", "without_a_url_there_is_nothing"), run("05-compute", "acr", "a_url_without_credentials"),
			run("05-compute", "acr", "a_url_without_a_password"),
		}},
	}
}
