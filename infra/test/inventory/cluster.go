// SPDX-License-Identifier: Apache-2.0

package inventory

func layout() []Number {
	return []Number{
		{"L1", "01-bootstrap: a state bucket, versioned, encrypted, TLS only, native lock; its key; GitHub's provider; a plan and an apply role; the first run by hand, which the bot refuses with instructions", "HPU", []Check{
			rule("state-bucket"), rule("state-key"), rule("state-backend"), rule("github-oidc"), rule("github-trust"),
			gotest("infra/test/bootstrap", "TestRolesAdmitTheirOwnJobsAndNobodyElse"),
			gotest("infra/test/bootstrap", "TestRolesOfOneEnvironmentAreNotForAnother"),
			gotest("infra/test/bootstrap", "TestOnlyListedCommitsOfTheWorkflow"),
			file("infra/01-bootstrap/README.md", "## The first run"),
		}},
		{"L2", "03-infrastructure: VPC over zones, endpoints with one shared group (eks-auth too), keys, log group, management server, load balancers", "HP", []Check{
			rule("vpc-endpoints"), rule("no-public-ingress"), rule("management-server"), rule("general-key"), rule("flow-logs"), rule("default-group-closed"),
			run("03-infrastructure", "network", "subnets_over_three_zones"),
			run("03-infrastructure", "network", "endpoints_share_a_security_group"), run("03-infrastructure", "network", "s3_is_no_way_out"),
			run("03-infrastructure", "keys", "auto_scaling_starts_nodes_with_encrypted_volumes"),
			run("03-infrastructure", "management_server", "management_server_is_reached_by_ssm_only"),
		}},
		{"L3", "06-applications: Ray by the Helm provider behind a flag; the hand-over to the load balancer controller", "PS", []Check{
			run("06-applications", "applications", "nothing_is_there_by_default"),
			run("06-applications", "applications", "ray_is_the_chart_of_this_repository"),
			run("06-applications", "applications", "target_groups_are_bound_to_a_service"),
			file("infra/06-applications/README.md", "TargetGroupBinding"),
		}},
		{"L4", "All layers: what the provider's real schema takes, described, without a way around the providers, keys from variables; applied in every environment with nothing left to change; names from one module; every role within the boundary", "HP", []Check{
			rule("schema"), rule("described"), rule("no-escape"), rule("keys-from-variables"), rule("second-plan"), rule("boundary-handed"),
			run("modules/naming", "names", "an_id_is_project_environment_and_region"),
			run("modules/naming", "names", "the_longest_id_leaves_room"),
			run("03-infrastructure", "names", "longest_names_are_short_enough"),
			gotest("infra/test/iam", "TestEveryStarIsAccountedFor"), gotest("infra/test/rules", "TestWhatIsBrokenIsSeen"),
			gotest("infra/test/rules", "TestWhatIsWrittenOtherwiseIsSeen"),
			gotest("infra/test", Every), {Kind: Run, In: "infra", Name: Every},
		}},
		{"L5", "The bot plans and applies the whole chain, in waves that it finds, from pull request to nothing pending, with the registry's credentials unseen: played by TestInfra of cmd/bot", "S", []Check{
			file("cmd/bot/testdata/infra/chain_sbx.txtar", "waves"), file("cmd/bot/testdata/infra/chain_prod.txtar", "waves"),
			file("cmd/bot/testdata/infra/chain_sbx.txtar", "unseen"), gotest("cmd/bot", "TestOurOwnLayersHaveTheirOrder"),
		}},
	}
}

func cluster() []Number {
	return []Number{
		{"1", "Three access models, Internal (default), CloudFront and Dual; compute is the same in each", "SH", []Check{
			rule("compute-model-blind"), rule("ingress-flags"),
			run("03-infrastructure", "access", "internal_is_the_default"),
			run("03-infrastructure", "access", "cloudfront_brings_the_internet_to_an_internal_alb"),
			run("03-infrastructure", "access", "dual_adds_a_public_alb_for_websockets"),
			file("infra/README.md", "## Who reaches the cluster"),
		}},
		{"2", "Authentication by the API alone, no aws-auth", "H", []Check{
			rule("authentication-api"), rule("no-aws-auth"), run("05-compute", "cluster", "access_is_by_entries_alone"),
		}},
		{"3", "The management server has an access entry and administers the cluster", "H", []Check{
			rule("management-admin"), run("05-compute", "access", "the_management_server_administers"),
			live("aws eks list-associated-access-policies --cluster-name eks-layerbot-sbx-euw1 --principal-arn arn:aws:iam::123456789012:role/layerbot-sbx-euw1-management-server --query 'associatedAccessPolicies[].policyArn' --output text",
				"arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
		}},
		{"4", "SandboxAdministrator the same, in sbx only", "P", []Check{
			rule("sandbox-administrator"),
			run("05-compute", "access", "sandbox_administrators_administer_sbx"),
			run("05-compute", "access", "sandbox_administrators_do_not_administer_prod"),
		}},
		{"5", "Kubernetes secrets are encrypted with infrastructure's general key", "H", []Check{
			rule("secrets-encrypted"), run("05-compute", "cluster", "the_general_key_encrypts"),
		}},
		{"6", "Five types of control plane logs", "H", []Check{
			rule("log-types"), run("05-compute", "cluster", "the_control_plane_logs_everything"),
		}},
		{"7", "Their log group /aws/eks/eks-{id}/cluster: encrypted, kept 7 days unless said, made before the cluster", "H", []Check{
			rule("log-group"), rule("log-retention"), rule("log-group-first"),
			run("05-compute", "cluster", "logs_are_kept_for_as_long_as_asked"),
		}},
		{"8", "The private endpoint is on, the public one off", "H", []Check{
			rule("private-endpoint"), rule("public-endpoint-off"), rule("endpoint-private"),
		}},
		{"9", "The cluster's group: 443 from endpoints, nodes and management; out within the VPC", "H", []Check{
			rule("cluster-ingress"), rule("cluster-egress"), run("05-compute", "network", "three_groups_reach_the_api"),
		}},
		{"10", "Where the NLB exists, EKS's group lets its group in", "P", []Check{
			rule("nlb-into-eks-group"), run("05-compute", "ingress", "the_load_balancer_gets_into_the_group_of_eks"),
			run("05-compute", "network", "without_the_load_balancer_there_is_no_rule_for_it"),
		}},
		{"11", "The nodes' group: all TCP from the VPC, itself, the cluster", "H", []Check{
			rule("nodes-ingress"), run("05-compute", "network", "nodes_let_the_vpc_in"),
		}},
	}
}
