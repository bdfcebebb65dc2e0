# SPDX-License-Identifier: Apache-2.0

# Tests of terraform_compute.rego.
package terraform_test

import data.terraform

# Groups of nodes.

nodes(most, more) := one("aws_eks_node_group", object.union({"scaling_config": [{"min_size": 0, "max_size": most}]}, more))

cpu := {"instance_types": ["m5.large"]}

gpus := {"instance_types": ["g4dn.xlarge"]}

test_cpu_node_group_max_denies if expect("cpu_node_group_max", "deny", {
	"a node group": nodes(21, cpu),
	"a name that says GPU": nodes(21, object.union(cpu, {"node_group_name": "gpu", "labels": {"x": "y"}})),
	"the default type": nodes(21, {}),
	"a number in words": nodes("21", cpu),
	"no number": nodes("many", cpu),
	"an Auto Scaling group": one("aws_autoscaling_group", {"max_size": 21, "min_size": 0, "mixed_instances_policy": [{"launch_template": [{"override": [{"instance_type": "m5.large"}]}]}]}),
	"of an unknown class": one("aws_autoscaling_group", {"max_size": 21, "launch_template": [{"id": "lt-elsewhere"}]}),
	"a fleet": one("aws_ec2_fleet", {"target_capacity_specification": [{"total_target_capacity": 21}], "launch_template_config": [{"override": [{"instance_type": "m5.large"}]}]}),
	"a spot fleet": one("aws_spot_fleet_request", {"target_capacity": 21, "launch_specification": [{"instance_type": "m5.large"}]}),
	"a schedule": one("aws_autoscaling_schedule", {"max_size": 21, "autoscaling_group_name": "elsewhere"}),
	"a label that says no GPU": nodes(21, object.union(cpu, {"labels": {"nvidia.com/gpu.present": "false"}})),
})

test_cpu_node_group_max_allows if expect("cpu_node_group_max", "ok", {
	"as many as may be": nodes(20, cpu),
	"a schedule that leaves it": one("aws_autoscaling_schedule", {"max_size": -1}),
	"a schedule without": one("aws_autoscaling_schedule", {"max_size": null}),
	"a group without a class": one("aws_autoscaling_group", {"max_size": 10, "launch_template": [{"id": "lt-elsewhere"}]}),
})

test_cpu_node_group_max_edge_unknown_warns if expect("cpu_node_group_max", "warn", {
	"the size": plan([changed("aws_eks_node_group", object.union(cpu, {"scaling_config": [{"min_size": 1}]}), {"scaling_config": [{"max_size": true}]})]),
	"the block": plan([changed("aws_eks_node_group", cpu, {"scaling_config": true})]),
	"of a group": plan([changed("aws_autoscaling_group", {"min_size": 1}, {"max_size": true})]),
})

test_cpu_node_group_max_edge_override if {
	verdict("cpu_node_group_max", nodes(21, cpu)) == "ok" with data.config.terraform as {"cpu_node_group_max": 21}
	verdict("cpu_node_group_max", nodes(3, cpu)) == "deny" with data.config.terraform as {"cpu_node_group_max": 2}
}

