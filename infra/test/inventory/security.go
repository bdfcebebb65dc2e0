// SPDX-License-Identifier: Apache-2.0

package inventory

import "strings"

func security() []Number {
	return []Number{
		{"74", "Five layers of defence, drawn", "S", []Check{
			file("docs/security.md", "## Five layers of defence"), file("docs/security.md", "```mermaid"), gotest("cmd/bot", "TestSecurityPageLeadsToItsTests"),
		}},
		{"75", "The App's JWT: RS256, ten minutes at most", "U", []Check{gotest("internal/github", "TestJWTHoldsWithAClockAMinuteOff")}},
		{"76", "It is exchanged for an installation token, of an hour at most", "U", []Check{
			gotest("internal/github", "TestTokenIsMintedAgainOnceOn401"), gotest("internal/github", "TestCloseRevokesOnceAlsoWhenCancelled"),
			gotest("internal/github", "TestMintingIsRepeatedAfterFaults"),
		}},
		{"77", "No personal access token anywhere", "S", []Check{gotest("infra/test/static", "TestNoPersonalAccessToken")}},
		{"78", "Inputs APP_ID, APP_PRIVATE_KEY, INSTALLATION_ID", "U", []Check{
			gotest("action", "TestEachInputArrivesAndEachOutputLeaves"), file(".github/workflows/gitops.yml", "INSTALLATION_ID:"),
			file(".github/workflows/gitops.yml", "APP_PRIVATE_KEY:"), file(".github/workflows/gitops.yml", "APP_ID:"),
		}},
		{"79", "auth-flow.md and permissions.md", "S", []Check{
			gotest("internal/setup", "TestAuthFlowNamesEachPhase"), gotest("internal/setup", "TestWhatTheRepositoryHoldsIsWrittenFromHere"),
			file(".github/app/auth-flow.md", "sequenceDiagram"), file(".github/app/permissions.md", "| phase"),
		}},
		{"80", "No static AWS keys", "S", []Check{rule("no-keys"), gotest("infra/test/static", "TestNoStaticKeys")}},
		{"81", "Trust is limited to audience and repository, exactly", "HPU", []Check{
			rule("github-trust"), gotest("infra/test/bootstrap", "TestRolesAdmitTheirOwnJobsAndNobodyElse"),
			gotest("internal/aws/trust", "TestShippedPoliciesAdmitExactlyWhomTheyShould"),
			live("aws iam get-role --role-name layerbot-sbx-euw1-apply --query Role.AssumeRolePolicyDocument > trust.json && bot doctor trust trust.json",
				"what it admits, and nothing under what it should not"),
		}},
		{"82", "IRSA cluster-autoscaler: describe, scale, terminate, by the cluster's tag", "H", []Check{
			rule("irsa-autoscaler"), rule("irsa-flag"), run("05-compute", "irsa", "the_autoscaler_changes_groups_of_its_cluster"),
		}},
		{"83", "IRSA aws-node-termination-handler: sqs:* on its own queue only", "H", []Check{
			rule("irsa-nth"), run("05-compute", "irsa", "the_termination_handler_has_its_own_queue"),
		}},
		{"84", "An OIDC provider from the cluster's issuer; both behind enable_irsa", "H", []Check{
			rule("irsa-provider"), rule("irsa-flag"), run("05-compute", "irsa", "without_irsa_there_is_nothing_of_it"),
		}},
		{"85", "A key of its own if none is given: rotation, 7 days, root, cluster role, logs by their context", "H", []Check{
			rule("cluster-key"), run("05-compute", "key", "a_key_is_made_if_none_is_given"), run("05-compute", "cluster", "a_key_that_is_given_encrypts"),
		}},
		{"86", "IMDSv2 on CPU and GPU templates", "HR", []Check{
			rule("launch-templates"), rule("gpu-template"), rego("terraform", "imdsv2"),
			live("aws ec2 describe-instances --filters Name=tag:Project,Values=layerbot --query 'Reservations[].Instances[].MetadataOptions.HttpTokens' --output text | tr '\\t' '\\n' | sort -u", "required"),
		}},
		{"87", "GPU nodes have the taint nvidia.com/gpu=true:NoSchedule", "HM", []Check{
			rule("gpu-taint"), run("05-compute", "nodes", "gpu_pools_have_the_taint"), gotest("infra/test/chart", "TestOnlyGPUWorkersTolerateTheTaint"),
		}},
		{"88", "Nodes: out to private networks and S3, in from themselves, nothing public", "H", []Check{
			rule("nodes-egress"), rule("nat-egress-off"), rule("nodes-ingress"),
			run("05-compute", "network", "nodes_get_out_to_nothing_public"), run("05-compute", "network", "nodes_get_out_through_nat_if_asked"),
		}},
		{"89", "The private endpoint always, the public one off by default", "H", []Check{
			rule("private-endpoint"), rule("public-endpoint-off"), run("05-compute", "cluster", "the_private_endpoint_stays"),
			run("05-compute", "cluster", "public_for_everybody_is_refused"),
			live("aws eks describe-cluster --name eks-layerbot-sbx-euw1 --query 'cluster.resourcesVpcConfig.[endpointPrivateAccess,endpointPublicAccess]' --output text", "True	False"),
		}},
	}
}

