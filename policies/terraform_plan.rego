# SPDX-License-Identifier: Apache-2.0

# What a Terraform plan says of its resources.
#
# It decides nothing. It reads the plan's JSON (https://developer.hashicorp.com/terraform/internals/json-format) and tells
# a value that is known from one that nobody set and from one that only the apply will tell. The last two look alike in
# a plan: the provider is to compute what nobody wrote, so after_unknown has it. The configuration tells them apart.
package terraform.plan

# changes are the resources that will be there after the apply, as they will be: managed ones, replaced and deferred
# ones too. Data sources, and what is deleted or forgotten, are not among them. Everywhere below, and in the packages that
# build on this one, a change is its number in this list: what is small is quickly looked up.
changes := [r |
	some r in array.concat(
		[r | some r in input.resource_changes],
		[d.resource_change | some d in input.deferred_changes],
	)
	object.get(r, "mode", "managed") != "data"
	is_object(r.change.after)
	not object.get(r.change, "actions", []) in [["delete"], ["forget"]]
]

type := [object.get(r, "type", "") | some r in changes]

after := [r.change.after | some r in changes]

unknown := [object.get(r.change, "after_unknown", {}) | some r in changes]

# address is what a change is called; its type where the plan does not say.
address := [object.get(r, "address", object.get(r, "type", "")) | some r in changes]

# of are the changes of some types.
of(types) := {r | some t in types; some r, _ in by_type[t]}

# An index that is one object is made once. One that is a rule of its own would be made again for each key.
by_type := object.union_n([{t: {r: true}} | some r, t in type])

# aws are the changes of AWS's providers.
aws := {r | some r, t in type; regex.match(`^aws(cc)?_`, t)}

# value says of what is at path – names of attributes and blocks, numbers of elements – that it is "known" and its value,
# or that it is "unset", so that AWS's default counts, or that it is "unknown" until the apply.
value(r, path) := {"is": "known", "value": v} if {
	v := known(r, path)
} else := {"is": "unknown"} if {
	hidden(r, path)
	not left_out(r, path)
} else := {"is": "unset"}

known(r, path) := v if {
	v := object.get(after[r], path, null)
	v != null
}

# blocks are the paths of the blocks of a name, ["block_device_mappings", "ebs"], within any elements.
blocks(r, names) := {path |
	walk(after[r][names[0]], [rest, block])
	is_object(block)
	path := array.concat([names[0]], rest)
	words(path) == names
}

# first_blocks are the blocks of a name, and where there is none, the place that the first would have.
first_blocks(r, name) := found if {
	found := blocks(r, [name])
	count(found) > 0
} else := {[name, 0]}

# shown is a value of an attribute or block as a message may print it: not where the plan marks any of it as sensitive.
shown(r, name, v) := "(sensitive)" if {
	sensitive(r, name)
} else := sprintf("%v", [v])

sensitive(r, _) if changes[r].change.after_sensitive == true

sensitive(r, name) if walk(changes[r].change.after_sensitive[name], [_, true])

# words are the names in a path, without the numbers of elements.
words(path) := [word | some word in path; is_string(word)]

# hidden is what after_unknown has, or has the whole of.
hidden(r, path) if unknown[r][path[0]] == true

hidden(r, path) if {
	unknown[r][path[0]]
	some n in numbers.range(2, count(path))
	object.get(unknown[r], array.slice(path, 0, n), false) == true
}

# left_out is what the configuration of a resource does not set, as far as it can be seen: it does not show dynamic
# blocks, so what is only in one counts as left out. A resource without a configuration leaves out nothing.
left_out(r, path) if {
	expressions := object.get(configuration(r), "expressions", {})
	not sets(r, expressions, words(path))
}

sets(r, e, names) if {
	count(names) == 1
	may_set(r, e[names[0]])
}

sets(r, e, names) if {
	count(names) == 2
	outer := listed(e[names[0]])
	count(outer) >= count(listed(object.get(after[r], names[0], [])))
	count(outer) > 0
	every block in outer { may_set(r, block[names[1]]) }
}

sets(r, e, names) if {
	count(names) == 3
	outer := listed(e[names[0]])
	count(outer) >= count(listed(object.get(after[r], names[0], [])))
	inner := [block | some o in outer; some block in listed(o[names[1]])]
	count(inner) > 0
	every block in inner { may_set(r, block[names[2]]) }
}

listed(v) := v if is_array(v)

listed(v) := [v] if is_object(v)

# may_set says that an expression gives a value. What refers to nothing but variables of the root module, which are known
# at plan, and is unknown all the same, is null.
may_set(_, expression) if expression.constant_value != null

may_set(r, expression) if {
	some ref in expression.references
	not settled(r, ref)
}

settled(_, ref) if regex.match(`^(path|terraform|count)\.`, ref)

settled(r, ref) if {
	startswith(ref, "var.")
	module[r] == ""
}

# configuration is that of a resource; undefined where the plan has none.
configuration(r) := configurations[module[r]][concat(".", [type[r], changes[r].name])]

# module is the address of a change's module without the keys of its instances, "module.a.module.b"; "" is the root.
module := [regex.replace(object.get(r, "module_address", ""), `\[("(\\.|[^"\\])*"|\d+)\]`, "") | some r in changes]

# configurations are those of managed resources, by module and "type.name".
configurations := {m: resources |
	some m in {m | some m in module}
	resources := {concat(".", [c.type, c.name]): c |
		some c in module_configuration(m).resources
		object.get(c, "mode", "managed") != "data"
	}
}

# module_configuration is that of a module, by its address.
module_configuration(m) := object.get(input.configuration, split(concat("/", path), "/"), {}) if {
	calls := [sprintf("module_calls/%s/module", [name]) | some i, name in split(m, "."); i % 2 == 1]
	path := array.concat(["root_module"], calls)
}
