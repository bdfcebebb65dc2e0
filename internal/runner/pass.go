// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/redact"
)

// withheld are variables that no configuration passes on: powers and settings of Layerbot itself, and what changes
// which programs are run, or on what.
var withheld = []string{
	"ACTIONS_*", "LAYERBOT_*", "INPUT_*",
	"TF_CLI_*", "TF_REATTACH_PROVIDERS", "TF_PLUGIN_CACHE_*", "TF_WORKSPACE", "TF_LOG*",
}

// granted are the credentials of a grant. Others in the environment would take precedence over it.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
const granted = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

// pass adds to env the variables of the surrounding environment that the job names, and has the redactor know those
// that are secrets. What env holds already stays.
func (r *run) pass(env map[string]string) {
	for name, value := range r.runner.o.Environ {
		_, taken := env[name]
		if taken || !lists(r.job.Pass, name) || lists(withheld, name) || r.creds[granted] != "" && strings.HasPrefix(name, "AWS_") {
			continue
		}
		env[name] = value
		if confidential(name, value) {
			r.runner.hide([]string{value})
		}
	}
}

// lists reports whether name is one of patterns: names, or beginnings of names with a * at their end.
func lists(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		beginning, open := strings.CutSuffix(p, "*")
		return name == p || open && strings.HasPrefix(name, beginning)
	})
}

var (
	// confidentialName matches the names of variables that hold secrets.
	confidentialName = regexp.MustCompile(`(?i)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|ACCESS_?KEY)(?:_|$)|(?:^|_)(?:KEY|PAT|PWD)$`)
	// random matches what no person made up, if it also has digits, and letters of both cases.
	random = regexp.MustCompile(`^[A-Za-z0-9_+=.~-][A-Za-z0-9_+/=.~-]{19,}$`)
)

// confidential reports whether the value of a variable must not be shown: its name says so, or it reads like a key.
// Switches, regions, addresses and ids such as those of subscriptions and tenants are not: they would be missing from
// every text.
func confidential(name, value string) bool {
	if _, err := strconv.ParseBool(value); err == nil || len(value) < redact.MinSecret {
		return false
	}
	return confidentialName.MatchString(name) || random.MatchString(value) && strings.ContainsAny(value, "0123456789") &&
		strings.ToLower(value) != value && strings.ToUpper(value) != value
}