func policies() []Number {
	// A pull request that breaks the rule, played by TestInfra of cmd/bot in minutes, which make test runs.
	played := func(label, layer, name string) Check {
		return file("cmd/bot/testdata/infra/rule_"+strings.Repeat("0", 3-len(label))+label+".txtar", "denied "+layer+"/prod "+name+" ")
	}
	terraform := func(label, what, name string) Number {
		return Number{label, "terraform.rego: " + what, "R", []Check{
			rego("terraform", name), gotest("policies", "TestPlansAreJudged"), gotest("cmd/bot", "TestOurOwnPoliciesPassTheirTestsWithOurLimits"),
			played(label, "05-compute", name),
		}}
	}
	tags := terraform("95", "tags ManagedBy, Environment, Repository", "tags")
	tags.Checks = append(tags.Checks, rule("default-tags"))
	ray := func(label, what, name string) Number {
		return Number{label, "ray.rego: " + what, "R", []Check{
			rego("ray", name), gotest("infra/test/chart", "TestEachRuleForRayDeniesWhatBreaksIt"), gotest("infra/test/chart", "TestTheRulesForRayDenyNothing"),
			played(label, "06-applications", name),
		}}
	}
	return []Number{
		terraform("90", "four regions, or those of the configuration", "region"),
		terraform("91", "CPU node groups end at 20", "cpu_node_group_max"),
		terraform("92", "GPU node groups end at 10", "gpu_node_group_max"),
		terraform("93", "instance types of two lists", "instance_type"),
		terraform("94", "EBS volumes are encrypted", "ebs_encrypted"),
		tags,
		terraform("96", "a private endpoint where the public one is on", "private_endpoint"),
		terraform("97", "the cluster logs", "cluster_logging"),
		terraform("98", "IMDSv2 is required", "imdsv2"),
		terraform("99", "volumes end at 500 GiB", "volume_size"),
		terraform("100", "min_size is not max_size", "min_max_size"),
		ray("101", "at most 16 CPUs a worker", "worker_cpu"),
		ray("102", "at most 64 GiB a worker", "worker_memory"),
		ray("103", "at most 4 GPUs a worker", "worker_gpu"),
		ray("104", "at most 50 workers", "total_workers"),
		ray("105", "at most 20 GPUs", "total_gpus"),
		ray("106", "requests of at least 0.5 CPU", "cpu_request"),
		ray("107", "requests of at least 0.5 GiB", "memory_request"),
		ray("108", "GPU workers tolerate the taint", "gpu_toleration"),
		ray("109", "labels ray.io/node-type and app", "labels"),
	}
}

func last() []Number {
	gates := []Check{
		gotest("action", "TestEachGateRunsOnEveryChange"), gotest("action", "TestGates/tfsec_finds"), gotest("action", "TestGates/checkov_finds"),
		gotest("action", "TestGates/gitleaks_finds"), gotest("action", "TestGates/license_finds"),
	}
	for _, name := range []string{"tfsec", "checkov", "codeql", "gitleaks", "dependency-check", "license-header"} {
		gates = append(gates, file(".github/workflows/"+name+".yml", "pull_request:"))
	}
	return []Number{
		{"110", "Six gates on every pull request, which fail when they find", "S", gates},
		{"111", "charts/ray: containers that are nobody and can do nothing, at the sizes and ports that were asked for", "M", []Check{
			gotest("infra/test/chart", "TestEveryContainerIsNobodyAndCanDoNothing"), gotest("infra/test/chart", "TestTakingAnythingAwayIsNoticed"),
			gotest("infra/test/chart", "TestTheClusterIsOfTheSizeThatTheInventorySays"), gotest("infra/test/chart", "TestEveryObjectIsWhatAnAPIServerTakes"),
			gotest("infra/test/chart", "TestTheRulesForRayDenyNothing"),
			run("05-compute", "addons", "network_policies_are_enforced"),
		}},
		{"112", "SOC 2 type II, CIS and NIST CSF: each row with what shows it", "S", []Check{
			file("docs/compliance.md", "## SOC 2"), file("docs/compliance.md", "## CIS"), file("docs/compliance.md", "## NIST"),
			gotest("infra/test/static", "TestComplianceRowsLeadToWhatShowsThem"),
		}},
	}
}
