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
	"an instance": one("aws_instance", {"instance_type": "m6i.large"}),
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
	"all of a node group": one("aws_eks_node_group", {"instance_types": ["t3.large", "m5.4xlarge"]}),
	"all of a group for GPUs": one("aws_eks_node_group", {"instance_types": ["p3.2xlarge", "g4dn.2xlarge"]}),
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
