// SPDX-License-Identifier: Apache-2.0

package main

// applying is what happens from the merge on: first in dev, then in prod.
func applying() []scene {
	return []scene{
		{
			Name:  "released",
			Title: "The same change is proposed for prod",
			After: []string{"proposed"},
			Act: opening{
				PR: "release", By: "alice", Head: "feature/postgres-16", Base: "prod",
				Title: "Release: PostgreSQL 16 to prod", Body: "The same commits as in #1, for prod.",
			},
			Want: want{
				Targets: []string{"02-data/prod", "03-compute/prod"}, Comments: 1,
				Says: []string{"`data/prod` | changes | 1 | 0 | 1 | 1 |"}, Checks: released,
			},
		},
		{
			// Gate looks at once at what dev has; the next scene begins now too, and dev has it when all its waves are over.
			Title: "Merged to prod too early: what dev has not seen is not applied",
			Act:   merging{PR: "release", By: "alice"},
			Want: want{
				Waves:    [][]string{{"01-network/prod"}, {"02-data/prod", "03-compute/prod"}, {"04-apps/prod"}},
				Exits:    map[string]int{"02-data/prod": 1, "03-compute/prod": 1, "04-apps/prod": 1, "report": 1},
				Comments: 1, Says: []string{"Not applied in dev yet", "`apps/prod` | ⏳ waits"}, Checks: released,
				Applied:  map[string]string{"layerbot apply / prod": "failure"},
				Deployed: map[string]string{"01-network/prod": "success", "02-data/prod": "error", "03-compute/prod": "error"},
			},
		},
		{
			Name:   "in dev",
			Title:  "Reviewed and merged to dev: exactly the plans that were reviewed are applied, wave by wave",
			After:  []string{"released"},
			Before: []deed{approving{PR: "postgres", By: "ben"}},
			Act:    merging{PR: "postgres", By: "alice"},
			Want: want{
				Waves:    [][]string{{"01-network/dev"}, {"02-data/dev", "03-compute/dev"}, {"04-apps/dev"}},
				Comments: 1, Says: []string{"`data/dev` | applied | 1 | 0 | 1 | 1 |"}, Lacks: []string{"correct-horse-battery-staple"}, Checks: released,
				Applied:  map[string]string{"layerbot apply / dev": "success"},
				Deployed: map[string]string{"01-network/dev": "success", "02-data/dev": "success", "03-compute/dev": "success", "04-apps/dev": "success"},
			},
		},
		{
			Title: "Somebody changed the firewall by hand since review: stopped, and what builds on it waits",
			After: []string{"in dev"},
			Before: []deed{
				approving{PR: "status", By: "alice"},
				meddling{By: "dana", What: "opens a port in dev by hand, with Terraform", Layer: "01-network", Env: "dev", Edits: debugPort},
			},
			Act: merging{PR: "status", By: "ben"},
			Want: want{
				Waves: [][]string{{"01-network/dev"}, {"04-apps/dev"}}, Exits: map[string]int{"01-network/dev": 4, "04-apps/dev": 1, "report": 1},
				Comments: 3, Says: []string{"What changed since review", "terraform_data.firewall", "/apply network dev"}, Checks: corrected,
				Applied:  map[string]string{"layerbot apply / dev": "failure"},
				Deployed: map[string]string{"01-network/dev": "failure", "04-apps/dev": "error"},
			},
		},
		{
			Title: "Dev has it now, so prod may: promoted by someone who may",
			After: []string{"in dev"},
			Act:   saying{PR: "release", By: "alice", Text: "/apply"},
			Want: want{
				Waves:    [][]string{{"02-data/prod", "03-compute/prod"}, {"04-apps/prod"}},
				Comments: 1, Says: []string{"`data/prod` | applied | 1 | 0 | 1 | 1 |"}, Reaction: "rocket", Checks: released,
				Applied:  map[string]string{"layerbot apply / prod": "success"},
				Deployed: map[string]string{"01-network/prod": "success", "02-data/prod": "success", "03-compute/prod": "success", "04-apps/prod": "success"},
			},
		},
		{
			Title: "Someone who may not apply in dev accepts the plan as it is now: refused",
			Act:   saying{PR: "status", By: "ben", Text: "/apply network dev"},
			Want: want{
				Refused: "not among the appliers of dev", Comments: 4, Says: []string{"ben is not among the appliers of dev"}, Reaction: "confused", Checks: corrected,
			},
		},
		{
			Title: "Someone who may accepts exactly the plan that is shown; half way, the account's quota is used up",
			Act:   saying{PR: "status", By: "alice", Text: "/apply network apps dev"},
			Want: want{
				Waves: [][]string{{"01-network/dev"}, {"04-apps/dev"}}, Exits: map[string]int{"01-network/dev": 1, "04-apps/dev": 1, "report": 1},
				Comments: 4, Says: []string{"LimitExceeded", "1 of 2 changes was carried out", "`apps/dev` | ⏳ waits for network/dev"}, Reaction: "confused", Checks: corrected,
				Applied:  map[string]string{"layerbot apply / dev": "failure"},
				Deployed: map[string]string{"01-network/dev": "failure", "04-apps/dev": "error"},
			},
		},
		{
			Title:  "Once more: only what is left is applied",
			Before: []deed{granting{By: "dana", Ports: "5"}},
			Act:    saying{PR: "status", By: "alice", Text: "/apply"},
			Want: want{
				Waves:    [][]string{{"01-network/dev"}, {"04-apps/dev"}},
				Comments: 4, Says: []string{"`network/dev` | applied (what was left) | 1 | 0 |", "This was left of the reviewed plan", "`apps/dev` | applied"}, Reaction: "rocket", Checks: corrected,
				Applied:  map[string]string{"layerbot apply / dev": "success"},
				Deployed: map[string]string{"01-network/dev": "success", "04-apps/dev": "success"},
			},
		},
	}
}