test_gpu_node_group_max_denies if expect("gpu_node_group_max", "deny", {
	"by type": nodes(11, gpus),
	"by one of its types": nodes(11, {"instance_types": ["m5.large", "p3.2xlarge"]}),
	"by a type that is not allowed": nodes(11, {"instance_types": ["trn1.2xlarge"]}),
	"by another": nodes(11, {"instance_types": ["inf2.xlarge"]}),
	"by a third": nodes(11, {"instance_types": ["dl1.24xlarge"]}),
	"by a fourth": nodes(11, {"instance_types": ["GR6.4xlarge"]}),
	"by taint": nodes(11, object.union(cpu, {"taint": [{"key": "x", "effect": "NO_SCHEDULE"}, {"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}]})),
	"by label": nodes(11, object.union(cpu, {"labels": {"workload": "gpu"}})),
	"by the name of a label": nodes(11, object.union(cpu, {"labels": {"nvidia.com/gpu": "true"}})),
	"by image": nodes(11, object.union(cpu, {"ami_type": "AL2_x86_64_GPU"})),
	"by a newer image": nodes(11, object.union(cpu, {"ami_type": "BOTTLEROCKET_ARM_64_NVIDIA"})),
	"with a name that says nothing": nodes(11, object.union(gpus, {"node_group_name": "cpu"})),
	"by launch template": referring("aws_eks_node_group", {"scaling_config": [{"max_size": 11}], "launch_template": [{}]}),
	"by what the autoscaler is told": one("aws_autoscaling_group", {"max_size": 11, "tag": [{"key": "k8s.io/cluster-autoscaler/node-template/taint/nvidia.com/gpu", "value": "true:NoSchedule"}]}),
	"by override": one("aws_autoscaling_group", {"max_size": 11, "mixed_instances_policy": [{"launch_template": [{"override": [{"instance_type": "m5.large"}, {"instance_type": "p3.2xlarge"}]}]}]}),
	"a fleet": one("aws_ec2_fleet", {"target_capacity_specification": [{"total_target_capacity": 11}], "launch_template_config": [{"override": [{"instance_type": "p3.2xlarge"}]}]}),
	"a schedule": plan([
		change("aws_autoscaling_schedule", {"max_size": 11, "autoscaling_group_name": "g"}),
		change("aws_autoscaling_group", {"max_size": 1, "name": "g", "mixed_instances_policy": [{"launch_template": [{"override": [{"instance_type": "p3.2xlarge"}]}]}]}),
	]),
})

test_gpu_node_group_max_allows if expect("gpu_node_group_max", "ok", {
	"as many as may be": nodes(10, gpus),
	"more without GPUs": nodes(20, cpu),
	"a name alone": nodes(20, object.union(cpu, {"node_group_name": "gpu-nodes", "node_group_name_prefix": "gpu"})),
	"a word that holds the letters": nodes(20, object.union(cpu, {"labels": {"team": "gpuppies"}})),
	"a label that says no": nodes(20, object.union(cpu, {"labels": {"gpu": "false", "accelerator": "none"}})),
})

test_gpu_node_group_max_edge_unknown_warns if expect("gpu_node_group_max", "warn", {
	"a class that cannot be told": one("aws_autoscaling_group", {"max_size": 11, "launch_template": [{"id": "lt-elsewhere"}]}),
	"types after the apply": configured("aws_eks_node_group", {"scaling_config": [{"max_size": 11}]}, {"instance_types": true}, {"instance_types": later}),
	"the size": plan([changed("aws_eks_node_group", object.union(gpus, {"scaling_config": [{}]}), {"scaling_config": [{"max_size": true}]})]),
	"a schedule for a group elsewhere": one("aws_autoscaling_schedule", {"max_size": 11, "autoscaling_group_name": "elsewhere"}),
})

test_gpu_node_group_max_edge_override if {
	verdict("gpu_node_group_max", nodes(11, gpus)) == "ok" with data.config.terraform as {"gpu_node_group_max": 11}
	verdict("gpu_node_group_max", nodes(2, gpus)) == "deny" with data.config.terraform as {"gpu_node_group_max": 1}
}

# referring is a resource with a launch template for GPUs, which is made in the same plan and has no ID yet.
referring(type, after) := referring_to(type, after, {"instance_type": "p3.2xlarge"})

referring_to(type, after, template) := {
	"resource_changes": [
		changed(type, after, {"instance_types": true, "launch_template": [{"id": true, "version": true}]}),
		changed("aws_launch_template", template, {"id": true}),
	],
	"configuration": {"provider_config": {"aws": constant("eu-west-1")}, "root_module": {"resources": [
		configuration(type, {"launch_template": [{"id": reference(["aws_launch_template.x.id", "aws_launch_template.x"])}]}),
		configuration("aws_launch_template", {}),
	]}},
}

sized(least, most) := one("aws_eks_node_group", {"scaling_config": [{"min_size": least, "max_size": most}]})

test_min_max_size_denies if expect("min_max_size", "deny", {
	"a node group": sized(3, 3),
	"of nothing": sized(0, 0),
	"in words": sized("3", 3),
	"an Auto Scaling group": one("aws_autoscaling_group", {"min_size": 2, "max_size": 2}),
})

test_min_max_size_allows if expect("min_max_size", "ok", {
	"a node group": sized(1, 3),
	"an Auto Scaling group": one("aws_autoscaling_group", {"min_size": 0, "max_size": 1}),
	"what has no minimum": one("aws_ec2_fleet", {"target_capacity_specification": [{"total_target_capacity": 3}]}),
})

test_min_max_size_edge_unknown_warns if expect("min_max_size", "warn", {
	"the minimum": plan([changed("aws_eks_node_group", {"scaling_config": [{"max_size": 3}]}, {"scaling_config": [{"min_size": true}]})]),
	"the maximum": plan([changed("aws_autoscaling_group", {"min_size": 3}, {"max_size": true})]),
	"both": plan([changed("aws_eks_node_group", {}, {"scaling_config": true})]),
})

# Instance types.

test_instance_type_denies if expect("instance_type", "deny", {
	"an instance": one("aws_instance", {"instance_type": "c6i.large"}),
	"a larger one": one("aws_instance", {"instance_type": "m5.8xlarge"}),
	"a smaller one": one("aws_instance", {"instance_type": "t3.small"}),
	"a GPU": one("aws_instance", {"instance_type": "p3.8xlarge"}),
	"a spot instance": one("aws_spot_instance_request", {"instance_type": "m5.24xlarge"}),
	"a launch configuration": one("aws_launch_configuration", {"instance_type": "c5.large"}),
	"a launch template": one("aws_launch_template", {"instance_type": "c5.large"}),
	"the first of a node group": one("aws_eks_node_group", {"instance_types": ["c5.large", "m5.large"]}),
	"the last of a node group": one("aws_eks_node_group", {"instance_types": ["m5.large", "c5.large"]}),
	"with and without GPUs": one("aws_eks_node_group", {"instance_types": ["m5.large", "g4dn.xlarge"]}),
	"without GPUs, on nodes for GPUs": one("aws_eks_node_group", object.union(cpu, {"ami_type": "AL2_x86_64_GPU"})),
	"an override": one("aws_autoscaling_group", {"mixed_instances_policy": [{"launch_template": [{"override": [{"instance_type": "m5.large"}, {"instance_type": "x1.16xlarge"}]}]}]}),
	"a fleet": one("aws_ec2_fleet", {"launch_template_config": [{"override": [{"instance_type": "x1.16xlarge"}]}]}),
	"a spot fleet": one("aws_spot_fleet_request", {"launch_specification": [{"instance_type": "m5.large"}, {"instance_type": "x1.16xlarge"}]}),
	"a spot fleet's override": one("aws_spot_fleet_request", {"launch_template_config": [{"overrides": [{"instance_type": "x1.16xlarge"}]}]}),
	"Batch": one("aws_batch_compute_environment", {"compute_resources": [{"instance_type": ["m5.large", "optimal"]}]}),
	"EMR": one("aws_emr_instance_group", {"instance_type": "x1.16xlarge"}),
	"a host of a family": one("aws_ec2_host", {"instance_family": "m5"}),
	"a reservation": one("aws_ec2_capacity_reservation", {"instance_type": "p4d.24xlarge"}),
	"a pattern": one("aws_launch_template", {"instance_requirements": [{"allowed_instance_types": ["m5.*"]}]}),
	"requirements": one("aws_launch_template", {"instance_requirements": [{"allowed_instance_types": null, "vcpu_count": [{"min": 2}]}]}),
	"no requirements": one("aws_launch_template", {"instance_requirements": [{"allowed_instance_types": []}]}),
	"an override's requirements": one("aws_autoscaling_group", {"mixed_instances_policy": [{"launch_template": [{"override": [{"instance_requirements": [{}]}]}]}]}),
	"the template of an allowed group": referring_to("aws_eks_node_group", {"launch_template": [{}]}, {"instance_type": "x1.16xlarge"}),
	"another case": one("aws_instance", {"instance_type": "M5.LARGE"}),
})

test_instance_type_allows if expect("instance_type", "ok", {
	"an instance": one("aws_instance", {"instance_type": "t3.medium"}),
	"a GPU": one("aws_instance", {"instance_type": "g4dn.4xlarge"}),
	"all of a node group": one("aws_eks_node_group", {"instance_types": ["t3.medium", "t3.large", "t3.xlarge", "m5.large", "m5.xlarge", "m5.2xlarge", "m5.4xlarge"]}),
	"all of a group for GPUs": one("aws_eks_node_group", {"instance_types": ["p3.2xlarge", "g4dn.xlarge", "g4dn.2xlarge", "g4dn.4xlarge"]}),
	"a template that leaves it": one("aws_launch_template", {"instance_type": null}),
	"requirements with a list": one("aws_launch_template", {"instance_requirements": [{"allowed_instance_types": ["m5.large"]}]}),
	"what is excluded": one("aws_launch_template", {"instance_requirements": [{"allowed_instance_types": ["m5.large"], "excluded_instance_types": ["x1.*"]}]}),
	"the template's": referring_to("aws_eks_node_group", {"launch_template": [{}]}, {"instance_type": "m5.large"}),
	"a service's own": one("aws_sagemaker_endpoint_configuration", {"production_variants": [{"instance_type": "ml.m4.xlarge"}]}),
})

test_instance_type_edge_none_is_the_default_of_eks if {
	every after in [{}, {"instance_types": []}, {"instance_types": null}] {
		verdict("instance_type", one("aws_eks_node_group", after)) == "ok"
		verdict("instance_type", one("aws_eks_node_group", after)) == "deny" with data.config.terraform as {"cpu_instance_types": ["m5.large"]}
	}
	computed := configured("aws_eks_node_group", {}, {"instance_types": true}, {})
	verdict("instance_type", computed) == "deny" with data.config.terraform as {"cpu_instance_types": ["m5.large"]}
	templated := referring_to("aws_eks_node_group", {"launch_template": [{}]}, {"instance_type": null})
	verdict("instance_type", templated) == "ok"
	verdict("instance_type", templated) == "deny" with data.config.terraform as {"cpu_instance_types": ["m5.large"]}
}

test_instance_type_edge_unknown_warns if expect("instance_type", "warn", {
	"an instance": configured("aws_instance", {}, {"instance_type": true}, {"instance_type": later}),
	"a node group": configured("aws_eks_node_group", {}, {"instance_types": true}, {"instance_types": later}),
	"one of a node group": configured("aws_eks_node_group", {"instance_types": ["m5.large"]}, {"instance_types": [false, true]}, {"instance_types": later}),
	"a template": configured("aws_launch_template", {}, {"instance_type": true}, {"instance_type": later}),
	"without a configuration": plan([changed("aws_eks_node_group", {}, {"instance_types": true})]),
	"overrides": plan([changed("aws_autoscaling_group", {}, {"mixed_instances_policy": true})]),
	"a template elsewhere": one("aws_eks_node_group", {"launch_template": [{"id": "lt-elsewhere"}]}),
	"an instance of a template elsewhere": one("aws_instance", {"launch_template": [{"name": "elsewhere"}]}),
	"a group of a configuration elsewhere": one("aws_autoscaling_group", {"launch_configuration": "elsewhere", "launch_template": []}),
})

test_instance_type_edge_override if {
	verdict("instance_type", one("aws_instance", {"instance_type": "m6i.large"})) == "ok" with data.config.terraform as {"cpu_instance_types": ["m6i.large"]}
	verdict("instance_type", one("aws_instance", {"instance_type": "g5.xlarge"})) == "ok" with data.config.terraform as {"gpu_instance_types": ["g5.xlarge"]}
	verdict("instance_type", one("aws_instance", {"instance_type": "g5.xlarge"})) == "deny" with data.config.terraform as {"cpu_instance_types": ["g5.xlarge"]}
}

# Volumes.

root(block) := one("aws_instance", {"root_block_device": [block], "ebs_block_device": []})

mapping(ebs) := one("aws_launch_template", {"block_device_mappings": [{"device_name": "/dev/xvda", "ebs": [ebs]}]})

test_ebs_encrypted_denies if expect("ebs_encrypted", "deny", {
	"a volume": one("aws_ebs_volume", {"encrypted": false}),
	"a volume, null": one("aws_ebs_volume", {"encrypted": null}),
	"a volume, left out": one("aws_ebs_volume", {}),
	"a volume, left out and computed": configured("aws_ebs_volume", {}, {"encrypted": true}, {"size": {"constant_value": 1}}),
	"a volume, null by a constant": configured("aws_ebs_volume", {}, {"encrypted": true}, {"encrypted": {"constant_value": null}}),
	"a volume, null by a variable": configured("aws_ebs_volume", {}, {"encrypted": true}, {"encrypted": reference(["var.encrypted"])}),
	"a mapping, in words": mapping({"encrypted": "false"}),
	"a mapping, empty": mapping({"encrypted": ""}),
	"a mapping, null": mapping({"encrypted": null}),
	"a mapping, left out": mapping({"volume_size": 10}),
	"the second mapping": one("aws_launch_template", {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}, {"ebs": [{"encrypted": "false"}]}]}),
	"the first mapping": one("aws_launch_template", {"block_device_mappings": [{"ebs": [{"encrypted": "false"}]}, {"ebs": [{"encrypted": "true"}]}]}),
	"a template without a volume": one("aws_launch_template", {"block_device_mappings": []}),
	"a template without an EBS volume": one("aws_launch_template", {"block_device_mappings": [{"virtual_name": "ephemeral0", "ebs": []}]}),
	"the root volume": root({"encrypted": false}),
	"the root volume, left out": root({}),
	"no root volume": one("aws_instance", {"root_block_device": []}),
	"no root volume, which is computed": configured("aws_instance", {}, {"root_block_device": true}, {}),
	"another volume": one("aws_instance", {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"encrypted": true}, {"encrypted": false}]}),
	"another volume in a dynamic block": configured(
		"aws_instance", {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"volume_size": 1}]},
		{"ebs_block_device": [{"encrypted": true}]}, {"root_block_device": [{"encrypted": {"constant_value": true}}]},
	),
	"a static block beside a dynamic one": configured(
		"aws_instance", {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"encrypted": true}, {}]},
		{"ebs_block_device": [{}, {"encrypted": true}]}, {"ebs_block_device": [{"encrypted": later}]},
	),
	"a mapping in a dynamic block": configured("aws_launch_template", {"block_device_mappings": [{"ebs": [{}]}]}, {"block_device_mappings": [{"ebs": [{"encrypted": true}]}]}, {}),
	"a launch configuration": one("aws_launch_configuration", {"root_block_device": [{"encrypted": false}]}),
	"a launch configuration without a volume": one("aws_launch_configuration", {}),
	"a spot instance": one("aws_spot_instance_request", {"root_block_device": [{"encrypted": false}]}),
	"a spot fleet": one("aws_spot_fleet_request", {"launch_specification": [{"root_block_device": [{"encrypted": true}]}, {"root_block_device": [{"encrypted": false}]}]}),
	"a spot fleet without a volume": one("aws_spot_fleet_request", {"launch_specification": [{"root_block_device": []}]}),
	"a service's volume": one("aws_ecs_service", {"volume_configuration": [{"managed_ebs_volume": [{"encrypted": false}]}]}),
	"an image": one("aws_imagebuilder_image_recipe", {"block_device_mapping": [{"ebs": [{"encrypted": "false"}]}]}),
})

