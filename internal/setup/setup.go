// SPDX-License-Identifier: Apache-2.0

// Package setup knows what an installation of Layerbot is made of: the App and its
// permissions, the secrets, the environments, the caller workflow and the
// configuration. It writes them for a repository, and judges those that are there.
//
// It decides on data: it reads no file, speaks to nobody and runs nothing.
package setup

import "github.com/layerbot/layerbot/internal/github"

// The names that an installation has everywhere.
const (
	AppEnvironment = "layerbot" // of gate and report, which hold the App's key
	Caller         = ".github/workflows/layerbot.yml"
	Reusable       = "layerbot/layerbot/.github/workflows/gitops.yml"
	KeyFile        = "layerbot-app.private-key.pem" // where bot app create leaves the key
)

// The variables of a repository whose App has its key in AWS KMS.
const (
	KMSKey  = "LAYERBOT_APP_KMS_KEY"  // ARN of the key
	KMSRole = "LAYERBOT_APP_KMS_ROLE" // ARN of the role that may sign with it
)

// The secrets of gate and report, and of the jobs with Terraform.
const (
	SecretAppID          = "APP_ID"
	SecretPrivateKey     = "APP_PRIVATE_KEY" //nolint:gosec // a name
	SecretInstallationID = "INSTALLATION_ID"
	SecretTerraform      = "TERRAFORM_ENV" //nolint:gosec // a name; optional: NAME=value lines
)

// A Repository is what Caller and Configuration are written for.
type Repository struct {
	Environments []Environment // by name
	Default      string        // its default branch
	Ref          string        // of the reusable workflow: a full commit SHA; "" is the one beside the caller, in Layerbot's own repository
	Version      string        // that Ref is the release of, "v1.2.0"; "" is none
	With         []string      // inputs of the reusable workflow that the present caller sets, see Inputs
	KMS          bool          // the App's key is in AWS KMS: the repository's variables KMSKey and KMSRole name it
}

// An Environment is one of a repository, and where it is applied from.
type Environment struct {
	Name    string
	Branch  string // "" is not known
	Role    bool   // AWS roles are configured
	Secrets bool   // the configuration names secrets from the job's environment
}

// A Finding is one part of an installation, judged.
type Finding struct {
	State State  `json:"state"`
	Part  string `json:"part"`          // "environment prod", "secret APP_ID"
	Text  string `json:"text"`          // what is there, or missing
	Fix   string `json:"fix,omitempty"` // one line that puts it right, or tells how to find out; "" where State is OK
}

// State is how a part stands.
type State string

// The states. Unknown is not OK: it was not possible to look.
const (
	OK      State = "ok"
	Missing State = "missing"
	Wrong   State = "wrong"
	Unknown State = "unknown"
	Advice  State = "advice" // works; could be safer
)

// A Refusal says why GitHub does not let the App in, and what to do; the zero value is none.
type Refusal struct{ Text, Fix string }

// Facts is what an installation was found to be. What could not be looked at has its reason in Why.
type Facts struct {
	Repository   github.Repository
	Server       string               // address of GitHub for people, "https://github.com"
	Want         []Environment        // the environments that the layers have, each with its branch
	Teams        bool                 // the configuration has teams as appliers
	CodeScanning bool                 // the configuration has scanners, and does not forbid code scanning
	Installation *github.Installation // nil: it has none, or see Why
	Environments []github.Environment
	Secrets      map[string][]string // environment ("" is the repository) → names; those that do not exist have none
	Checks       map[string][]github.RequiredCheck
	Workflow     []byte            // the caller on the default branch; nil is none
	WorkflowsOn  map[string][]byte // branch → the caller there; nil is none
	AppID        int64             // 0: not known
	Refusal      Refusal

	// What could not be looked at → the reason; keys: installation, environments, secrets (of the repository), secrets/ENV,
	// checks/BRANCH, workflow, workflow/BRANCH.
	Why map[string]string
}
