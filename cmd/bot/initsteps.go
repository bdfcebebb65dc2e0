// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/setup"
)

// remains says what an installation needs besides the files: what bot doctor would miss where nothing was set up yet.
func (b *bot) remains(s *site, r setup.Repository, written []string) {
	repo := s.repo
	repo.Owner, repo.Name = cmp.Or(repo.Owner, "OWNER"), cmp.Or(repo.Name, "REPO")
	fmt.Fprintln(b.out, "What remains; `bot doctor` says what of it is done:")
	step := func(what, how string) { fmt.Fprintf(b.out, "\n# %s\n%s\n", what, how) }
	step("make the App; it ends with the commands that store its three secrets", "bot app create"+owned(s.repo.Owner))
	if r.KMS {
		for _, name := range []string{setup.KMSKey, setup.KMSRole} {
			step("import its key into AWS KMS as docs/aws.md says, and name it", fmt.Sprintf("gh variable set %s --repo %s --body ARN", name, repo))
		}
	}
	ready := false // all that the first run needs was named
	facts := setup.Facts{Repository: repo, Server: b.env.ServerURL, Want: r.Environments, Workflow: setup.Workflow(r), AppID: b.env.AppID}
	for _, f := range setup.Judge(facts) {
		if f.State == setup.OK || slices.Contains(ofTheApp, f.Part) {
			continue
		}
		if !ready && !strings.HasPrefix(f.Part, "environment ") && !strings.HasPrefix(f.Part, "secret ") {
			ready = true
			b.rolesRemain(r.Environments, step)
			b.commitRemains(repo.DefaultBranch, written, step)
		}
		if strings.HasPrefix(f.Part, "required check ") && b.env.AppID == 0 {
			f.Part += "; once LAYERBOT_APP_ID is set, bot doctor names the App as the only one that may set it"
		}
		step(f.Part, f.Fix)
	}
}

// ofTheApp are the parts that bot app create sees to.
var ofTheApp = []string{
	"App", "environment " + setup.AppEnvironment, "secret " + setup.SecretAppID, "secret " + setup.SecretPrivateKey, "secret " + setup.SecretInstallationID,
}

// owned returns the flag that names the organization of a repository whose owner is known.
func owned(owner string) string {
	if owner == "" {
		return ""
	}
	return " --org " + owner + "   # without --org for a repository of your own"
}

// commitRemains says how the files get where GitHub reads them. A push to a branch that is applied starts with that.
func (b *bot) commitRemains(branch string, written []string, step func(what, how string)) {
	if len(written) > 0 {
		step("commit the files, and merge them to "+branch, fmt.Sprintf("git add %s && git commit -m Layerbot", strings.Join(written, " ")))
	}
}

// rolesRemain says which environments have no AWS roles.
func (b *bot) rolesRemain(environments []setup.Environment, step func(what, how string)) {
	var without []string
	for _, e := range environments {
		if !e.Role {
			without = append(without, e.Name)
		}
	}
	if len(without) > 0 {
		step("AWS roles of "+strings.Join(without, ", ")+", where layers use AWS",
			"# make them as docs/aws.md says, name them in "+b.env.Config.Name()+", and ask `bot doctor trust` whom they admit")
	}
}
