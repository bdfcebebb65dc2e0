// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"slices"
	"strings"
	"testing"
)

// runner is what every step has on GitHub's runners, act's own additions and those of a shell included.
const runner = `CI HOME PATH PWD SHLVL TERM TMPDIR _ ACT ImageOS
	GITHUB_ACTION GITHUB_ACTIONS GITHUB_ACTION_PATH GITHUB_ACTION_REF GITHUB_ACTION_REPOSITORY GITHUB_ACTOR GITHUB_API_URL
	GITHUB_BASE_REF GITHUB_ENV GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_GRAPHQL_URL GITHUB_HEAD_REF GITHUB_JOB GITHUB_OUTPUT
	GITHUB_PATH GITHUB_REF GITHUB_REF_NAME GITHUB_REF_TYPE GITHUB_REPOSITORY GITHUB_REPOSITORY_ID GITHUB_REPOSITORY_OWNER
	GITHUB_RETENTION_DAYS GITHUB_RUN_ATTEMPT GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_SERVER_URL GITHUB_SHA GITHUB_STATE
	GITHUB_STEP_SUMMARY GITHUB_WORKFLOW GITHUB_WORKSPACE
	RUNNER_ARCH RUNNER_OS RUNNER_PERFLOG RUNNER_TEMP RUNNER_TOOL_CACHE RUNNER_TRACKING_ID
	RUNNER_HOST_SECRET` // planted on the host: Terraform must not see it

const (
	app  = " LAYERBOT_APP_ID LAYERBOT_APP_PRIVATE_KEY LAYERBOT_INSTALLATION_ID"
	oidc = " ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN"
)

// phases says which variables the program has in each job, beside the runner's.
var phases = map[string]string{
	"gate":   "LAYERBOT_CONFIG" + app,
	"plan":   "LAYERBOT_CONFIG LAYERBOT_ENV" + oidc,
	"scan":   "LAYERBOT_CONFIG",
	"wave-1": "LAYERBOT_CONFIG LAYERBOT_ENV" + oidc,
	"wave-2": "LAYERBOT_CONFIG LAYERBOT_ENV" + oidc,
	"report": "LAYERBOT_CONFIG" + app,
}

// terraforms are the variables that Terraform has in every phase: those of a process, and what Layerbot sets. The secret is that
// of one layer only.
const terraforms = `HOME PATH TMPDIR PWD SHLVL _
	AWS_EC2_METADATA_DISABLED CHECKPOINT_DISABLE GOGC GOMEMLIMIT TF_APPEND_USER_AGENT TF_CLI_CONFIG_FILE TF_DATA_DIR TF_INPUT
	TF_IN_AUTOMATION TF_LOG TF_LOG_CORE TF_LOG_PATH TF_LOG_PROVIDER TF_PLUGIN_CACHE_DIR
	TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE`

// secrets are the variables that a layer has beside those, by its name.
var secrets = map[string]string{"03-compute": "TF_VAR_db_password"}

// wantOnly fails on each variable that stands in none of the lists, on a secret that is none of the program's, and on a token.
func (n note) wantOnly(t *testing.T, lists ...string) {
	t.Helper()
	allowed := strings.Fields(strings.Join(lists, " "))
	for _, name := range sortedKeys(n.env) {
		if !slices.Contains(allowed, name) {
			t.Errorf("%s in %s has %s", n.program, n.of, name)
		}
		if slices.Contains([]string{canaries["GITHUB_TOKEN"], canaries["UNRELATED"]}, n.env[name]) {
			t.Errorf("%s in %s has a secret that is none of its own, in %s", n.program, n.of, name)
		}
	}
}
