// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

func TestPatternsOfVariables(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		patterns []string
		want     bool
	}{
		{"ARM_CLIENT_ID", []string{"ARM_*"}, true},
		{"ARM_CLIENT_ID", []string{"X", "ARM_CLIENT_ID"}, true},
		{"ARM_CLIENT_ID", []string{"ARM_CLIENT"}, false},
		{"ARM_CLIENT_ID", []string{"arm_*"}, false},
		{"ARM_CLIENT_ID", nil, false},
		{"MY_ARM_X", []string{"*ARM_*"}, false}, // only the last * is one
		{"ARM_", []string{"ARM_*"}, true},
	} {
		if got := lists(tt.patterns, tt.name); got != tt.want {
			t.Errorf("%s in %v: %v", tt.name, tt.patterns, got)
		}
	}
}

func TestWhichPassedValuesAreSecrets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"ARM_CLIENT_SECRET", "short", true},
		{"ARM_OIDC_TOKEN", "eyJ", false}, // too short to be one
		{"DD_APP_KEY", "0a1b2c3d", true},
		{"PGPASSWORD", "hunter2", true},
		{"GOOGLE_CREDENTIALS", `{"type":"service_account"}`, true},
		{"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE", true},
		{"gitlab_pat", "whatever", true},
		{"ANYTHING", "Zm9vYmFyQmF6MTIzNDU2Nzg5", true}, // reads like a key
		{"ARM_USE_OIDC_TOKEN", "true", false},
		{"ARM_CLIENT_ID", "7d3c9f4e-5b1a-4c8e-9a2f-0123456789ab", false},
		{"ARM_SUBSCRIPTION_ID", "7d3c9f4e-5b1a-4c8e-9a2f-0123456789ab", false},
		{"CLOUD_REGION", "eu-west-1", false},
		{"VAULT_ADDR", "https://Vault1.example.com:8200", false},
		{"MONKEY", "banana", false},
		{"TOOL_PATH", "/opt/Tools/Python3.12/lib/site", false},
	} {
		if got := confidential(tt.name, tt.value); got != tt.want {
			t.Errorf("%s=%s: %v", tt.name, tt.value, got)
		}
	}
}

// surroundings are those of a job that configured another cloud, beside all that is Layerbot's own.
func surroundings(path string) map[string]string {
	env := hostile(path)
	env["ARM_CLIENT_ID"], env["ARM_CLIENT_SECRET"], env["ARM_REGION"] = "passed-id", canary+"-arm", "westeurope"
	env["AWS_PROFILE"] = "passed-profile"
	env["TF_VAR_name"] = "passed-name"
	return env
}

func TestOnlyWhatTheJobNamesIsPassed(t *testing.T) {
	t.Parallel()
	grant := map[string]string{granted: "http://127.0.0.1:1/grant", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token-of-the-grant"}
	for name, tt := range map[string]struct {
		pass  []string
		creds map[string]string
		want  []string // of the values, which are there
	}{
		"nothing":                       {nil, nil, nil},
		"by their beginning":            {[]string{"ARM_*"}, nil, []string{"passed-id", "westeurope"}},
		"by name":                       {[]string{"TF_VAR_name", "ARM_REGION"}, nil, []string{"passed-name", "westeurope"}},
		"never what is Layerbot's":      {[]string{"LAYERBOT_*", "ACTIONS_*", "INPUT_*", "TF_*"}, nil, []string{"passed-name"}},
		"of AWS, without a grant":       {[]string{"AWS_PROFILE"}, nil, []string{"passed-profile"}},
		"nothing of AWS beside a grant": {[]string{"AWS_*", "ARM_REGION"}, grant, []string{"westeurope", "token-of-the-grant"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil, func(o *Options) { o.Environ = surroundings(o.Environ["PATH"]) })
			j := job(target())
			j.Pass = tt.pass
			env := b.environOf(j, tt.creds)
			for _, value := range []string{"passed-id", "westeurope", "passed-name", "passed-profile", "token-of-the-grant"} {
				want := strings.Contains(strings.Join(tt.want, " "), value)
				if got := strings.Contains(env, value); got != want {
					t.Errorf("%s: %v", value, got)
				}
			}
			for _, own := range []string{"LAYERBOT_", "ACTIONS_", "INPUT_", "TF_CLI_ARGS", "TF_REATTACH", "TF_LOG", "GITHUB_TOKEN", canary + "-TF_PLUGIN", "TF_WORKSPACE"} {
				if strings.Contains(env, own) {
					t.Errorf("%s is passed:\n%s", own, env)
				}
			}
		})
	}
}

// environOf returns the environment of a run, a variable a line.
func (b *bench) environOf(j Job, creds map[string]string) string {
	b.t.Helper()
	b.rewrite(map[string]string{"app/main.tf": local})
	x := &run{runner: b.Runner, job: j, creds: creds, dir: b.path("app"), report: &report.Report{}}
	if err := x.open(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	if err := x.end(); err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(x.env, "\n")
}

// What is passed arrives at plan and at apply, and its secrets are nowhere else.
func TestPassedSecretsDoNotShow(t *testing.T) {
	t.Parallel()
	b := newBench(t, map[string]string{"app/main.tf": spying}, func(o *Options) { o.Environ = surroundings(o.Environ["PATH"]) })
	j := job(target())
	j.Pass = []string{"ARM_*"}
	rep, err := b.Plan(t.Context(), aws.ReadOnly{}, j)
	if err != nil {
		t.Fatal(err)
	}
	text := dump(t, rep)
	if rep.Failure != nil || !strings.Contains(text, "ARM_CLIENT_ID=passed-id") || !strings.Contains(text, "ARM_CLIENT_SECRET=[redacted]") {
		t.Errorf("%+v\n%s", rep.Failure, text)
	}
	if !strings.Contains(text, "AWS_EC2_METADATA_DISABLED=true") {
		t.Error("the machine's own role can be had")
	}
}