test_ebs_encrypted_allows if expect("ebs_encrypted", "ok", {
	"a volume": one("aws_ebs_volume", {"encrypted": true}),
	"a mapping, in words": mapping({"encrypted": "true"}),
	"a mapping, as a number": mapping({"encrypted": "1"}),
	"a mapping that takes a volume away": one("aws_launch_template", {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}, {"no_device": "true", "ebs": []}]}),
	"all of an instance": one("aws_instance", {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"encrypted": true}]}),
	"an instance of the plan's template": referring_to("aws_instance", {"launch_template": [{}]}, {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}]}),
	"a device that is taken away": one("aws_launch_configuration", {"root_block_device": [{"encrypted": true}], "ebs_block_device": [{"no_device": true}]}),
	"a service without a volume": one("aws_ecs_service", {"volume_configuration": []}),
})

test_ebs_encrypted_edge_unknown_warns if expect("ebs_encrypted", "warn", {
	"a volume": configured("aws_ebs_volume", {}, {"encrypted": true}, {"encrypted": later}),
	"a volume, by a local": configured("aws_ebs_volume", {}, {"encrypted": true}, {"encrypted": reference(["local.encrypted"])}),
	"a volume without a configuration": plan([changed("aws_ebs_volume", {}, {"encrypted": true})]),
	"the root volume": configured("aws_instance", {"root_block_device": [{}]}, {"root_block_device": [{"encrypted": true}]}, {"root_block_device": [{"encrypted": later}]}),
	"a mapping": configured(
		"aws_launch_template", {"block_device_mappings": [{"ebs": [{}]}]}, {"block_device_mappings": [{"ebs": [{"encrypted": true}]}]},
		{"block_device_mappings": [{"ebs": [{"encrypted": later}]}]},
	),
	"the mappings": plan([changed("aws_launch_template", {}, {"block_device_mappings": true})]),
	"a node group of EKS": one("aws_eks_node_group", {"launch_template": []}),
	"a template elsewhere": one("aws_instance", {"launch_template": [{"id": "lt-elsewhere"}]}),
	"a module's variable": {
		"resource_changes": [object.union(changed("aws_ebs_volume", {}, {"encrypted": true}), {"module_address": "module.a[\"k\"]"})],
		"configuration": {
			"provider_config": {"aws": constant("eu-west-1")},
			"root_module": {"module_calls": {"a": {"module": {"resources": [configuration("aws_ebs_volume", {"encrypted": reference(["var.encrypted"])})]}}}},
		},
	},
})

