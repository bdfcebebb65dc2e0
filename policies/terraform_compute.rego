# SPDX-License-Identifier: Apache-2.0

# The rules for groups of nodes, instances and their volumes.
package terraform

import data.terraform.instance
import data.terraform.plan

# Groups of nodes: how large they may grow, and that they can.

most := {
	"aws_autoscaling_group": ["max_size"],
	"aws_autoscaling_schedule": ["max_size"],
	"aws_ec2_fleet": ["target_capacity_specification", 0, "total_target_capacity"],
	"aws_eks_node_group": ["scaling_config", 0, "max_size"],
	"aws_spot_fleet_request": ["target_capacity"],
}

least := {
	"aws_autoscaling_group": ["min_size"],
	"aws_eks_node_group": ["scaling_config", 0, "min_size"],
}

group_rule := {"cpu": "cpu_node_group_max", "gpu": "gpu_node_group_max", "unknown": "cpu_node_group_max"}

group_limit := {
	"cpu": limits.cpu_node_group_max, "gpu": limits.gpu_node_group_max,
	"unknown": max([limits.cpu_node_group_max, limits.gpu_node_group_max]),
}

deny contains about(group_rule[class], r, msg) if {
	some r in plan.of(object.keys(most))
	size := plan.known(r, most[plan.type[r]])
	class := group_class(r)
	not at_most(size, group_limit[class])
	msg := sprintf("may grow to %s, more than %v for a group of %s", [plan.shown(r, most[plan.type[r]][0], size), group_limit[class], group_words[class]])
}

warn contains unsure("gpu_node_group_max", r, msg) if {
	some r in plan.of(object.keys(most))
	size := plan.known(r, most[plan.type[r]])
	group_class(r) == "unknown"
	at_most(size, group_limit.unknown)
	not at_most(size, limits.gpu_node_group_max)
	msg := sprintf("may grow to %s, more than %v, and the plan does not tell whether it has GPUs", [plan.shown(r, most[plan.type[r]][0], size), limits.gpu_node_group_max])
}

warn contains unsure(group_rule[group_class(r)], r, "how large it may grow is known after the apply") if {
	some r in plan.of(object.keys(most))
	plan.value(r, most[plan.type[r]]).is == "unknown"
}

deny contains about("min_max_size", r, msg) if {
	some r in plan.of(object.keys(least))
	size := plan.known(r, least[plan.type[r]])
	number(size) == number(plan.known(r, most[plan.type[r]]))
	msg := sprintf("min_size and max_size are both %s, so that it cannot scale", [plan.shown(r, least[plan.type[r]][0], size)])
}

warn contains unsure("min_max_size", r, "whether min_size and max_size differ is known after the apply") if {
	some r in plan.of(object.keys(least))
	some path in [least[plan.type[r]], most[plan.type[r]]]
	plan.value(r, path).is == "unknown"
}

group_words := {"cpu": "nodes without GPUs", "gpu": "nodes with GPUs", "unknown": "nodes"}

group_class(r) := instance.class(r) if plan.type[r] != "aws_autoscaling_schedule"

# A schedule is for a group that the plan may have.
group_class(r) := class_of(scheduled(r)) if plan.type[r] == "aws_autoscaling_schedule"

class_of(groups) := "gpu" if {
	some group in groups
	instance.class(group) == "gpu"
} else := "cpu" if {
	count(groups) > 0
	every group in groups { instance.class(group) == "cpu" }
} else := "unknown"

scheduled(r) := [group | some group in instance.related(r); plan.type[group] == "aws_autoscaling_group"]

at_most(v, limit) if number(v) <= limit

number(v) := v if is_number(v)

number(v) := to_number(v) if {
	is_string(v)
	regex.match(`^[0-9]+(\.[0-9]+)?$`, v)
}

# Instance types: each that is named, by the list of its class.

