package main

// A scene is one thing that a person does, and what must come of it.
type scene struct {
	Title string
	Act   act
	Want  want
}

// An edit replaces the one occurrence of Old; an empty Old appends.
type edit struct{ File, Old, New string }

// story is the demo, scene by scene.
func story() []scene {
	return []scene{
		{
			Title: "A pull request changes a module and a layer: what it touches is planned",
			Act: opening{
				PR: "postgres", By: "alice", Head: "feature/postgres-16", Base: "dev",
				Title:   "Upgrade to PostgreSQL 16 and larger nodes",
				Message: "Upgrade the database, retire the session cache, tune the kubelet",
				Body: "The engine upgrade cannot happen in place, so **the database is replaced** — dev first.\n\n" +
					"- PostgreSQL 15 → 16, with a read replica\n- sessions have moved to the database: the cache goes\n" +
					"- more pods per node (`modules/node-pool`)\n- the bastion is now called what it is\n",
				Edits: upgrade,
			},
			Want: want{
				Targets: []string{"02-data/dev", "03-compute/dev"}, Comments: 1,
				Says: []string{
					"`data/dev` | changes | 1 | 0 | 1 | 1 |", "`compute/dev` | changes | 0 | 1 | 0 | 0 |",
					"destroy `terraform_data.session_cache`", "replace `terraform_data.database`", "-       maxPods: 58\n+       maxPods: 110\n",
				},
				Lacks:  []string{"correct-horse-battery-staple", "network/dev", "apps/dev"},
				Checks: map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"},
			},
		},
		{
			Title: "Someone without write access asks for a plan: refused",
			Act:   saying{PR: "postgres", By: "dana", Text: "/plan all prod"},
			Want:  want{Refused: "may not", Comments: 2, Says: []string{"dana may not", "write access"}, Reaction: "confused", Checks: map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"}},
		},
		{
			Title: "A layer that does not exist: the nearest name is offered",
			Act:   saying{PR: "postgres", By: "alice", Text: "/plan compte prod"},
			Want:  want{Refused: "compte", Comments: 3, Says: []string{"compte", "id you mean compute"}, Reaction: "confused", Checks: map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"}},
		},
		{
			Title: "What would this do to prod? A what-if, which grants nothing",
			Act:   saying{PR: "postgres", By: "alice", Text: "/plan compute prod"},
			Want: want{
				Targets: []string{"03-compute/prod"}, Comments: 3, Says: []string{"What if: this plan grants nothing", "`compute/prod` | changes | 0 | 3 | 0 | 0 |"},
				Reaction: "rocket", Checks: map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"},
			},
		},
		{
			Title: "Another pull request has a mistake in one layer; the other layer is planned all the same",
			Act: opening{
				PR: "status", By: "ben", Head: "feature/status-page", Base: "dev",
				Title:   "A public status page",
				Message: "Add the status page and open its port",
				Body:    "Adds `status.dev.acme.example` and lets its probes in.",
				Edits:   statusPage,
			},
			Want: want{
				Targets: []string{"01-network/dev", "04-apps/dev"}, Failed: []string{"04-apps/dev"}, Comments: 1,
				Says:   []string{"apps/dev", "network/dev", "04-apps/main.tf:46", "status_replicas"},
				Checks: map[string]string{"layerbot / dev": "failure 1 of 2 plans failed"},
			},
		},
		{
			Title: "A plan for an environment whose upstream was never applied: said plainly, and dev stays red",
			Act:   saying{PR: "status", By: "ben", Text: "/plan data test"},
			Want: want{
				Targets: []string{"02-data/test"}, Failed: []string{"02-data/test"}, Comments: 1,
				Says: []string{"data/test", "not applied: network/test"}, Reaction: "confused", Checks: map[string]string{"layerbot / dev": "failure 1 of 2 plans failed"},
			},
		},
		{
			Title: "The mistake is corrected: the same comment is edited in place",
			Act: pushing{PR: "status", By: "ben", Message: "Declare the variable", Edits: []edit{{
				File: "04-apps/variables.tf",
				New:  "\nvariable \"status_replicas\" {\n  type    = number\n  default = 1\n}\n",
			}}},
			Want: want{
				Targets: []string{"01-network/dev", "04-apps/dev"}, Comments: 1,
				Says: []string{"`apps/dev` | changes | 2 | 0 | 0 | 0 |", "`network/dev` | changes | 0 | 1 | 0 | 0 |"}, Lacks: []string{"04-apps/main.tf:46"},
				Checks: map[string]string{"layerbot / dev": "success 2 targets change"},
			},
		},
		{
			Title: "A pull request from a fork, with code that would print the environment: nothing is run",
			Act: opening{
				PR: "fork", By: outsider, Head: "patch-1", Base: "dev", Fork: true,
				Title:   "Fix a typo",
				Message: "Fix a typo",
				Body:    "Just a typo, please run the plan 🙏",
				Edits: []edit{{
					File: "01-network/outputs.tf",
					New:  "\noutput \"typo\" {\n  value = filebase64(\"/proc/self/environ\")\n}\n",
				}},
			},
			Want: want{Refused: "fork", Silent: true},
		},
		{
			Title: "Not even for someone who may: the code stays another repository's",
			Act:   saying{PR: "fork", By: "alice", Text: "/plan"},
			Want:  want{Refused: "fork", Comments: 1, Says: []string{"fork", "write access"}, Reaction: "confused"},
		},
		{
			Title: "After review, one more commit: planned again, in the same comment",
			Act: pushing{PR: "postgres", By: "alice", Message: "Keep backups of dev for two weeks", Edits: []edit{
				{File: "02-data/environments/dev/00-config.auto.tfvars", New: "backup_days    = 14\n"},
			}},
			Want: want{
				Targets: []string{"02-data/dev", "03-compute/dev"}, Comments: 3,
				Says:   []string{"`data/dev` | changes | 1 | 0 | 1 | 1 |", "input.backup_days    = 7 → 14"},
				Lacks:  []string{"correct-horse-battery-staple"},
				Checks: map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"},
			},
		},
	}
}

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
	{
		File: "04-apps/main.tf",
		Old:  "resource \"terraform_data\" \"export_job\"",
		New: "module \"status\" {\n  source = \"../modules/service\"\n\n  name     = \"status\"\n  image    = \"${var.organisation}/status:0.1.0\"\n" +
			"  replicas = var.status_replicas\n  cluster  = local.cluster\n  domain   = var.domain\n}\n\nresource \"terraform_data\" \"export_job\"",
	},
}
