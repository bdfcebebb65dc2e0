// SPDX-License-Identifier: Apache-2.0

package secret_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/secret"
)

var password = secret.Supply{Secrets: []secret.Source{{Name: "x", OnePassword: "op://infra/azure cr/password"}}}

func TestOnePasswordGetsTheReferenceAndAnAllowList(t *testing.T) {
	o := newOp(t, act{Stdout: canary})
	checkout := t.TempDir()
	k := secret.Keeper{Dir: checkout, Environ: map[string]string{
		"HOME": "/home/ci", "OP_SERVICE_ACCOUNT_TOKEN": "ops_token", "OP_CONNECT_HOST": "http://c", "OP_SESSION_my": "s", "HTTPS_PROXY": "http://p",
		"GITHUB_TOKEN": "g", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "a", "TF_VAR_x": "v", "ACR_PASSWORD": "p",
		"LD_PRELOAD": "/x.so", "OP_DEBUG": "true", "PATH": strings.Join([]string{checkout, ".", "", o.dir}, ":"),
	}}
	got, err := k.Values(t.Context(), password)
	if err != nil || got["x"] != canary {
		t.Fatalf("%v, %v", got, err)
	}
	calls := o.calls(t)
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	call := calls[0]
	if want := []string{"read", "--no-newline", "op://infra/azure cr/password"}; !slices.Equal(call.Args, want) {
		t.Errorf("arguments %q", call.Args)
	}
	slices.Sort(call.Env)
	want := []string{
		"HOME=/home/ci", "HTTPS_PROXY=http://p", "OP_CONNECT_HOST=http://c", "OP_SERVICE_ACCOUNT_TOKEN=ops_token", "OP_SESSION_my=s",
		"PATH=" + o.dir,
	}
	if !slices.Equal(call.Env, want) {
		t.Errorf("environment %q", call.Env)
	}
	if call.Dir != "/" || call.Input {
		t.Errorf("started in %s, with input: %v", call.Dir, call.Input)
	}
}

func TestOnePasswordThatFails(t *testing.T) {
	// Its messages as versions 2.30 to 2.39 wrote them; the canary stands for what another program could write.
	says := func(s string) act {
		return act{Stdout: canary, Stderr: "[ERROR] 2026/09/14 18:52:01 " + s + canary + "\n", Code: 1}
	}
	const read = "could not read secret 'op://infra/azure cr/password': "
	for name, c := range map[string]struct {
		does         act
		want, advice string
	}{
		"no such vault":     {says(read + `could not get item infra/azure cr: "infra" isn't a vault in this account. Specify the vault with its ID or name.`), "no such vault", "service account sees only"},
		"no such item":      {says(read + `could not get item infra/azure cr: "azure cr" isn't an item in the "infra" vault.`), "no such item", "compare the reference"},
		"no such field":     {says(read + `item 'infra/azure cr' does not have a field 'password'`), "no such field", "compare the reference"},
		"no field, Connect": {says(read + `could not find field or file password on item azure cr in vault infra`), "no such field", "compare the reference"},
		"signed out":        {says(read + "error initializing client: You are not currently signed in. Please run `op signin --help` for instructions"), "not signed in", "OP_SERVICE_ACCOUNT_TOKEN"},
		"no account":        {says("No accounts configured for use with 1Password CLI."), "not signed in", "plan job and to the apply job"},
		"broken token":      {says(read + "error initializing client: Validation: (failed to session.DecodeSACredentials)"), "not signed in", "token"},
		"revoked token":     {says("(401) Unauthorized: "), "not signed in", "token"},
		"forbidden":         {says("(403) Forbidden: You aren't authorized to access this resource."), "does not allow", "grant"},
		"too many":          {says("(429) Too Many Requests: "), "no more requests", "wait"},
		"no network":        {says(read + "error initializing client: dial tcp: lookup my.1password.com: no such host"), "cannot reach", "proxy"},
		"anything else":     {act{Stdout: canary, Stderr: canary, Code: 7}, "exit code 7", "by hand"},
		"an empty field":    {act{}, "it is empty", "value"},
		"too much":          {act{Stdout: canary, Repeat: 10000}, "more than 64 KiB", "by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			k := secret.Keeper{Dir: t.TempDir(), Environ: map[string]string{"PATH": newOp(t, c.does).dir}, Learn: func(v string) { t.Errorf("learnt %q", v) }}
			got, err := k.Values(t.Context(), password)
			refusal(t, got, err, "op://infra/azure cr/password: ", "")
			refusal(t, got, err, c.want, c.advice)
		})
	}
}

func TestNoProgramOfTheCheckoutIsStarted(t *testing.T) {
	checkout, elsewhere := t.TempDir(), t.TempDir()
	script := "#!/bin/sh\ntouch '" + elsewhere + "/started'\necho value\n"
	write(t, filepath.Join(checkout, "bin/op"), script)
	if err := os.Symlink(filepath.Join(checkout, "bin/op"), filepath.Join(elsewhere, "op")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(checkout, "bin"), filepath.Join(elsewhere, "bin")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(checkout)
	for name, path := range map[string]string{
		"its folder": checkout + "/bin", "relative": "bin", "empty, the working directory": "", "with dots": elsewhere + "/../" + filepath.Base(checkout) + "/bin",
		"a link to the program": elsewhere, "a link to the folder": elsewhere + "/bin",
	} {
		for _, dir := range []string{checkout, "", "."} {
			t.Run(name+" "+dir, func(t *testing.T) {
				k := secret.Keeper{Dir: dir, Environ: map[string]string{"PATH": path}}
				got, err := k.Values(t.Context(), password)
				refusal(t, got, err, "no program op outside the checkout", "install")
				for _, command := range []string{"op", "bin/op", "./bin/op", checkout + "/bin/op", elsewhere + "/op"} {
					got, err := k.Values(t.Context(), secret.Supply{Variables: []secret.Variable{{Name: "x", Command: command, Default: "d"}}})
					refusal(t, got, err, "checkout", "")
				}
				if _, err := os.Stat(elsewhere + "/started"); err == nil {
					t.Error("started")
				}
			})
		}
	}
}