deny contains about("instance_type", r, msg) if {
	some r in instance.all
	some [name, type] in instance.named(r)
	not type in allowed_types(r)
	msg := sprintf("%s is not allowed; allowed: %s", [plan.shown(r, name, type), concat(", ", allowed_types(r))])
}

deny contains about("instance_type", r, "lets AWS choose any type that meets requirements: list the types in allowed_instance_types") if {
	some r in instance.all
	instance.chosen(r)
}

warn contains unsure("instance_type", r, "an instance type is known after the apply") if {
	some r in instance.all
	instance.untold(r)
}

warn contains unsure("instance_type", r, "takes its instance type from a launch template that is not in this plan") if {
	some r in instance.all
	instance.elsewhere(r)
	count(instance.named(r)) == 0
}

allowed_types(r) := limits.gpu_instance_types if {
	instance.class(r) == "gpu"
} else := limits.cpu_instance_types

# Volumes: encrypted, and not too large.

# volume_blocks are what declares volumes, the name of the size in it, and the blocks around.
volume_blocks := {
	"aws_ebs_volume": {"size": [[]]},
	"aws_ecs_service": {"size_in_gb": [["volume_configuration", "managed_ebs_volume"]]},
	"aws_imagebuilder_container_recipe": {"volume_size": [["instance_configuration", "block_device_mapping", "ebs"]]},
	"aws_imagebuilder_image_recipe": {"volume_size": [["block_device_mapping", "ebs"]]},
	"aws_instance": {"volume_size": [["root_block_device"], ["ebs_block_device"]]},
	"aws_launch_configuration": {"volume_size": [["root_block_device"], ["ebs_block_device"]]},
	"aws_launch_template": {"volume_size": [["block_device_mappings", "ebs"]]},
	"aws_spot_fleet_request": {"volume_size": [["launch_specification", "root_block_device"], ["launch_specification", "ebs_block_device"]]},
	"aws_spot_instance_request": {"volume_size": [["root_block_device"], ["ebs_block_device"]]},
}

# volumes are those that resources declare: {"of", "path", "size" (its path)}.
volumes := [{"of": r, "path": path, "size": array.concat(path, [size])} |
	some r in plan.of(object.keys(volume_blocks))
	some size, around in volume_blocks[plan.type[r]]
	some names in around
	some path in volume_paths(r, names)
	object.get(plan.after[r], array.concat(path, ["no_device"]), false) != true
]

volume_paths(_, []) := {[]}

volume_paths(r, names) := plan.blocks(r, names) if count(names) > 0

deny contains about("ebs_encrypted", v.of, msg) if {
	some v in volumes
	encryption(v) == "none"
	msg := sprintf("%s is not encrypted", [volume_words(v)])
}

warn contains unsure("ebs_encrypted", v.of, msg) if {
	some v in volumes
	encryption(v) == "unknown"
	msg := sprintf("whether %s is encrypted is known after the apply", [volume_words(v)])
}

# encryption is "on", "none" or "unknown". Launch templates have "true", a string.
encryption(v) := "unknown" if {
	plan.value(v.of, encrypted(v)).is == "unknown"
} else := "on" if {
	plan.known(v.of, encrypted(v)) in {true, "true", "1"}
} else := "on" if {
	plan.value(v.of, encrypted(v)).is == "unset"
	limits.ebs_encrypted_by_default
} else := "none"

encrypted(v) := array.concat(v.path, ["encrypted"])

volume_words(v) := "the volume" if {
	v.path == []
} else := sprintf("the volume of %s", [concat(".", [sprintf("%v", [step]) | some step in v.path])])

# The image of an instance decides on a root volume that nobody declares, and images have unencrypted ones.
deny contains about("ebs_encrypted", r, "declares no root volume, and that of an image is not encrypted") if {
	not limits.ebs_encrypted_by_default
	some r in plan.of(object.keys(volume_blocks))
	rootless(r)
}

warn contains unsure("ebs_encrypted", r, "which volumes it has is known after the apply") if {
	some r in plan.of(object.keys(volume_blocks))
	some names in volume_blocks[plan.type[r]][_]
	plan.value(r, [names[0]]).is == "unknown"
}

