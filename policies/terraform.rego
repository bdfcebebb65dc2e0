# SPDX-License-Identifier: Apache-2.0

# What infrastructure on AWS may be, asked of a Terraform plan. README.md explains each rule.
#
# What only the apply will tell is a warning, never silence. What nobody set counts as AWS's own default.
package terraform

import data.terraform.instance
import data.terraform.plan
import data.terraform.provider

# defaults are the limits. data.config.terraform has others, under the same names.
defaults := {
	"regions": ["us-east-1", "us-east-2", "us-west-2", "eu-west-1"],
	"cpu_node_group_max": 20,
	"gpu_node_group_max": 10,
	"cpu_instance_types": [
		"t3.medium", "t3.large", "t3.xlarge",
		"m5.large", "m5.xlarge", "m5.2xlarge", "m5.4xlarge",
	],
	"gpu_instance_types": ["g4dn.xlarge", "g4dn.2xlarge", "g4dn.4xlarge", "p3.2xlarge"],
	"ebs_encrypted_by_default": false,
	"tags": ["ManagedBy", "Environment", "Repository"],
	"tags_exempt": [],
	"volume_max_gib": 500,
}

severity := {
	"config": "high", "region": "high", "cpu_node_group_max": "medium", "gpu_node_group_max": "medium",
	"instance_type": "medium", "ebs_encrypted": "high", "tags": "low", "private_endpoint": "high",
	"cluster_logging": "medium", "imdsv2": "high", "volume_size": "medium", "min_max_size": "low",
}

limits := object.union(defaults, {key: v |
	some key, v in data.config.terraform
	is_limit(key, v)
})

is_limit(key, v) if same_kind(v, defaults[key])

same_kind(a, b) if {
	type_name(a) == type_name(b)
	every element in {e | some e in a} { is_string(element) }
}

finding(rule, address, msg) := {"rule": rule, "severity": object.get(severity, rule, "low"), "address": address, "msg": msg}

about(rule, r, msg) := finding(rule, plan.address[r], msg)

# A warning blocks only where whatever is low does.
unsure(rule, r, msg) := object.union(about(rule, r, msg), {"severity": "low"})

# A limit that is misspelt, or no limit, must not be taken for one.
deny contains finding("config", "", msg) if {
	is_array(input.resource_changes)
	some key, v in data.config.terraform
	not is_limit(key, v)
	msg := sprintf("data.config.terraform.%s is no limit, or of another kind than its default. Valid: %s.", [key, concat(", ", sort(object.keys(defaults)))])
}

# Region: of each provider, of each resource that has one of its own, and of what it copies itself to.

deny contains finding("region", provider.address(key), msg) if {
	some key, regions in provider.regions
	some region in regions
	not region in limits.regions
	msg := sprintf("works in %s; %s", [region, allowed_regions])
}

deny contains finding("region", provider.address(key), msg) if {
	some key, regions in provider.regions
	count(regions) == 0
	msg := sprintf("the plan does not tell which region this provider works in: give it a constant, or a variable of its own; %s", [allowed_regions])
}

deny contains about("region", r, msg) if {
	some r in plan.aws
	some region in own_regions(r)
	not region in limits.regions
	msg := sprintf("is in %s; %s", [region, allowed_regions])
}

deny contains about("region", r, msg) if {
	some r in plan.aws
	not provider.of(r)
	count(provider.configurations) == 0
	not plan.known(r, ["region"])
	msg := sprintf("the plan does not tell which region this is in; %s", [allowed_regions])
}

warn contains unsure("region", r, "which region this is in is known after the apply") if {
	some r in plan.aws
	plan.value(r, ["region"]).is == "unknown"
}

allowed_regions := sprintf("allowed: %s", [concat(", ", limits.regions)])

# own_regions are those of a resource that its provider is not already known to work in.
own_regions(r) := {region |
	some region in union({own(r), zones(r), copied(r)})
	not at_provider(r, region)
}

at_provider(r, region) if region in provider.regions[provider.of(r)]

own(r) := {region | region := plan.after[r].region; is_string(region)}

# zones are the regions of the availability zones that a resource is in.
zones(r) := {region |
	some key in ["availability_zone", "availability_zones"]
	some zone in instance.texts(plan.after[r][key])
	some region in regex.find_n(`^[a-z]+(-[a-z]+)+-\d+`, zone, 1)
}

copied(r) := {region |
	plan.type[r] in copiers
	walk(plan.after[r], [_, block])
	some key in ["region", "region_name", "regions", "stack_set_instance_region"]
	some region in instance.texts(block[key])
}

copiers := {
	"aws_cloudformation_stack_instances", "aws_cloudformation_stack_set_instance", "aws_dynamodb_global_table",
	"aws_dynamodb_table", "aws_efs_replication_configuration", "aws_secretsmanager_secret",
}

# Tags: of what can have them, whether the resource or its provider gives them.