test_ebs_encrypted_edge_override if {
	limits := {"ebs_encrypted_by_default": true}
	verdict("ebs_encrypted", one("aws_ebs_volume", {})) == "ok" with data.config.terraform as limits
	verdict("ebs_encrypted", one("aws_instance", {})) == "ok" with data.config.terraform as limits
	verdict("ebs_encrypted", one("aws_ebs_volume", {"encrypted": false})) == "deny" with data.config.terraform as limits
	verdict("ebs_encrypted", mapping({"encrypted": "false"})) == "deny" with data.config.terraform as limits
}

test_volume_size_denies if expect("volume_size", "deny", {
	"a volume": one("aws_ebs_volume", {"size": 501}),
	"a fraction more": one("aws_ebs_volume", {"size": 500.5}),
	"in words": one("aws_ebs_volume", {"size": "501"}),
	"no number": one("aws_ebs_volume", {"size": "1e3"}),
	"the root volume": root({"volume_size": 501}),
	"another volume": one("aws_instance", {"root_block_device": [{"volume_size": 8}], "ebs_block_device": [{"volume_size": 8}, {"volume_size": 16384}]}),
	"a mapping": mapping({"volume_size": 501}),
	"the second mapping": one("aws_launch_template", {"block_device_mappings": [{"ebs": [{"volume_size": 8}]}, {"ebs": [{"volume_size": 501}]}]}),
	"a node group": one("aws_eks_node_group", {"disk_size": 501}),
	"a launch configuration": one("aws_launch_configuration", {"ebs_block_device": [{"volume_size": 501}]}),
	"a spot instance": one("aws_spot_instance_request", {"root_block_device": [{"volume_size": 501}]}),
	"a spot fleet": one("aws_spot_fleet_request", {"launch_specification": [{"ebs_block_device": [{"volume_size": 501}]}]}),
	"a service": one("aws_ecs_service", {"volume_configuration": [{"managed_ebs_volume": [{"size_in_gb": 501}]}]}),
	"an image": one("aws_imagebuilder_container_recipe", {"instance_configuration": [{"block_device_mapping": [{"ebs": [{"volume_size": 501}]}]}]}),
	"EMR": one("aws_emr_cluster", {"core_instance_group": [{"ebs_config": [{"size": 501}]}]}),
	"EMR's root": one("aws_emr_cluster", {"ebs_root_volume_size": 501}),
})

