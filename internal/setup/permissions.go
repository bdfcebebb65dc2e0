// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Permissions returns the page that says what each phase may do, .github/app/permissions.md.
func Permissions() []byte {
	var text strings.Builder
	text.WriteString(`# What the App may do

<!-- Written from the table in internal/setup/powers.go: go test ./internal/setup -update -->

The App is made with the permissions that its phases need together, and no other. No token has them all: ` + "`gate` and `report`" + `
mint theirs for one repository with what the event at hand asks for, and revoke them at their end. The jobs that run
Terraform or scanners have no token of the App; they have what Actions gives their job.

| App permission | level | who uses it | what for |
|---|---|---|---|
`)
	union := Union()
	for _, name := range slices.Sorted(maps.Keys(union)) {
		for _, p := range Powers() {
			if p.App[name] != "" {
				fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", name, p.App[name], p.Phase, p.Why[name])
			}
		}
	}
	text.WriteString(`
` + "`members` and `security_events`" + ` can be left out where what they are for is not used. The webhook is off, and no event is
subscribed to: GitHub Actions starts everything.

| phase | token of the App, at most | ` + "`permissions:` of its job" + ` |
|---|---|---|
`)
	for _, p := range Powers() {
		app := p.App.String()
		if app == "" {
			app = "none"
		}
		job := p.Job.String()
		if job == "" {
			job = "`{}`"
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", p.Phase, app, job)
	}
	text.WriteString(`
` + "`id-token: write`" + ` is a job's right to ask GitHub who it is; AWS decides by that which role it gets:
[docs/aws.md](../../docs/aws.md). With the App's key in KMS, gate and report have it too, for the role that signs. How these credentials come and go: [auth-flow.md](auth-flow.md).
`)
	return []byte(text.String())
}
