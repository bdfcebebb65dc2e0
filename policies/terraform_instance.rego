# SPDX-License-Identifier: Apache-2.0

# Which types of EC2 instances the resources of a plan use, by themselves or through a launch template, and which of them
# are for GPUs.
package terraform.instance

import data.terraform.plan

# all are the resources that say of what types instances are.
all := plan.of({
	"aws_autoscaling_group", "aws_batch_compute_environment", "aws_cloud9_environment_ec2", "aws_ec2_capacity_reservation",
	"aws_ec2_fleet", "aws_ec2_host", "aws_ecs_capacity_provider", "aws_eks_node_group", "aws_emr_cluster",
	"aws_emr_instance_fleet", "aws_emr_instance_group", "aws_imagebuilder_infrastructure_configuration", "aws_instance",
	"aws_launch_configuration", "aws_launch_template", "aws_spot_fleet_request", "aws_spot_instance_request",
})

# through_template are the resources that may leave the type to a launch template.
through_template := {
	"aws_autoscaling_group", "aws_ec2_fleet", "aws_eks_node_group", "aws_instance",
	"aws_spot_fleet_request", "aws_spot_instance_request",
}

templates := plan.of({"aws_launch_template", "aws_launch_configuration"})

# named are the types that a resource names, wherever in it, or that EKS takes for it: [attribute or block, type].
named(r) := written(r) | {["instance_types", default_type] | defaults(r)}

written(r) := {[name, type] |
	some [path, block] in objects[r]
	some key in type_names
	some type in texts(block[key])
	name := array.concat(path, [key])[0]
}

type_names := ["instance_type", "instance_types", "allowed_instance_types", "instance_family"]

texts(v) := [v] if is_string(v)

texts(v) := [text | some text in v; is_string(text)] if is_array(v)

# objects are the objects within a resource, with their paths: looked for once, for all the rules.
objects := {r: [[path, block] | walk(plan.after[r], [path, block]); is_object(block)] |
	some r in (all | plan.of({"aws_autoscaling_schedule"}))
}

# EKS makes nodes of this type where neither the group nor its launch template says one:
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
default_type := "t3.medium"

defaults(r) if {
	plan.type[r] == "aws_eks_node_group"
	count(written(r)) == 0
	not untold(r)
	not has_template(r)
}

defaults(r) if {
	plan.type[r] == "aws_eks_node_group"
	count(written(r)) == 0
	not untold(r)
	count(template(r)) > 0
	every t in template(r) {
		count(written(t)) == 0
		not untold(t)
		not chosen(t)
	}
}

# used are the types of a resource's instances, as far as the plan tells.
used(r) := {type | some [_, type] in named(r)} | {type | some t in template(r); some [_, type] in named(t)}

# untold says that a resource has instances of types that only the apply will tell.
untold(r) if {
	walk(plan.unknown[r], [path, block])
	is_object(block)
	some key in type_names
	holds_true(block[key])
	plan.value(r, array.concat(path, [key])).is != "unset"
}

holds_true(v) if v == true

holds_true(v) if v[_] == true

# A whole block is unknown only where the configuration makes it of unknown elements.
untold(r) if {
	some block in ["compute_resources", "launch_specification", "launch_template_config", "mixed_instances_policy"]
	object.get(plan.unknown[r], block, false) == true
}

# elsewhere says that a resource has a launch template that is not of this plan. One whose ID only the apply will tell is
# made by it.
elsewhere(r) if {
	plan.type[r] in through_template
	has_template(r)
	count(template(r)) == 0
	not made_here(r)
}

made_here(r) if {
	makes_templates
	walk(plan.unknown[r], [path, block])
	some key in ["id", "launch_template_id", "launch_configuration"]
	block[key] == true
	array.concat(path, [key])[0] in {"launch_template", "launch_template_config", "launch_configuration", "mixed_instances_policy"}
}

makes_templates if {
	some t in templates
	plan.unknown[t].id == true
}

# chosen says that AWS chooses among all types that meet requirements.
chosen(r) if {
	some [path, block] in objects[r]
	some i, requirements in block.instance_requirements
	plan.value(r, array.concat(path, ["instance_requirements", i, "allowed_instance_types"])).is != "unknown"
	not requirements.allowed_instance_types[0]
}

# template are the launch templates, or launch configurations, of the plan that a resource refers to.
template(r) := {t | some t in related(r); t in templates}

# related are the resources of the plan that one refers to, in its configuration or by an ID or a name that is known.
related(r) := {t |
	walk(plan.configuration(r).expressions, [_, e])
	some ref in e.references
	some name in regex.find_n(`^aws_\w+\.[\w-]+`, ref, 1)
	some t, _ in by_reference[concat("|", [plan.module[r], name])]
} | {t |
	some [path, block] in objects[r]
	some key, id in block
	refers_by(path, key)
	some t, _ in by_id[id]
}

by_reference := object.union_n([{key: {t: true}} |
	some t in referable
	key := sprintf("%s|%s.%s", [plan.module[t], plan.type[t], plan.changes[t].name])
])

by_id := object.union_n([{id: {t: true}} |
	some t in referable
	some key in ["id", "name"]
	id := plan.known(t, [key])
])

referable := plan.of({"aws_autoscaling_group", "aws_launch_configuration", "aws_launch_template"})

# An ID or a name of its own does not count.
refers_by(_, key) if key in {"launch_template_id", "launch_template_name", "launch_configuration", "autoscaling_group_name"}

refers_by(path, key) if {
	key in {"id", "name"}
	count(path) > 0
}

has_template(r) if {
	some [_, block] in objects[r]
	some key in ["launch_template", "launch_template_specification"]
	block[key][_]
}

has_template(r) if {
	some key in ["launch_template", "launch_configuration"]
	plan.value(r, [key]).is == "unknown"
}

has_template(r) if is_string(plan.known(r, ["launch_configuration"]))

# class is "gpu" or "cpu", or "unknown" where the plan does not tell. A name tells nothing.
class(r) := "gpu" if {
	gpu(r)
} else := "unknown" if {
	untold(r)
} else := "cpu" if {
	count(used(r)) > 0
} else := "unknown" if {
	has_template(r)
} else := "cpu"

# https://aws.amazon.com/ec2/instance-types/#Accelerated_Computing
gpu(r) if {
	some type in used(r)
	regex.match(`^(p\d|gr?\d|trn|inf|dl\d)`, lower(type))
}

gpu(r) if regex.match(`GPU|NVIDIA|NEURON`, plan.known(r, ["ami_type"]))

gpu(r) if {
	some taint in plan.after[r].taint
	gpu_word(taint.key)
}

gpu(r) if {
	some key, v in plan.after[r].labels
	is_string(v)
	not lower(v) in {"false", "no", "none", "0"}
	gpu_word(concat("=", [key, v]))
}

# What the cluster autoscaler is told of the nodes of a group:
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#auto-discovery-setup
gpu(r) if {
	some tag in plan.after[r].tag
	startswith(tag.key, "k8s.io/cluster-autoscaler/node-template/")
	gpu_word(tag.key)
}

gpu_word(word) if regex.match(`(^|[^a-z])gpus?($|[^a-z])|nvidia|neuron|accelerator|habana`, lower(word))