test_volume_size_allows if expect("volume_size", "ok", {
	"as large as may be": one("aws_ebs_volume", {"size": 500}),
	"a mapping": mapping({"volume_size": 500}),
	"the default of EKS": one("aws_eks_node_group", {"disk_size": null}),
	"a database": one("aws_db_instance", {"allocated_storage": 1000}),
})

test_volume_size_edge_unknown_warns if expect("volume_size", "warn", {
	"a volume": configured("aws_ebs_volume", {}, {"size": true}, {"size": later}),
	"the image's": root({"encrypted": true}),
	"a snapshot's": configured("aws_ebs_volume", {"snapshot_id": "snap-1"}, {"size": true}, {"snapshot_id": {"constant_value": "snap-1"}}),
	"a mapping": mapping({"encrypted": "true"}),
	"a node group": configured("aws_eks_node_group", {}, {"disk_size": true}, {"disk_size": later}),
})

test_volume_size_edge_override if {
	verdict("volume_size", one("aws_ebs_volume", {"size": 1000})) == "ok" with data.config.terraform as {"volume_max_gib": 1000}
	verdict("volume_size", one("aws_ebs_volume", {"size": 11})) == "deny" with data.config.terraform as {"volume_max_gib": 10}
}

# The instance metadata service.

metadata(options) := one("aws_launch_template", {"metadata_options": options})

