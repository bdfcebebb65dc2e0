// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A canary is a secret that is planted somewhere in the reach of a run. No reader of a result may see it in any form.
type canary struct {
	what  string
	env   string // the variable of every phase that holds it; "" is planted as `where` says
	where string
}

// aviary is all that are planted; the value of each is that of song.
var aviary = []canary{
	{what: "GitHub token", env: "GH_TOKEN"},
	{what: "request token for OIDC tokens", env: "ACTIONS_ID_TOKEN_REQUEST_TOKEN"},
	{what: "token of the runner's services", env: "ACTIONS_RUNTIME_TOKEN"},
	{what: "token of a Terraform registry", env: "TF_TOKEN_app_terraform_io"},
	{what: "token of another registry", env: "NPM_TOKEN"},
	{what: "AWS access key ID", env: "AWS_ACCESS_KEY_ID"},
	{what: "AWS secret access key", env: "AWS_SECRET_ACCESS_KEY"},
	{what: "AWS session token", env: "AWS_SESSION_TOKEN"},
	{what: "1Password token", env: "OP_SERVICE_ACCOUNT_TOKEN"},
	{what: "input variable, and what a provider says of it when it fails", env: "API_KEY"},
	{what: "password that errors quote", env: "DB_PASSWORD"},
	{what: "profile of AWS", where: "~/.aws/credentials"},
	{what: "git credential", where: ".git/config of the checkout, and .netrc"},
	{what: "default of a sensitive variable", where: "the layer's files"},
	{what: "attribute that a provider marked as sensitive", where: "the state"},
	{what: "the App's key", where: "the environment of gate and report, beside their tokens"},
}

// song is the secret of a canary. Its letters are escaped differently in JSON, in HTML and in a URL.
func (c canary) song() string {
	return `c+n/r&<y">%é ` + strings.ReplaceAll(strings.ToLower(c.what), " ", "=")
}

// canaries plants those of the environment in every phase from now on, and writes those of files: each canary of a file stands
// where a script says @WHAT@.
func (s *stage) canaries(ts *testscript.TestScript, neg bool, args []string) {
	for _, c := range aviary {
		if c.env != "" {
			s.planted = append(s.planted, c.env+"="+c.song())
		}
	}
	for _, dir := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			src, err := os.ReadFile(path)
			text := string(src)
			for _, c := range aviary {
				if filepath.Ext(path) == ".tf" || filepath.Ext(path) == ".tfstate" {
					text = strings.ReplaceAll(text, "@"+c.what+"@", strings.ReplaceAll(c.song(), `"`, `\"`))
				}
				text = strings.ReplaceAll(text, "@"+c.what+"@", c.song())
			}
			if err != nil || text == string(src) {
				return err
			}
			return os.WriteFile(path, []byte(text), 0o600)
		}))
	}
}

// leaks fails if a secret stands, in any form, in what the phases left: what they printed, the summaries, the reports,
// the page, the outputs, the comments and the checks. Each argument is a file that holds more of it.
func (s *stage) leaks(ts *testscript.TestScript, neg bool, args []string) {
	left := s.left(ts)
	for _, name := range args {
		left[name] = ts.ReadFile(name)
	}
	for where, text := range left {
		for what, secret := range s.secrets() {
			for _, form := range appearances(secret) {
				if strings.Contains(text, form) {
					ts.Fatalf("%s shows %q: the %s, as %q", where, secret, what, form)
				}
			}
		}
		if token := regexp.MustCompile(`gh[opsu]_[A-Za-z0-9]{8,}`).FindString(maskLine.ReplaceAllString(text, "")); token != "" {
			ts.Fatalf("%s shows the token %q", where, token)
		}
	}
}

// left returns what the phases left for others to read, by where it stands.
func (s *stage) left(ts *testscript.TestScript) map[string]string {
	left := map[string]string{"log": s.printed.String()}
	for _, item := range s.pull.Conversation() {
		left["conversation"] += item.Body
	}
	for _, c := range s.repo.CheckRuns(s.pull.Head()) {
		left["checks"] += fmt.Sprintf("%+v", c)
	}
	for _, d := range s.repo.Deployments() {
		left["deployments"] += fmt.Sprintf("%+v", d)
	}
	// The other folders are the jobs' checkouts, which nobody gets.
	for _, pattern := range []string{"run-*/*", "run-*/reports", "run-*/scans"} {
		found, err := filepath.Glob(filepath.Join(s.work, filepath.FromSlash(pattern)))
		ts.Check(err)
		for _, path := range found {
			ts.Check(filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
				switch {
				case err != nil:
					return err
				case entry.IsDir() && strings.HasSuffix(pattern, "*"):
					return filepath.SkipDir
				case !entry.Type().IsRegular():
					return nil
				}
				text, err := os.ReadFile(name)
				left[strings.TrimPrefix(name, s.work)] = string(text)
				return err
			}))
		}
	}
	return left
}

// secrets returns the canaries by what they are, and the lines of the App's key.
func (s *stage) secrets() map[string]string {
	secrets := map[string]string{}
	for _, c := range aviary {
		secrets[c.what] = c.song()
	}
	for n, line := range strings.Split(string(s.server.PrivateKey), "\n") {
		if len(line) > 30 && !strings.HasPrefix(line, "-----") {
			secrets[fmt.Sprintf("App's key, line %d", n)] = line
		}
	}
	return secrets
}

// maskLine is what tells the runner of a secret, which it does not print.
var maskLine = regexp.MustCompile(`(?m)^::add-mask::.*$`)

// appearances are the forms in which a secret is looked for.
func appearances(secret string) []string { return append(escaped(secret), encoded(secret)...) }

// escaped returns a secret as it is, and as JSON, HTML and URLs write it.
func escaped(secret string) []string {
	quoted := strings.NewReplacer(`"`, `\"`, "<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(secret)
	return []string{secret, quoted, strings.ReplaceAll(secret, `"`, `\"`), html.EscapeString(secret),
		strings.ReplaceAll(html.EscapeString(secret), "+", "&#43;"), url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret))}
}

// encoded returns what stands in base64 wherever a secret begins in it, whatever stands around.
func encoded(secret string) (all []string) {
	for shift := range 3 {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
			all = append(all, text[4:len(text)-4]) // without what depends on the neighbours
		}
	}
	return all
}
