# SPDX-License-Identifier: Apache-2.0

# Tests of terraform.rego. Each rule is tested for what it denies, what it allows, and the edges between:
# test_<rule>_denies…, test_<rule>_allows…, test_<rule>_edge_….
package terraform_test

import data.terraform

# expect says that a rule gives all plans of a table the same verdict: "deny", "warn", or "ok".
expect(rule, want, plans) if {
	every name, p in plans {
		got := verdict(rule, p)
		print(name, "–", rule, "is", got)
		got == want
	}
}

verdict(rule, p) := "deny" if {
	rule in {e.rule | some e in terraform.deny with input as p}
} else := "warn" if {
	rule in {e.rule | some e in terraform.warn with input as p}
} else := "ok"

# change is a resource that is made, plan a plan of some, in an allowed region.
change(type, after) := {
	"address": sprintf("%s.x", [type]), "mode": "managed", "type": type, "name": "x",
	"change": {"actions": ["create"], "after": after, "after_unknown": {}},
}

changed(type, after, unknown) := object.union(change(type, after), {"change": {"after_unknown": unknown}})

plan(changes) := {"resource_changes": changes, "configuration": {"provider_config": {"aws": constant("eu-west-1")}, "root_module": {}}}

one(type, after) := plan([change(type, after)])

# configured is a plan of one resource, with what its configuration sets.
configured(type, after, unknown, expressions) := {
	"resource_changes": [changed(type, after, unknown)],
	"configuration": {
		"provider_config": {"aws": constant("eu-west-1")},
		"root_module": {"resources": [configuration(type, expressions)]},
	},
}

configuration(type, expressions) := {
	"address": sprintf("%s.x", [type]), "mode": "managed", "type": type, "name": "x",
	"provider_config_key": "aws", "expressions": expressions,
}

constant(region) := provider({"constant_value": region})