test_imdsv2_denies if expect("imdsv2", "deny", {
	"optional": metadata([{"http_tokens": "optional"}]),
	"no options": metadata([]),
	"null": metadata(null),
	"left out": one("aws_launch_template", {}),
	"empty options": metadata([{}]),
	"null tokens": metadata([{"http_tokens": null, "http_endpoint": "enabled"}]),
	"one of two": metadata([{"http_tokens": "required"}, {"http_tokens": "optional"}]),
	"the other of two": metadata([{"http_tokens": "optional"}, {"http_tokens": "required"}]),
	"computed": configured("aws_launch_template", {}, {"metadata_options": true}, {"name": {"constant_value": "x"}}),
	"computed tokens": configured(
		"aws_instance", {"metadata_options": [{}]}, {"metadata_options": [{"http_tokens": true}]},
		{"metadata_options": [{"http_endpoint": {"constant_value": "enabled"}}]},
	),
	"an instance": one("aws_instance", {"instance_type": "t3.medium"}),
	"an instance that overrides its template": one("aws_instance", {"launch_template": [{"id": "lt-1"}], "metadata_options": [{"http_tokens": "optional"}]}),
	"a launch configuration": one("aws_launch_configuration", {"metadata_options": []}),
	"a spot instance": one("aws_spot_instance_request", {}),
	"a spot fleet": one("aws_spot_fleet_request", {"launch_specification": [{"instance_type": "m5.large"}]}),
	"another case": metadata([{"http_tokens": "Required"}]),
})