rootless(r) if {
	plan.type[r] in {"aws_instance", "aws_spot_instance_request", "aws_launch_configuration"}
	count(plan.blocks(r, ["root_block_device"])) == 0
	plan.value(r, ["root_block_device"]).is != "unknown"
	not instance.has_template(r)
}

rootless(r) if {
	plan.type[r] == "aws_launch_template"
	count(plan.blocks(r, ["block_device_mappings", "ebs"])) == 0
	object.get(plan.unknown[r], "block_device_mappings", false) != true
}

rootless(r) if {
	plan.type[r] == "aws_spot_fleet_request"
	some specification in plan.after[r].launch_specification
	not specification.root_block_device[0]
}

deny contains about("volume_size", r, msg) if {
	some [r, path] in volume_sizes
	gib := plan.known(r, path)
	not at_most(gib, limits.volume_max_gib)
	msg := sprintf("a volume of %s GiB is larger than %v GiB", [plan.shown(r, path[0], gib), limits.volume_max_gib])
}

warn contains unsure("volume_size", r, "the size of a volume is known after the apply") if {
	some [r, path] in volume_sizes
	plan.value(r, path).is == "unknown"
}

# A volume without a size of its own is as large as the image's or the snapshot's.
warn contains unsure("volume_size", v.of, msg) if {
	some v in volumes
	plan.value(v.of, v.size).is == "unset"
	msg := sprintf("%s has no size: the image or the snapshot decides", [volume_words(v)])
}

volume_sizes := array.flatten([
	[[v.of, v.size] | some v in volumes],
	[[r, ["disk_size"]] | some r in plan.of({"aws_eks_node_group"})],
	[[r, path] |
		some r in plan.of({"aws_emr_cluster", "aws_emr_instance_fleet", "aws_emr_instance_group"})
		walk(plan.after[r], [around, block])
		some key in ["ebs_root_volume_size", "size"]
		block[key]
		path := array.concat(around, [key])
	],
])

# The instance metadata service, in its second version only:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html

deny contains about("imdsv2", r, "does not require IMDSv2: set http_tokens = \"required\" in metadata_options") if {
	some r in plan.of(metadata_types)
	some path in plan.first_blocks(r, "metadata_options")
	metadata(r, path) == "open"
}

warn contains unsure("imdsv2", r, "whether it requires IMDSv2 is known after the apply") if {
	some r in plan.of(metadata_types)
	some path in plan.first_blocks(r, "metadata_options")
	metadata(r, path) == "unknown"
}

deny contains about("imdsv2", r, "a launch_specification cannot require IMDSv2: use launch_template_config") if {
	some r in plan.of({"aws_spot_fleet_request"})
	plan.after[r].launch_specification[0]
}

metadata_types := {"aws_instance", "aws_launch_configuration", "aws_launch_template", "aws_spot_instance_request"}

metadata(r, path) := "closed" if {
	plan.known(r, array.concat(path, ["http_tokens"])) == "required"
} else := "closed" if {
	plan.known(r, array.concat(path, ["http_endpoint"])) == "disabled"
} else := "unknown" if {
	plan.value(r, array.concat(path, ["http_tokens"])).is == "unknown"
} else := "of the template" if {
	count(plan.blocks(r, ["metadata_options"])) == 0
	instance.has_template(r)
} else := "open"

# What a launch template decides that is not in the plan, or that EKS makes for a node group without one.
warn contains unsure(rule, r, sprintf("%s decides on it, which is not in this plan", [who])) if {
	some r in plan.of(instance.through_template)
	who := decided_by(r)
	some rule in ["ebs_encrypted", "imdsv2"]
}

decided_by(r) := "its launch template" if instance.elsewhere(r)

decided_by(r) := "the launch template that EKS makes for it" if {
	plan.type[r] == "aws_eks_node_group"
	not instance.has_template(r)
}
