# What may be reached from the whole internet. Asked about every plan; `bot policy test` runs the tests.
package firewall

allowed := {443}

deny contains entry if {
	some change in input.resource_changes
	change.mode == "managed"
	change.change.after != null
	some rule in change.change.after.input.ingress
	world(rule.from)
	not rule.port in allowed
	entry := {
		"rule": "open-port",
		"address": change.address,
		"severity": "high",
		"msg": sprintf("port %d is open to the whole internet (%s); only 443 may be", [rule.port, rule.reason]),
	}
}

world(from) if from in {"0.0.0.0/0", "::/0"}
