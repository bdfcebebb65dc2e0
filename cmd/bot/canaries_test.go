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

// canaryNames are the variables that a job may hold and that no reader of its results may see.
var canaryNames = []string{
	"GH_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "TF_TOKEN_app_terraform_io", "NPM_TOKEN",
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "DB_PASSWORD",
}

// canaryOf is the secret in the variable of a name. Its letters are escaped differently in JSON, in HTML and in a URL.
func canaryOf(name string) string { return `c+n/r&<y">%` + "é " + strings.ToLower(name) + "=" }

// canaries plants a secret in each variable of every phase from now on.
func (s *stage) canaries(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range canaryNames {
		s.planted = append(s.planted, name+"="+canaryOf(name))
	}
}

// leaks fails if a secret stands, in any form, in what the phases left: what they printed, the summaries, the reports,
// the page, the outputs, the comments and the checks. Each argument is a further secret.
func (s *stage) leaks(ts *testscript.TestScript, neg bool, args []string) {
	left := map[string]string{"log": s.printed.String()}
	for _, item := range s.pull.Conversation() {
		left["conversation"] += item.Body
	}
	for _, c := range s.repo.CheckRuns(s.pull.Head()) {
		left["checks"] += fmt.Sprintf("%+v", c)
	}
	files, err := filepath.Glob(filepath.Join(s.work, "run-*", "*"))
	ts.Check(err)
	reports, err := filepath.Glob(filepath.Join(s.work, "run-*", "reports", "*"))
	ts.Check(err)
	for _, name := range append(files, reports...) {
		if text, err := os.ReadFile(name); err == nil { // the others are folders
			left[filepath.Base(name)] = string(text)
		}
	}
	secrets := append([]string{}, args...)
	for _, name := range canaryNames {
		secrets = append(secrets, canaryOf(name))
	}
	for _, line := range strings.Split(string(s.server.PrivateKey), "\n") {
		if len(line) > 30 && !strings.HasPrefix(line, "-----") {
			secrets = append(secrets, line)
		}
	}
	for where, text := range left {
		for _, secret := range secrets {
			for _, form := range appearances(secret) {
				if strings.Contains(text, form) {
					ts.Fatalf("%s shows %q as %q", where, secret, form)
				}
			}
		}
		if token := regexp.MustCompile(`gh[opsu]_[A-Za-z0-9]{8,}`).FindString(maskLine.ReplaceAllString(text, "")); token != "" {
			ts.Fatalf("%s shows the token %q", where, token)
		}
	}
}

// maskLine is what tells the runner of a secret, which it does not print.
var maskLine = regexp.MustCompile(`(?m)^::add-mask::.*$`)

// appearances are the forms in which a secret is looked for: itself, escaped, and its base64 wherever it begins.
func appearances(secret string) []string {
	quoted := strings.NewReplacer(`"`, `\"`, "<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(secret)
	all := []string{secret, quoted, strings.ReplaceAll(secret, `"`, `\"`), html.EscapeString(secret),
		strings.ReplaceAll(html.EscapeString(secret), "+", "&#43;"),
		url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret))}
	for shift := range 3 {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
			all = append(all, text[4:len(text)-4]) // without what depends on the neighbours
		}
	}
	return all
}
