# SPDX-License-Identifier: Apache-2.0

# Which regions the AWS providers of a plan work in, and which tags they give by default.
#
# A plan does not hold what a provider was configured with, only the expressions that say so. They are followed as far as
# that goes: constants, variables, and variables of the modules that a provider is in. Version 6 of the provider tells more:
# each resource has the region that it is in.
package terraform.provider

import data.terraform.plan

# configurations are the AWS providers of the configuration: "aws", "aws.west", "module.a.module.b:aws".
configurations[key] := p if {
	some key, p in input.configuration.provider_config
	source := object.get(p, "full_name", object.get(p, "name", key))
	regex.match(`(^|/)(aws|awscc)$`, source)
}

# of is the key of the provider of a change; undefined where the plan has no configuration of it.
of(r) := plan.configuration(r).provider_config_key

# used are the providers that something to be there after the apply is made by. Where the plan does not say that of each
# resource, all are.
used contains key if some key, _ in made

# made are the changes by the provider that makes them.
made[key] contains r if {
	some r in plan.aws
	key := of(r)
}

used contains key if {
	count(plan.aws) > count([r | some key, _ in made; some r in made[key]])
	some key, _ in configurations
}

used contains key if {
	some key, _ in configurations
	not input.configuration.root_module
}

# address is what a provider is called in a decision: "provider.aws.west", "module.a.provider.aws".
address(key) := concat(".", [part | some part in [module(key), "provider", local_name(key)]; part != ""])

local_name(key) := regex.replace(key, `^.*:`, "")

module(key) := substring(key, 0, max([indexof(key, ":"), 0]))

# regions are those that a provider works in: the one that is configured, and those of resources that name none of their
# own. Empty where that cannot be told.
regions[key] := declared(key) | revealed[key] if some key in used

revealed[key] := {region |
	some r in made[key]
	not plan.configuration(r).expressions.region
	region := plan.known(r, ["region"])
} if {
	some key in used
}

# declared are the regions that the configuration of a provider may mean: a constant, or what each variable holds that its
# expression names. Empty if it names anything else, or nothing.
declared(key) := found if {
	found := meant(meant(meant(meant(meant(expressed(module(key), configurations[key].expressions.region))))))
	every region in found { is_string(region) }
} else := set()

# expressed is what an expression in a module may mean: a string, {"module", "ref"} for what it refers to, or null.
expressed(m, e) := {{"module": m, "ref": ref} | some ref in longest(e.references)} if {
	count(e.references) > 0
} else := {object.get(e, "constant_value", null)}

# longest are references without those that others begin with: Terraform lists "var.x" beside "var.x.y".
longest(refs) := {ref |
	some ref in refs
	every other in refs { not regex.match(`^[.\[]`, trim_prefix(other, ref)) }
}

# meant is what a set of meanings means, one module further out.
meant(meanings) := {further | some meaning in meanings; some further in outwards(meaning)}

outwards(meaning) := {meaning} if not is_object(meaning)

# A variable of the root module has the value that the plan was made with.
outwards(meaning) := {object.get(input.variables, array.concat([steps[0], "value"], rest), null)} if {
	meaning.module == ""
	steps := variable(meaning.ref)
	rest := array.slice(steps, 1, count(steps))
}

# A variable of another module has what the module's call gives it, or else its default.
outwards(meaning) := expressed(outer, object.get(call, ["expressions", name], default_value)) if {
	meaning.module != ""
	[name] := variable(meaning.ref)
	parts := split(meaning.module, ".")
	outer := concat(".", array.slice(parts, 0, count(parts) - 2))
	call := plan.module_configuration(outer).module_calls[parts[count(parts) - 1]]
	default_value := {"constant_value": object.get(call, ["module", "variables", name, "default"], null)}
}

outwards(meaning) := {null} if {
	is_object(meaning)
	not startswith(meaning.ref, "var.")
}

# variable are the steps to what a reference names: ["regions", "eu"] of var.regions["eu"].
variable(ref) := [step(m) | some m in regex.find_all_string_submatch_n(steps, trim_prefix(ref, "var"), -1)] if {
	startswith(ref, "var.")
	steps := `\.([\w-]+)|\["((?:\\.|[^"\\])*)"\]|\[(\d+)\]`
}

step(m) := to_number(m[3]) if m[3] != ""

step(m) := concat("", [m[1], m[2]]) if m[3] == ""

# default_tags are those that a provider adds to whatever it makes, as far as the plan holds them.
default_tags(key) := {k: v |
	some block in configurations[key].expressions.default_tags
	some k, v in block.tags.constant_value
}

# tells_tags says that the plan holds all the tags that a provider adds.
tells_tags(key) if {
	every block in object.get(configurations[key], ["expressions", "default_tags"], []) {
		every _, e in block { not e.references }
	}
}
