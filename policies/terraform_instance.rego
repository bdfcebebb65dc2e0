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

written(r) := {[path[0], type] |
	walk(r.change.after, [path, type])
	is_string(type)
	last_word(path) in type_names
}

type_names := {"instance_type", "instance_types", "allowed_instance_types", "instance_family"}

last_word(path) := names[count(names) - 1] if names := plan.words(path)

# EKS makes nodes of this type where neither the group nor its launch template says one:
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
default_type := "t3.medium"

defaults(r) if {
	r.type == "aws_eks_node_group"
	count(written(r)) == 0
	not untold(r)
	not has_template(r)
}

defaults(r) if {
	r.type == "aws_eks_node_group"
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
	walk(object.get(r.change, "after_unknown", {}), [path, true])
	last_word(path) in type_names
	plan.value(r, path).is == "unknown"
}

# A whole block is unknown only where the configuration makes it of unknown elements.
untold(r) if {
	some block in ["compute_resources", "launch_specification", "launch_template_config", "mixed_instances_policy"]
	object.get(r.change, ["after_unknown", block], false) == true
}

# elsewhere says that a resource has a launch template that is not of this plan. One whose ID only the apply will tell is
# made by it.
elsewhere(r) if {
	r.type in through_template
	has_template(r)
	count(template(r)) == 0
	not made_here(r)
}

made_here(r) if {
	some t in templates
	t.change.after_unknown.id == true
	walk(r.change.after_unknown, [path, true])
	plan.words(path)[0] in {"launch_template", "launch_template_config", "launch_configuration", "mixed_instances_policy"}
	last_word(path) in {"id", "launch_template_id", "launch_configuration"}
}

# chosen says that AWS chooses among all types that meet requirements.
chosen(r) if {
	walk(r.change.after, [path, requirements])
	is_object(requirements)
	last_word(path) == "instance_requirements"
	plan.value(r, array.concat(path, ["allowed_instance_types"])).is != "unknown"
	not requirements.allowed_instance_types[0]
}

# template are the launch templates, or launch configurations, of the plan that a resource refers to.
template(r) := [t | some t in templates; refers(r, t)]

refers(r, t) if {
	plan.module(r) == plan.module(t)
	walk(plan.configuration(r).expressions, [_, e])
	some ref in e.references
	regex.match(sprintf(`^%s\.%s($|[.\[])`, [t.type, t.name]), ref)
}

refers(r, t) if {
	some key in ["id", "name"]
	known := plan.known(t, [key])
	walk(r.change.after, [path, known])
	last_word(path) in {"id", "name", "launch_template_id", "launch_template_name", "launch_configuration", "autoscaling_group_name"}
}

has_template(r) if {
	walk(r.change.after, [path, block])
	is_object(block)
	last_word(path) in {"launch_template", "launch_template_specification"}
}

has_template(r) if {
	some name in ["launch_template", "launch_configuration"]
	plan.value(r, [name]).is in {"known", "unknown"}
	object.get(r.change.after, name, true) != []
}

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
	some taint in r.change.after.taint
	gpu_word(taint.key)
}

gpu(r) if {
	some key, v in r.change.after.labels
	is_string(v)
	not lower(v) in {"false", "no", "none", "0"}
	gpu_word(concat("=", [key, v]))
}

# What the cluster autoscaler is told of the nodes of a group:
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#auto-discovery-setup
gpu(r) if {
	some tag in r.change.after.tag
	startswith(tag.key, "k8s.io/cluster-autoscaler/node-template/")
	gpu_word(tag.key)
}

gpu_word(word) if regex.match(`(^|[^a-z])gpus?($|[^a-z])|nvidia|neuron|accelerator|habana`, lower(word))