test_imdsv2_allows if expect("imdsv2", "ok", {
	"required": metadata([{"http_tokens": "required"}]),
	"no service at all": metadata([{"http_tokens": "optional", "http_endpoint": "disabled"}]),
	"an instance": one("aws_instance", {"metadata_options": [{"http_tokens": "required"}]}),
	"an instance of the plan's template": referring_to("aws_instance", {"launch_template": [{}]}, {"metadata_options": [{"http_tokens": "required"}]}),
	"a node group of the plan's template": referring_to("aws_eks_node_group", {"launch_template": [{}]}, {"metadata_options": [{"http_tokens": "required"}]}),
	"a spot fleet of a template": one("aws_spot_fleet_request", {"launch_specification": [], "launch_template_config": []}),
})

test_imdsv2_edge_unknown_warns if expect("imdsv2", "warn", {
	"tokens": configured(
		"aws_launch_template", {"metadata_options": [{}]}, {"metadata_options": [{"http_tokens": true}]},
		{"metadata_options": [{"http_tokens": later}]},
	),
	"without a configuration": plan([changed("aws_instance", {}, {"metadata_options": true})]),
	"a template elsewhere": one("aws_instance", {"launch_template": [{"id": "lt-elsewhere"}]}),
	"a node group's template elsewhere": one("aws_eks_node_group", {"launch_template": [{"id": "lt-elsewhere"}]}),
	"a node group of EKS": one("aws_eks_node_group", {"launch_template": []}),
})

test_imdsv2_edge_a_template_that_is_made_through_a_local_is_judged_itself if {
	p := object.union(referring_to("aws_eks_node_group", {"launch_template": [{}]}, {"metadata_options": [{"http_tokens": "optional"}]}), {"configuration": {"root_module": {"resources": [
		configuration("aws_eks_node_group", {"launch_template": [{"id": reference(["local.template"])}]}),
		configuration("aws_launch_template", {}),
	]}}})
	addresses := {e.address | some e in (terraform.deny | terraform.warn) with input as p; e.rule == "imdsv2"}
	addresses == {"aws_launch_template.x"}
}
