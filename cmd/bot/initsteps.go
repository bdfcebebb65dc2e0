package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/layerbot/layerbot/internal/setup"
)

// remains says what an installation needs besides the files: what bot doctor would miss where nothing was set up yet.
func (b *bot) remains(s *site, r setup.Repository, written []string) {
	repo := s.repo
	repo.Owner, repo.Name = cmp.Or(repo.Owner, "OWNER"), cmp.Or(repo.Name, "REPO")
	fmt.Fprintln(b.out, "What remains; `bot doctor` says what of it is done:")
	step := func(what, how string) { fmt.Fprintf(b.out, "\n# %s\n%s\n", what, how) }
	if len(written) > 0 {
		step("commit the files, and merge them to "+repo.DefaultBranch, fmt.Sprintf("git add %s && git commit -m \"Layerbot\"", strings.Join(written, " ")))
	}
	roles := false
	for _, f := range setup.Judge(setup.Facts{Repository: repo, Server: b.env.ServerURL, Want: r.Environments, Workflow: setup.Workflow(r)}) {
		if f.State == setup.OK {
			continue
		}
		if !roles && strings.HasPrefix(f.Part, "required check") { // which need a first run
			roles = true
			b.rolesRemain(r.Environments, step)
		}
		how := f.Fix
		if f.Part == "App" {
			how = "bot app create" + owned(s.repo.Owner)
		}
		step(f.Part, how)
	}
}

// owned returns the flag that names the organization of a repository whose owner is known.
func owned(owner string) string {
	if owner == "" {
		return ""
	}
	return " --org " + owner + "   # without --org for a repository of your own"
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
			"make them as docs/aws.md says, name them in "+b.env.Config.Name()+", and ask `bot doctor trust` whom they admit")
	}
}
