// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// opLimit is how long the 1Password CLI may take. It asks a server; a person who must touch a sensor needs a moment.
const opLimit = time.Minute

// opVariables are the variables of the job that the 1Password CLI gets besides PATH: who it is, and the network.
// https://developer.1password.com/docs/cli/environment-variables/
var opVariables = []string{
	"HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
	"OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_HOST", "OP_CONNECT_TOKEN", "OP_ACCOUNT",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// onePassword returns what a secret reference refers to. Nothing the CLI printed gets into an error.
// https://developer.1password.com/docs/cli/reference/commands/read/
func (k Keeper) onePassword(ctx context.Context, reference string) (string, *Error) {
	if !strings.HasPrefix(reference, "op://") {
		return "", problem("that is no secret reference", `write it as "op://vault/item/field"`)
	}
	const install = "install the 1Password CLI in the plan job and in the apply job, in a step before this one: https://developer.1password.com/docs/cli/"
	path, err := k.find("op")
	if err != nil {
		return "", problem(err.Error(), install)
	}
	op := program{path: path, args: []string{"read", "--no-newline", reference}, dir: "/", limit: opLimit}
	op.env = k.environment(func(name string) bool {
		return slices.Contains(opVariables, name) || strings.HasPrefix(name, "OP_SESSION_")
	})
	value, stderr, err := op.run(ctx)
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return "", opProblem(stderr, exit.ExitCode())
	}
	if err != nil {
		return "", problem(err.Error(), byHand)
	}
	return value, nil
}

const byHand = "run `op read` with this reference by hand, in the same job, to see its message"

// opProblem says what the 1Password CLI complained about, in words of ours: its own could come from a program that
// only has its name.
func opProblem(stderr string, code int) *Error {
	const (
		reference = "compare the reference with the item's: `op item get ITEM --vault VAULT --format json` shows each field's; a service account sees only the vaults it was granted"
		token     = "give a service account's token to the plan job and to the apply job alike: `env: { OP_SERVICE_ACCOUNT_TOKEN: ${{ secrets.OP_SERVICE_ACCOUNT_TOKEN }} }`; on your own machine, `op signin`"
	)
	for _, c := range []struct {
		said          []string
		problem, hint string
	}{
		{[]string{"isn't a vault"}, "1Password has no such vault for this account", reference},
		{[]string{"isn't an item"}, "1Password has no such item in that vault", reference},
		{[]string{"does not have a field", "could not find field", "isn't a field"}, "the 1Password item has no such field", reference},
		{[]string{"signed in", "no accounts configured", "no account found", "session token", "session expired", "(401)", "sacredentials"}, "op is not signed in", token},
		{[]string{"(403)", "forbidden", "permission"}, "1Password does not allow this account to read it", "grant the service account read access to the vault"},
		{[]string{"(429)", "rate limit", "too many requests"}, "1Password answers no more requests for now", "wait for the limit to pass: https://developer.1password.com/docs/service-accounts/rate-limits/"},
		{[]string{"deadline exceeded", "dial tcp", "no such host", "connection refused"}, "op cannot reach 1Password", "look at the job's network and proxy"},
	} {
		if slices.ContainsFunc(c.said, func(s string) bool { return strings.Contains(strings.ToLower(stderr), s) }) {
			return problem(c.problem, c.hint)
		}
	}
	return problem(fmt.Sprintf("op failed with exit code %d", code), byHand)
}
