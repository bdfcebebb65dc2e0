// SPDX-License-Identifier: Apache-2.0

package main

// guarding is what keeps a change from being merged that can be planned well.
func guarding() []scene {
	return []scene{
		{
			Title: "A port opened to the world and a key committed: a policy denies the one, a scanner shows the line of the other",
			Act: opening{
				PR: "vendor", By: "ben", Head: "feature/vendor-access", Base: "dev",
				Title:   "Let the vendor in",
				Message: "Open SSH for the vendor and keep their key at hand",
				Body:    "They need to look at the firewall on Monday.",
				Edits:   vendorAccess,
			},
			Want: want{
				Targets: []string{"01-network/dev"}, Exits: map[string]int{"01-network/dev": refused, "scan": 1}, Comments: 1,
				Says: []string{
					"port 22 is open to the whole internet", "terraform_data.firewall", "00-config.auto.tfvars", "generic-api-key", "suppressed",
					"revoked in March",
				},
				Lacks:  []string{vendorKey, revokedKey},
				Checks: map[string]string{"layerbot / dev": "failure "},
			},
		},
		{
			Title: "Only from the vendor's network, and without the key: the check is green",
			Act: pushing{PR: "vendor", By: "ben", Message: "Only the vendor's network; the key is in the vault", Edits: []edit{
				{File: "01-network/main.tf", Old: `{ port = 22, from = "0.0.0.0/0", reason = "vendor" }`, New: `{ port = 22, from = "203.0.113.0/24", reason = "vendor" }`},
				{File: vendorFile, Old: "vendor_api_key = \"" + vendorKey + "\"\n", New: ""},
			}},
			Want: want{
				Targets: []string{"01-network/dev"}, Comments: 1, Says: []string{"`network/dev` | changes | 0 | 1 | 0 | 0 |"},
				Lacks: []string{"whole internet", "new finding"}, Checks: map[string]string{"layerbot / dev": "success 1 target changes"},
			},
		},
	}
}

// refused is the exit code of a plan that policies deny.
const refused = 3

// Keys that no one ever had, in a form that scanners know; put together here, so that they are found in the story only.
var (
	vendorKey  = "8f4b2" + "c91d7e3a605b8c4" + "f12e97d3b6a0"
	revokedKey = "c07d1" + "5e82f9b4a3617d0" + "e84c25f96b13"
)

const vendorFile = "01-network/environments/dev/00-config.auto.tfvars"

var vendorAccess = []edit{
	{File: "01-network/main.tf", Old: "    ]\n", New: "      { port = 22, from = \"0.0.0.0/0\", reason = \"vendor\" },\n    ]\n"},
	{File: vendorFile, New: "vendor_api_key = \"" + vendorKey + "\"\n"},
	{File: vendorFile, New: "old_vendor_api_key = \"" + revokedKey + "\" # gitleaks" + ":allow revoked in March\n"},
}
