// SPDX-License-Identifier: Apache-2.0

package main

// An edit replaces the one occurrence of Old; an empty Old appends.
type edit struct{ File, Old, New string }

// What the pull requests of the story change.
var upgrade = []edit{
	{File: "02-data/main.tf", Old: `triggers_replace = "postgres-15"`, New: `triggers_replace = "postgres-16"`},
	{File: "02-data/main.tf", Old: `engine_version = "15.8"`, New: `engine_version = "16.4"`},
	{
		File: "02-data/main.tf",
		Old:  "resource \"terraform_data\" \"session_cache\" {\n  input = {\n    name   = \"${local.name}-sessions\"\n    engine = \"memcached\"\n    nodes  = 1\n  }\n}\n",
		New:  "resource \"terraform_data\" \"replica\" {\n  input = {\n    name           = \"${local.name}-replica\"\n    source         = terraform_data.database.id\n    instance_class = var.instance_class\n  }\n}\n",
	},
	{File: "modules/node-pool/main.tf", Old: "maxPods: 58", New: "maxPods: 110"},
	{
		File: "modules/node-pool/main.tf",
		Old:  "    - RotateKubeletServerCertificate\n", New: "    - RotateKubeletServerCertificate\n    - GracefulNodeShutdown\n",
	},
	{
		File: "03-compute/main.tf",
		Old:  "resource \"terraform_data\" \"bastion\" {", New: "moved {\n  from = terraform_data.bastion\n  to   = terraform_data.jump_host\n}\n\nresource \"terraform_data\" \"jump_host\" {",
	},
}

var statusPage = []edit{
	{
		File: "01-network/main.tf",
		Old:  "    ]\n", New: "      { port = 8443, from = \"198.51.100.0/24\", reason = \"status probes\" },\n    ]\n",
	},
	{File: "01-network/main.tf", New: probeRoute},
	{
		File: "04-apps/main.tf",
		Old:  "resource \"terraform_data\" \"export_job\"",
		New: "module \"status\" {\n  source = \"../modules/service\"\n\n  name     = \"status\"\n  image    = \"${var.organisation}/status:0.1.0\"\n" +
			"  replicas = var.status_replicas\n  cluster  = local.cluster\n  domain   = var.domain\n}\n\nresource \"terraform_data\" \"export_job\"",
	},
}

// probeRoute fails at apply, and not before, where the account's quota is too small: how many ports the firewall opens is
// known once it does.
const probeRoute = `
resource "terraform_data" "probe_route" {
  input = { from = "198.51.100.0/24", to = terraform_data.vpc.id }

  lifecycle {
    precondition {
      condition     = length(toset(terraform_data.firewall.output.ingress[*].port)) <= tonumber(file("../../quota"))
      error_message = "LimitExceeded: the account's quota of open ports is used up."
    }
  }
}
`

var debugPort = []edit{{
	File: "01-network/main.tf",
	Old:  "    ]\n", New: "      { port = 9090, from = \"0.0.0.0/0\", reason = \"debugging\" },\n    ]\n",
}}
