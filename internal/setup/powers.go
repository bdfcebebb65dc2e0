// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"maps"

	"github.com/layerbot/layerbot/internal/github"
)

// A Power is what one phase may do on GitHub.
type Power struct {
	Phase string             // "gate", "plan", "scan", "report", "apply", "drift"
	App   github.Permissions // most that its installation tokens are minted with; nil: it has no App token
	Job   github.Permissions // `permissions:` of its job; empty is {}
	Why   map[string]string  // permission of App → what for
}

// The permissions that only some installations use.
const (
	membersPermission  = "members"         // teams as appliers
	scanningPermission = "security_events" // code scanning
)

// Powers returns the table of docs and workflow, in the order of the phases. A token of the App has less than this: each is
// minted for what the event asks for, and for one repository.
// Source: .github/app/permissions.md is written from it.
func Powers() []Power {
	checkout := github.Permissions{"contents": "read"}
	terraform := github.Permissions{"contents": "read", "id-token": "write"}
	return []Power{
		{
			Phase: "gate",
			App: github.Permissions{
				"metadata": "read", "contents": "read", "pull_requests": "read", "issues": "write", "checks": "read",
				"deployments": "write", membersPermission: "read",
			},
			Job: github.Permissions{},
			Why: map[string]string{
				"metadata":        "see whether the one who commands may write to the repository",
				"contents":        "fetch the commits that it decides on, and the configuration",
				"pull_requests":   "read the pull request: its head and base, whether it is merged, its reviews",
				"issues":          "acknowledge the comment that commands",
				"checks":          "read what reviewers saw, kept in the App's check runs",
				"deployments":     "read what is applied already, and note that an apply begins",
				membersPermission: "see whether the one who commands is in a team that may apply (only where there are such)",
			},
		},
		{Phase: "plan", Job: terraform},
		{Phase: "scan", Job: checkout},
		{Phase: "apply", Job: terraform},
		{Phase: "drift", Job: terraform},
		{
			Phase: "report",
			App: github.Permissions{
				"metadata": "read", "pull_requests": "write", "issues": "write", "checks": "write", "deployments": "write",
				scanningPermission: "write",
			},
			Job: github.Permissions{},
			Why: map[string]string{
				"metadata":         "GitHub adds it to every other one",
				"pull_requests":    "write the comment, and see that the pull request is still as it was planned",
				"issues":           "open issues for drift; answer comments that command",
				"checks":           "set the checks, with what reviewers saw",
				"deployments":      "note how it ended",
				scanningPermission: "put findings into code scanning (only where there are scanners, and it is not switched off)",
			},
		},
	}
}

// Union returns the permissions that the App is made with: those of all phases together.
func Union() github.Permissions {
	union := github.Permissions{}
	for _, p := range Powers() {
		for name, level := range p.App {
			if !covers(union[name], level) {
				union[name] = level
			}
		}
	}
	return union
}

// covers reports whether a permission at the level have does for what needs it at need.
func covers(have, need string) bool { return levels[have] >= levels[need] }

var levels = map[string]int{"": 0, "none": 0, "read": 1, "write": 2, "admin": 3}

// needs returns the permissions that an installation must have been granted, given what its configuration uses.
func (f Facts) needs() github.Permissions {
	p := maps.Clone(Union())
	if !f.Teams {
		delete(p, membersPermission)
	}
	if !f.CodeScanning {
		delete(p, scanningPermission)
	}
	return p
}
