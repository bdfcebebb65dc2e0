// SPDX-License-Identifier: Apache-2.0

package main

import "slices"

// A scene is one thing that a person does, and what must come of it. Scenes about one pull request are played one after
// the other; those about several at the same time, as on GitHub.
type scene struct {
	Name   string // by which others name it
	Title  string
	After  []string // earlier scenes that must be over
	Before []deed   // what people do before that no workflow hears of
	Act    act
	Want   want
}

// story is the demo, scene by scene.
func story() []scene { return slices.Concat(planning(), guarding(), applying()) }

// The checks on the heads of pull requests, as several scenes find them.
var (
	mistaken  = map[string]string{"layerbot / dev": "failure 1 of 2 plans failed"}
	corrected = map[string]string{"layerbot / dev": "success 2 targets change"}
	proposed  = map[string]string{"layerbot / dev": "success 2 targets change, 1 resource to destroy, 1 to replace"}
	released  = map[string]string{
		"layerbot / dev":  "success 2 targets change, 1 resource to destroy, 1 to replace",
		"layerbot / prod": "success 2 targets change, 1 resource to destroy, 1 to replace",
	}
)

// planning is what happens before a merge.
func planning() []scene {
	return []scene{
		{
			Name:  "proposed",
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
				Lacks: []string{"correct-horse-battery-staple", "network/dev", "apps/dev"}, Checks: proposed,
			},
		},
		{
			Title: "Another pull request has a mistake in one layer; the other layer is planned all the same",
			Act: opening{
				PR: "status", By: "ben", Head: "feature/status-page", Base: "dev",
				Title:   "A public status page",
				Message: "Add the status page, open its port and route its probes",
				Body:    "Adds `status.dev.acme.example` and lets its probes in.",
				Edits:   statusPage,
			},
			Want: want{
				Targets: []string{"01-network/dev", "04-apps/dev"}, Exits: map[string]int{"04-apps/dev": 1}, Comments: 1,
				Says: []string{"apps/dev", "network/dev", "04-apps/main.tf:46", "status_replicas"}, Checks: mistaken,
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
			Title: "A layer that does not exist: the nearest name is offered",
			Act:   saying{PR: "status", By: "ben", Text: "/plan netwrk dev"},
			Want:  want{Refused: "netwrk", Comments: 2, Says: []string{"netwrk", "id you mean network"}, Reaction: "confused", Checks: mistaken},
		},
		{
			Title: "Someone without write access asks for a plan: refused",
			Act:   saying{PR: "status", By: "dana", Text: "/plan all prod"},
			Want:  want{Refused: "may not", Comments: 3, Says: []string{"dana may not", "write access"}, Reaction: "confused", Checks: mistaken},
		},
		{
			Title: "A plan for an environment whose upstream was never applied: said plainly, and dev stays red",
			Act:   saying{PR: "status", By: "ben", Text: "/plan data test"},
			Want: want{
				Targets: []string{"02-data/test"}, Exits: map[string]int{"02-data/test": 1}, Comments: 3,
				Says: []string{"data/test", "not applied: network/test"}, Reaction: "confused", Checks: mistaken,
			},
		},
		{
			Title: "The mistake is corrected: the same comment is edited in place",
			Act: pushing{PR: "status", By: "ben", Message: "Declare the variable", Edits: []edit{{
				File: "04-apps/variables.tf",
				New:  "\nvariable \"status_replicas\" {\n  type    = number\n  default = 1\n}\n",
			}}},
			Want: want{
				Targets: []string{"01-network/dev", "04-apps/dev"}, Comments: 3,
				Says: []string{"`apps/dev` | changes | 2 | 0 | 0 | 0 |", "`network/dev` | changes | 1 | 1 | 0 | 0 |"}, Lacks: []string{"04-apps/main.tf:46"},
				Checks: corrected,
			},
		},
		{
			Title: "What would this do to prod? A what-if, which grants nothing",
			Act:   saying{PR: "status", By: "ben", Text: "/plan apps prod"},
			Want: want{
				Targets: []string{"04-apps/prod"}, Comments: 3, Says: []string{"What if: this plan grants nothing", "`apps/prod` | changes | 2 | 0 | 0 | 0 |"},
				Reaction: "rocket", Checks: corrected,
			},
		},
	}
}
