// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// environment is what every job gets: where things are, and no secret.
func (a *actions) environment(r *run, home string) map[string]string {
	return map[string]string{
		"PATH":                os.Getenv("PATH"),
		"HOME":                filepath.Join(home, "home"),
		"TMPDIR":              filepath.Join(home, "tmp"),
		"GITHUB_ACTIONS":      "true",
		"GITHUB_REPOSITORY":   slug,
		"GITHUB_API_URL":      a.meter.through(r.ID, "/api/v3"),
		"GITHUB_SERVER_URL":   a.stage.hub.URL,
		"GITHUB_RUN_ID":       strconv.Itoa(r.ID),
		"GITHUB_OUTPUT":       filepath.Join(home, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(home, "summary.md"),
	}
}

// app adds the App's credentials: for gate and report only.
func (a *actions) app(env map[string]string) {
	env["LAYERBOT_APP_ID"] = strconv.FormatInt(a.stage.hub.AppID, 10)
	env["LAYERBOT_APP_PRIVATE_KEY"] = string(a.stage.hub.PrivateKey)
	env["LAYERBOT_INSTALLATION_ID"] = strconv.FormatInt(a.stage.repo.InstallationID, 10)
}

// job runs one process and notes how it went.
func (a *actions) job(ctx context.Context, j *job, p process) error {
	j.Began = a.line.now()
	done := a.line.working(j.Name)
	defer done()
	result, err := p.run(ctx)
	j.Took, j.Exit, j.Output = result.Took, result.Exit, masked(result.Output)
	summary, _ := os.ReadFile(p.Env["GITHUB_STEP_SUMMARY"])
	j.Summary = string(summary)
	return err
}

// runner returns the folder of a fresh runner and, in it, a clone of one commit made the way actions/checkout does
// with persist-credentials: false: the token is in the environment of git, never on disk.
func (a *actions) runner(ctx context.Context, r *run, name, commit string) (home, checkout string, err error) {
	full := fmt.Sprintf("%d-%s", r.ID, name)
	if home, err = a.stage.room(full); err != nil {
		return "", "", err
	}
	checkout = filepath.Join(a.stage.checkouts(), full)
	token := a.stage.hub.WorkflowToken(a.stage.repo, github.Permissions{"contents": "read"})
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": filepath.Join(home, "home"), "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http." + a.stage.hub.URL + "/.extraheader",
		"GIT_CONFIG_VALUE_0": "Authorization: basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)),
	}
	for _, args := range [][]string{
		{"init", "--quiet", checkout},
		{"-C", checkout, "remote", "add", "origin", a.stage.repo.CloneURL},
		append([]string{"-C", checkout, "fetch", "--quiet", "--no-tags"}, history(name, commit)...),
		{"-C", checkout, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", "FETCH_HEAD"},
	} {
		if _, err := (process{Dir: home, Env: env, Argv: append([]string{"git"}, args...)}).must(ctx); err != nil {
			return "", "", err
		}
	}
	return home, checkout, nil
}

// history returns what a job fetches: the commit alone; to scan, all branches too (fetch-depth: 0).
func history(job, commit string) []string {
	if strings.HasPrefix(job, "scan") {
		return []string{"origin", commit, "+refs/heads/*:refs/remotes/origin/*"}
	}
	return []string{"--depth=1", "origin", commit}
}