deny contains about("tags", r, msg) if {
	some r, states in gaps
	missing := [key | some key in limits.tags; states[key] == "missing"]
	count(missing) > 0
	msg := sprintf("has no tag %s, or an empty one", [concat(", ", missing)])
}

warn contains unsure("tags", r, msg) if {
	some r, states in gaps
	untold := [key | some key in limits.tags; states[key] == "unknown"]
	count(untold) > 0
	msg := sprintf("whether it has the tag %s is known after the apply", [concat(", ", untold)])
}

# gaps are the tags that are not there, or not known to be: resource → tag → "missing" or "unknown".
gaps := {r: states |
	some r in taggable
	states := {key: state | some key in limits.tags; state := tag(r, key); state != "set"}
	count(states) > 0
}

taggable := {r |
	some r in plan.aws
	some name in tag_names(r)
	some told in [plan.after[r], plan.unknown[r]]
	_ = told[name]
	not plan.type[r] in limits.tags_exempt
}

# An Auto Scaling group has blocks of its own, and no default tags of its provider.
tag_names(r) := ["tag"] if {
	plan.type[r] == "aws_autoscaling_group"
} else := ["tags", "tags_all"]

tag(r, key) := "set" if {
	trim_space(plan.after[r].tags_all[key]) != ""
	plan.type[r] != "aws_autoscaling_group"
} else := "set" if {
	some v in tag_values(r, key)
	trim_space(sprintf("%v", [v])) != ""
	v != null
} else := "unknown" if {
	tag_unknown(r, key)
} else := "missing"

tag_values(r, key) := union({
	{plan.after[r][name][key] | some name in tag_names(r)},
	{block.value | some block in plan.after[r].tag; block.key == key},
	{v | inherits(r, key); v := provider.default_tags(provider.of(r))[key]},
})

# inherits says that the tag of a resource is its provider's: tags_all is unknown as a whole where any value of it is, and
# also where nobody gives any tag.
inherits(r, key) if {
	plan.unknown[r].tags_all == true
	not plan.unknown[r].tags == true
	not plan.unknown[r].tags[key] == true
	object.get(plan.after[r], ["tags", key], null) == null
}

tag_unknown(r, key) if {
	some path in [["tag"], ["tags"], ["tags", key], ["tags_all", key]]
	object.get(plan.unknown[r], path, false) == true
}

tag_unknown(r, key) if {
	inherits(r, key)
	not tells_tags(r)
}

tells_tags(r) if provider.tells_tags(provider.of(r))

tag_unknown(r, key) if {
	some i, unknown in plan.unknown[r].tag
	object.get(plan.after[r], ["tag", i, "key"], key) == key
	unknown[_] == true
}

# EKS clusters: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html

clusters := plan.of({"aws_eks_cluster"})

deny contains about("private_endpoint", r, "its API is open to the Internet and has no private endpoint") if {
	some r in clusters
	some path in plan.first_blocks(r, "vpc_config")
	endpoint(r, path, "endpoint_private_access", false) == false
	endpoint(r, path, "endpoint_public_access", true) == true
}

warn contains unsure("private_endpoint", r, "whether its API has a private endpoint, or a public one only, is known after the apply") if {
	some r in clusters
	some path in plan.first_blocks(r, "vpc_config")
	answers := [endpoint(r, path, "endpoint_private_access", false), endpoint(r, path, "endpoint_public_access", true)]
	"unknown" in answers
	not answers[0] == true
	not answers[1] == false
}

# endpoint is true, false or "unknown"; anything else counts as AWS's default.
endpoint(r, path, name, fallback) := v.value if {
	v := plan.value(r, array.concat(path, [name]))
	is_boolean(v.value)
} else := "unknown" if {
	plan.value(r, array.concat(path, [name])).is == "unknown"
} else := fallback

deny contains about("cluster_logging", r, "logs nothing of its control plane: set enabled_cluster_log_types") if {
	some r in clusters
	plan.value(r, ["enabled_cluster_log_types"]).is != "unknown"
	not logs(r)
}

warn contains unsure("cluster_logging", r, "what it logs of its control plane is known after the apply") if {
	some r in clusters
	plan.value(r, ["enabled_cluster_log_types"]).is == "unknown"
}

logs(r) if {
	some log in plan.after[r].enabled_cluster_log_types
	log in {"api", "audit", "authenticator", "controllerManager", "scheduler"}
}

# What makes instances that the plan does not hold must not look as if it had been judged.

warn contains unsure("not_judged", r, "makes resources that are not in the plan, so that no rule can look at them") if {
	some r in plan.of({"aws_cloudformation_stack", "aws_cloudformation_stack_set", "aws_cloudcontrolapi_resource"})
}

warn contains unsure("not_judged", r, "the rules do not know the resources of the provider awscc") if {
	some r in plan.aws
	startswith(plan.type[r], "awscc_")
}

warn contains unsure("not_judged", r, "EKS Auto Mode chooses instances and volumes by itself: the limits for them do not reach these") if {
	some r in clusters
	some block in plan.after[r].compute_config
	block.enabled == true
}