provider(region) := {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": {"region": region}}

reference(refs) := {"references": refs}

later := reference(["aws_sqs_queue.q.arn", "aws_sqs_queue.q"])

# What no rule may have anything to say of.

test_deny_nothing_of_a_good_plan if {
	count(terraform.deny) == 0 with input as good
	count(terraform.warn) == 0 with input as good
}

good := plan([
	change("aws_launch_template", {
		"instance_type": "m5.large", "tags": null, "tags_all": tags,
		"block_device_mappings": [{"device_name": "/dev/xvda", "ebs": [{"encrypted": "true", "volume_size": 100}]}],
		"metadata_options": [{"http_tokens": "required", "http_endpoint": "enabled"}],
		"id": "lt-1",
	}),
	change("aws_eks_cluster", {
		"tags_all": tags, "enabled_cluster_log_types": ["api", "audit"],
		"vpc_config": [{"endpoint_private_access": true, "endpoint_public_access": false}],
	}),
	change("aws_eks_node_group", {
		"tags_all": tags, "instance_types": ["m5.xlarge"], "launch_template": [{"id": "lt-1"}],
		"scaling_config": [{"min_size": 1, "max_size": 20, "desired_size": 1}],
	}),
	change("aws_ebs_volume", {"tags_all": tags, "encrypted": true, "size": 500, "availability_zone": "eu-west-1a"}),
])

tags := {"ManagedBy": "terraform", "Environment": "dev", "Repository": "acme/infra"}

# What nobody judges: what goes away, and what is only read.

test_deny_skips_what_goes_away if {
	every actions in [["delete"], ["forget"]] {
		p := plan([object.union(change("aws_ebs_volume", {"encrypted": false, "size": 900}), {"change": {"actions": actions}})])
		count(terraform.deny) == 0 with input as p
	}
	p := plan([object.union(change("aws_ebs_volume", {}), {"change": {"actions": ["delete"], "after": null, "before": {"encrypted": false}}})])
	count(terraform.deny) == 0 with input as p
}

test_deny_skips_data if {
	p := plan([object.union(change("aws_ebs_volume", {"encrypted": false, "size": 900}), {"mode": "data", "change": {"actions": ["read"]}})])
	count(terraform.deny) == 0 with input as p
	count(terraform.warn) == 0 with input as p
}

test_deny_judges_replacements_and_deferred_changes if {
	r := change("aws_ebs_volume", {"encrypted": false, "size": 10})
	every actions in [["create", "delete"], ["delete", "create"], ["update"], ["no-op"], ["create"]] {
		verdict("ebs_encrypted", plan([object.union(r, {"change": {"actions": actions}})])) == "deny"
	}
	verdict("ebs_encrypted", {"resource_changes": null, "deferred_changes": [{"reason": "provider_config_unknown", "resource_change": r}]}) == "deny"
}

test_deny_says_what_where_and_how_bad if {
	p := one("aws_ebs_volume", {"encrypted": false, "size": 10, "tags_all": tags})
	terraform.deny == {{"rule": "ebs_encrypted", "severity": "high", "address": "aws_ebs_volume.x", "msg": "the volume is not encrypted"}} with input as p
}

test_deny_shows_nothing_sensitive if {
	every marks in [{"size": true}, true] {
		p := plan([object.union(change("aws_ebs_volume", {"encrypted": true, "size": 900, "tags_all": tags}), {"change": {"after_sensitive": marks}})])
		msgs := {e.msg | some e in terraform.deny with input as p}
		msgs == {"a volume of (sensitive) GiB is larger than 500 GiB"}
	}
}

# The limits.

test_config_denies_what_is_no_limit if {
	every limits in [{"regoins": []}, {"volume_max_gib": "600"}, {"regions": "eu-west-1"}, {"tags": [1]}, {"volume_max_gib": null}] {
		verdict("config", good) == "deny" with data.config.terraform as limits
	}
}

test_config_allows_limits if {
	limits := {"regions": [], "volume_max_gib": 1, "tags": ["x"], "ebs_encrypted_by_default": true}
	verdict("config", good) == "ok" with data.config.terraform as limits
}

test_config_edge_a_wrong_limit_leaves_the_default if {
	verdict("volume_size", one("aws_ebs_volume", {"size": 501})) == "deny" with data.config.terraform as {"volume_max_gib": "9999"}
}

test_config_edge_manifests_are_not_asked_about_plans if {
	count(terraform.deny) == 0 with input as {"kind": "Service"} with data.config.terraform as {"regoins": []}
}

# Region.

in_region(region) := {
	"resource_changes": [change("aws_sqs_queue", {"tags_all": tags})],
	"configuration": {"provider_config": {"aws": provider(region)}, "root_module": {"resources": [configuration("aws_sqs_queue", {})]}},
}

with_variables(p, values) := object.union(p, {"variables": {name: {"value": v} | some name, v in values}})

test_region_denies if expect("region", "deny", {
	"a constant": in_region({"constant_value": "eu-central-1"}),
	"a variable": with_variables(in_region(reference(["var.region"])), {"region": "eu-central-1"}),
	"an attribute of a variable": with_variables(in_region(reference(["var.aws.region", "var.aws"])), {"aws": {"region": "ap-south-1"}}),
	"one of two variables": with_variables(in_region(reference(["var.a", "var.b"])), {"a": "eu-west-1", "b": "ap-south-1"}),
	"a resource's own": configured("aws_sqs_queue", {"region": "ap-south-1"}, {}, {"region": {"constant_value": "ap-south-1"}}),
	"a resource's, of a provider that looks well": configured("aws_sqs_queue", {"region": "ap-south-1"}, {}, {}),
	"a zone's": configured("aws_ebs_volume", {"availability_zone": "ap-south-1a"}, {}, {}),
	"zones'": configured("aws_autoscaling_group", {"availability_zones": ["eu-west-1a", "ap-south-1b"]}, {}, {}),
	"a second provider's": object.union(in_region({"constant_value": "eu-west-1"}), {"configuration": {
		"provider_config": {"aws": constant("eu-west-1"), "aws.b": constant("ap-south-1")},
		"root_module": {"resources": [object.union(configuration("aws_sqs_queue", {}), {"provider_config_key": "aws.b"})]},
	}}),
	"a provider by another name": object.union(in_region({}), {"configuration": {
		"provider_config": {"amazon": {"name": "amazon", "full_name": "registry.opentofu.org/hashicorp/aws", "expressions": {"region": {"constant_value": "ap-south-1"}}}},
		"root_module": {"resources": [object.union(configuration("aws_sqs_queue", {}), {"provider_config_key": "amazon"})]},
	}}),
	"a copy of a table": configured("aws_dynamodb_table", {"replica": [{"region_name": "ap-south-1"}]}, {}, {}),
	"a copy of a secret": configured("aws_secretsmanager_secret", {"replica": [{"region": "ap-south-1"}]}, {}, {}),
	"stacks": configured("aws_cloudformation_stack_instances", {"regions": ["eu-west-1", "ap-south-1"]}, {}, {}),
	"a resource without a configuration": {
		"resource_changes": [change("aws_sqs_queue", {})],
		"configuration": {"provider_config": {"aws": constant("eu-west-1"), "aws.b": constant("ap-south-1")}},
	},
	"a provider alone": {"configuration": {"provider_config": {"aws": constant("ap-south-1")}}},
	"of no region's name": in_region({"constant_value": "EU-WEST-1"}),
})

test_region_denies_what_cannot_be_told if expect("region", "deny", {
	"nothing": in_region({}),
	"no expression": json.remove(in_region({}), ["configuration/provider_config/aws/expressions"]),
	"null": in_region({"constant_value": null}),
	"a local": in_region(reference(["local.region"])),
	"a local beside a variable": with_variables(in_region(reference(["var.region", "local.x"])), {"region": "eu-west-1"}),
	"a variable without a value": in_region(reference(["var.region"])),
	"a variable that is null": with_variables(in_region(reference(["var.region"])), {"region": null}),
	"a variable that is none": with_variables(in_region(reference(["var.region"])), {"region": {"a": "eu-west-1"}}),
	"no provider": {"resource_changes": [change("aws_sqs_queue", {})], "configuration": {"root_module": {}}},
	"no configuration": {"resource_changes": [change("aws_sqs_queue", {})]},
	"a provider that is not there": object.union(in_region({}), {"configuration": {"provider_config": {"aws": {"name": "other", "full_name": "x/other"}}}}),
})

test_region_allows if expect("region", "ok", {
	"a constant": in_region({"constant_value": "us-west-2"}),
	"a variable": with_variables(in_region(reference(["var.region"])), {"region": "us-east-2"}),
	"an element of a variable": with_variables(in_region(reference(["var.regions[\"eu.a\"]", "var.regions"])), {"regions": {"eu.a": "eu-west-1", "x": "ap-south-1"}}),
	"an element of a list": with_variables(in_region(reference(["var.regions[1]", "var.regions"])), {"regions": ["ap-south-1", "eu-west-1"]}),
	"variables of like names": with_variables(in_region(reference(["var.region", "var.region_b"])), {"region": "us-east-2", "region_b": "us-east-1"}),
	"what resources show": configured_region(reference(["local.region"]), {"region": "us-east-1"}, {}),
	"a resource's own": configured_region({"constant_value": "us-east-1"}, {"region": "us-east-2"}, {"region": {"constant_value": "us-east-2"}}),
	"a zone": configured("aws_ebs_volume", {"availability_zone": "eu-west-1a"}, {}, {}),
	"a local zone": configured("aws_ebs_volume", {"availability_zone": "us-west-2-lax-1a"}, {}, {}),
	"nothing of AWS": {"resource_changes": [change("random_id", {})], "configuration": {"provider_config": {"random": {"name": "random"}}, "root_module": {}}},
	"a provider for data alone": object.union(in_region({"constant_value": "eu-west-1"}), {"configuration": {"provider_config": {"aws.data": constant("ap-south-1")}}}),
})

configured_region(region, after, expressions) := {
	"resource_changes": [change("aws_sqs_queue", after)],
	"configuration": {"provider_config": {"aws": provider(region)}, "root_module": {"resources": [configuration("aws_sqs_queue", expressions)]}},
}

test_region_edge_an_own_region_does_not_vouch_for_the_provider if {
	verdict("region", configured_region(reference(["local.region"]), {"region": "us-east-1"}, {"region": {"constant_value": "us-east-1"}})) == "deny"
}

test_region_edge_unknown_warns if {
	verdict("region", configured("aws_sqs_queue", {}, {"region": true}, {"region": later})) == "warn"
	verdict("region", configured("aws_s3_bucket", {}, {"region": true}, {})) == "ok" # version 5 computes it
}

# A module with a provider of its own, called by another, called with a variable.
nested(outer, inner) := {
	"variables": {"r": {"value": "ap-south-1"}},
	"resource_changes": [object.union(change("aws_sqs_queue", {}), {"module_address": "module.a[\"x.y[0]\"].module.b"})],
	"configuration": {
		"provider_config": {"module.a.module.b:aws": provider(reference(["var.region"]))},
		"root_module": {"module_calls": {"a": {"expressions": outer, "module": {
			"variables": {"where": {"default": "us-east-1"}},
			"module_calls": {"b": {"expressions": inner, "module": {
				"variables": {"region": {"default": "us-west-2"}},
				"resources": [object.union(configuration("aws_sqs_queue", {}), {"provider_config_key": "module.a.module.b:aws"})],
			}}},
		}}}},
	},
}

test_region_edge_modules if {
	inner := {"region": reference(["var.where"])}
	expect("region", "deny", {
		"a variable of a variable": nested({"where": reference(["var.r"])}, inner),
		"a constant": nested({"where": {"constant_value": "ap-south-1"}}, inner),
		"a local on the way": nested({"where": reference(["local.r"])}, inner),
		"a resource on the way": nested({}, {"region": reference(["aws_x.y.region", "aws_x.y"])}),
	})
	expect("region", "ok", {
		"the default of the inner one": nested({}, {}),
		"the default of the outer one": nested({}, inner),
		"a constant": nested({"where": {"constant_value": "eu-west-1"}}, inner),
	})
	addresses := {e.address | some e in terraform.deny with input as nested({"where": reference(["var.r"])}, inner); e.rule == "region"}
	addresses == {"module.a.module.b.provider.aws"}
}

test_region_edge_said_once if {
	p := {
		"resource_changes": [change("aws_sqs_queue", {"region": "ap-south-1"}), change("aws_sns_topic", {"region": "ap-south-1"})],
		"configuration": {"provider_config": {"aws": constant("ap-south-1")}, "root_module": {"resources": [configuration("aws_sqs_queue", {}), configuration("aws_sns_topic", {})]}},
	}
	addresses := [e.address | some e in terraform.deny with input as p; e.rule == "region"]
	addresses == ["provider.aws"]
}

test_region_edge_override if {
	verdict("region", in_region({"constant_value": "eu-central-1"})) == "ok" with data.config.terraform as {"regions": ["eu-central-1"]}
	verdict("region", in_region({"constant_value": "eu-west-1"})) == "deny" with data.config.terraform as {"regions": ["eu-central-1"]}
}

# Tags.

test_tags_denies if expect("tags", "deny", {
	"none": one("aws_sqs_queue", {"tags": {}, "tags_all": {}}),
	"null": one("aws_sqs_queue", {"tags": null, "tags_all": null}),
	"one is missing": one("aws_sqs_queue", {"tags_all": object.remove(tags, ["Repository"])}),
	"one is empty": one("aws_sqs_queue", {"tags_all": object.union(tags, {"Repository": ""})}),
	"one is blank": one("aws_sqs_queue", {"tags_all": object.union(tags, {"Repository": " \t"})}),
	"one is null": one("aws_sqs_queue", {"tags_all": object.union(tags, {"Repository": null})}),
	"another case": one("aws_sqs_queue", {"tags_all": {"managedby": "x", "environment": "x", "repository": "x"}}),
	"a group of another tag": one("aws_autoscaling_group", {"tag": [{"key": "Name", "value": "x"}]}),
	"a group without": one("aws_autoscaling_group", {"tag": []}),
	"a group with tags_all": one("aws_autoscaling_group", {"tag": [], "tags_all": tags}),
	"what nobody gives is not known": configured("aws_sqs_queue", {"tags": null}, {"tags_all": true}, {}),
	"what nobody gives, of another tag that is unknown": configured("aws_sqs_queue", {"tags": {}}, {"tags": {"Name": true}, "tags_all": true}, {"tags": later}),
	"an empty one over the provider's": by_default({"constant_value": tags}, {"tags": {"Repository": ""}}),
	"an empty one of the provider": by_default({"constant_value": object.union(tags, {"Repository": ""})}, {"tags": null}),
})

test_tags_allows if expect("tags", "ok", {
	"its own": one("aws_sqs_queue", {"tags": tags, "tags_all": tags}),
	"the provider's": one("aws_sqs_queue", {"tags": null, "tags_all": tags}),
	"both's": one("aws_sqs_queue", {"tags": {"Repository": "r"}, "tags_all": object.remove(tags, ["Repository"])}),
	"a group's": one("aws_autoscaling_group", {"tag": [{"key": k, "value": v} | some k, v in tags]}),
	"what cannot have any": one("aws_iam_role_policy_attachment", {"role": "x"}),
	"the provider's, where one of its own is unknown": by_default({"constant_value": tags}, {"tags": {"Name": null}}),
})

# by_default is a resource that its provider gives tags, and whose tags_all is not known.
by_default(expression, after) := object.union(
	configured("aws_sqs_queue", after, {"tags_all": true, "tags": {"Name": true}}, {"tags": later}),
	{"configuration": {"provider_config": {"aws": object.union(constant("eu-west-1"), {"expressions": {"default_tags": [{"tags": expression}]}})}}},
)

test_tags_edge_unknown_warns if expect("tags", "warn", {
	"the value": configured("aws_sqs_queue", {"tags": object.remove(tags, ["Repository"])}, {"tags": {"Repository": true}, "tags_all": true}, {"tags": later}),
	"in tags_all alone": plan([changed("aws_sqs_queue", {"tags_all": object.remove(tags, ["Repository"])}, {"tags_all": {"Repository": true}})]),
	"all": configured("aws_sqs_queue", {}, {"tags": true, "tags_all": true}, {"tags": later}),
	"the provider's": by_default(reference(["local.tags"]), {"tags": null}),
	"without a configuration": plan([changed("aws_sqs_queue", {"tags": null}, {"tags_all": true})]),
	"a group's value": plan([changed("aws_autoscaling_group", {"tag": [{"key": "Repository"}, {"key": "ManagedBy", "value": "x"}, {"key": "Environment", "value": "x"}]}, {"tag": [{"value": true}, {}, {}]})]),
	"a group's blocks": plan([changed("aws_autoscaling_group", {}, {"tag": true})]),
})

test_tags_edge_override if {
	verdict("tags", one("aws_sqs_queue", {"tags_all": {"Owner": "x"}})) == "ok" with data.config.terraform as {"tags": ["Owner"]}
	verdict("tags", one("aws_sqs_queue", {"tags_all": {}})) == "ok" with data.config.terraform as {"tags_exempt": ["aws_sqs_queue"]}
	verdict("tags", one("aws_sqs_queue", {"tags_all": tags})) == "deny" with data.config.terraform as {"tags": ["Owner"]}
}

test_tags_edge_says_which if {
	p := one("aws_sqs_queue", {"tags_all": {"ManagedBy": "x"}})
	{e.msg | some e in terraform.deny with input as p} == {"has no tag Environment, Repository, or an empty one"}
}

# EKS clusters.

cluster(vpc) := one("aws_eks_cluster", {"vpc_config": [vpc]})

test_private_endpoint_denies if expect("private_endpoint", "deny", {
	"public alone": cluster({"endpoint_public_access": true, "endpoint_private_access": false}),
	"AWS's defaults": cluster({"endpoint_public_access": null, "endpoint_private_access": null}),
	"what is left out": cluster({}),
	"no block": one("aws_eks_cluster", {"vpc_config": []}),
	"public by default": cluster({"endpoint_private_access": false}),
	"not private by default": cluster({"endpoint_public_access": true}),
	"public, and nobody sets private": configured("aws_eks_cluster", {"vpc_config": [{"endpoint_public_access": true}]}, {"vpc_config": [{"endpoint_private_access": true}]}, {"vpc_config": [{"endpoint_public_access": {"constant_value": true}}]}),
})

test_private_endpoint_allows if expect("private_endpoint", "ok", {
	"both": cluster({"endpoint_public_access": true, "endpoint_private_access": true}),
	"private alone": cluster({"endpoint_public_access": false, "endpoint_private_access": true}),
	"private, and public by default": cluster({"endpoint_private_access": true}),
	"public off": cluster({"endpoint_public_access": false}),
})

unknown_endpoint(vpc, unknown) := configured(
	"aws_eks_cluster", {"vpc_config": [vpc]}, {"vpc_config": [unknown]},
	{"vpc_config": [{"endpoint_private_access": later, "endpoint_public_access": later}]},
)

test_private_endpoint_edge_unknown if {
	expect("private_endpoint", "warn", {
		"private": unknown_endpoint({"endpoint_public_access": true}, {"endpoint_private_access": true}),
		"public": unknown_endpoint({"endpoint_private_access": false}, {"endpoint_public_access": true}),
		"both": unknown_endpoint({}, {"endpoint_private_access": true, "endpoint_public_access": true}),
		"the block": plan([changed("aws_eks_cluster", {}, {"vpc_config": true})]),
	})
	expect("private_endpoint", "ok", {
		"public, of a private one": unknown_endpoint({"endpoint_private_access": true}, {"endpoint_public_access": true}),
		"private, of one that is not public": unknown_endpoint({"endpoint_public_access": false}, {"endpoint_private_access": true}),
	})
}

test_cluster_logging_denies if expect("cluster_logging", "deny", {
	"none": one("aws_eks_cluster", {"enabled_cluster_log_types": []}),
	"null": one("aws_eks_cluster", {"enabled_cluster_log_types": null}),
	"left out": one("aws_eks_cluster", {}),
	"no log at all": one("aws_eks_cluster", {"enabled_cluster_log_types": ["", "none"]}),
})

test_cluster_logging_allows if expect("cluster_logging", "ok", {
	"one": one("aws_eks_cluster", {"enabled_cluster_log_types": ["audit"]}),
	"all": one("aws_eks_cluster", {"enabled_cluster_log_types": ["api", "audit", "authenticator", "controllerManager", "scheduler"]}),
	"no cluster": one("aws_ecs_cluster", {}),
})

test_cluster_logging_edge_unknown_warns if {
	verdict("cluster_logging", plan([changed("aws_eks_cluster", {}, {"enabled_cluster_log_types": true})])) == "warn"
}

test_not_judged_warns if expect("not_judged", "warn", {
	"a stack": one("aws_cloudformation_stack", {}),
	"stacks": one("aws_cloudformation_stack_set", {}),
	"anything by its schema": one("aws_cloudcontrolapi_resource", {"type_name": "AWS::EC2::Instance"}),
	"another provider for AWS": one("awscc_ec2_instance", {}),
	"EKS Auto Mode": one("aws_eks_cluster", {"compute_config": [{"enabled": true}]}),
})
