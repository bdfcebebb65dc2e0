package firewall_test

import data.firewall

plan(port, from) := {"resource_changes": [{
	"address": "terraform_data.firewall", "mode": "managed",
	"change": {"after": {"input": {"ingress": [{"port": port, "from": from, "reason": "test"}]}}},
}]}

test_ssh_to_the_world_is_denied if {
	count(firewall.deny) == 1 with input as plan(22, "0.0.0.0/0")
}

test_ssh_from_the_offices_is_allowed if {
	count(firewall.deny) == 0 with input as plan(22, "10.0.0.0/8")
}

test_https_to_the_world_is_allowed if {
	count(firewall.deny) == 0 with input as plan(443, "::/0")
}

test_a_firewall_that_is_deleted_is_allowed if {
	count(firewall.deny) == 0 with input as {"resource_changes": [{
		"address": "terraform_data.firewall", "mode": "managed", "change": {"after": null},
	}]}
}
