// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"maps"
	"slices"
)

// app judges the App: that it is installed, and with which permissions.
func (j *judge) app() {
	const part = "App"
	i := j.Installation
	switch why := j.Why["installation"]; {
	case j.Refusal.Text != "":
		j.add(Wrong, part, j.Refusal.Fix, "%s", j.Refusal.Text)
		return
	case i == nil && why != "":
		j.add(Unknown, part, "set LAYERBOT_APP_ID and LAYERBOT_APP_PRIVATE_KEY for this command, or look at "+j.installations(), "could not be looked at: %s", why)
		return
	case i == nil:
		j.add(Missing, part, "bot app create, or install the one that there is: "+j.installations(), "no App is installed on %s", j.Repository)
		return
	case i.Suspended:
		j.add(Wrong, part, "unsuspend it: "+j.installation(), "installation %d is suspended: its tokens do nothing", i.ID)
	default:
		j.add(OK, part, "", "installed (installation %d)", i.ID)
	}
	j.permissions()
}

func (j *judge) permissions() {
	const part = "App's permissions"
	var missing, more []string
	needs, union := j.needs(), Union()
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		if !covers(j.Installation.Permissions[name], needs[name]) {
			missing = append(missing, name+": "+needs[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.Installation.Permissions)) {
		if level := j.Installation.Permissions[name]; !covers(union[name], level) {
			more = append(more, name+": "+level)
		}
	}
	if len(missing) > 0 {
		j.add(Wrong, part, "add them in the App's settings, Permissions, then accept them: "+j.installation(), "not granted: %s", list(missing))
	}
	if len(more) > 0 {
		j.add(Advice, part, "take them away in the App's settings, Permissions", "nothing needs %s", list(more))
	}
	if len(missing)+len(more) == 0 {
		j.add(OK, part, "", "as needed: %s", needs)
	}
}

// installations returns the address of the page with what is installed, of an organization or of a person.
func (j *judge) installations() string {
	return fmt.Sprintf("%s/organizations/%s/settings/installations (%s/settings/installations for a person's repository)", j.Server, j.Repository.Owner, j.Server)
}

func (j *judge) installation() string {
	return fmt.Sprintf("%s/organizations/%s/settings/installations/%d (%s/settings/installations/%[3]d for a person's repository)", j.Server, j.Repository.Owner, j.Installation.ID, j.Server)
}

// secrets judges where the App's secrets are, by name.
func (j *judge) secrets() {
	kms := usesKMS(j.Workflow)
	for _, name := range []string{SecretAppID, SecretPrivateKey, SecretInstallationID} {
		part, fix := "secret "+name, setSecret(name, j.Repository.String())
		inside, outside := slices.Contains(j.Secrets[AppEnvironment], name), slices.Contains(j.Secrets[""], name)
		switch {
		case kms && name == SecretPrivateKey:
			if inside || outside {
				j.add(Wrong, part, "delete it, and the file", "the workflow signs with a key in KMS, and the key is a secret besides")
			}
		case inside && outside && name == SecretPrivateKey:
			j.add(Advice, part, fmt.Sprintf("gh secret delete %s --repo %s", name, j.Repository), "in the environment %s, and in the repository, where every workflow can have it", AppEnvironment)
		case inside:
			j.add(OK, part, "", "in the environment %s", AppEnvironment)
		case outside && name == SecretPrivateKey:
			j.add(Advice, part, fix, "in the repository, where every workflow can have it: the environment %s keeps it to gate and report", AppEnvironment)
		case outside:
			j.add(OK, part, "", "in the repository")
		case j.unknown(part, "secrets/"+AppEnvironment, "secrets", "environments"):
		case name == SecretInstallationID:
			j.add(Advice, part, fix, "not there: it is looked up, with a request more for each job")
		default:
			j.add(Missing, part, fix, "neither in the environment %s nor in the repository", AppEnvironment)
		}
	}
}

// setSecret returns the command that gives the environment of the App one of its secrets.
func setSecret(name, repository string) string {
	value := " --body NUMBER"
	if name == SecretPrivateKey {
		value = " < " + KeyFile
	}
	return fmt.Sprintf("gh secret set %s --repo %s --env %s%s", name, repository, AppEnvironment, value)
}
