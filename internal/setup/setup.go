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
)

// The secrets of gate and report, and of the jobs with Terraform.
const (
	SecretAppID          = "APP_ID"
	SecretPrivateKey     = "APP_PRIVATE_KEY" //nolint:gosec // a name
	SecretInstallationID = "INSTALLATION_ID"
	SecretTerraform      = "TERRAFORM_ENV" // optional: NAME=value lines
)

// A Power is what one phase may do on GitHub.
type Power struct {
	Phase string             // "gate", "plan", "scan", "report", "apply", "drift"
	App   github.Permissions // most that its installation tokens are minted with; nil: it has no App token
	Job   github.Permissions // `permissions:` of its job; empty is {}
	Why   map[string]string  // permission of App → what for
}

// Powers returns the table of docs and workflow, in the order of the phases.
// Source: .github/app/permissions.md is written from it.
func Powers() []Power { panic("being written") }

// Union returns the permissions that the App is made with: those of all phases together.
func Union() github.Permissions { panic("being written") }

// A Repository is what Caller and Configuration are written for.
type Repository struct {
	Environments []Environment // by name
	Default      string        // its default branch
	Ref          string        // of the reusable workflow: a full commit SHA
	Version      string        // that Ref is the release of, "v1.2.0"; "" is none
	KMS          bool          // the App's key is in AWS KMS
	Region       string        // of the KMS key
}

// An Environment is one of a repository, and where it is applied from.
type Environment struct {
	Name    string
	Branch  string // "" is not known
	Role    bool   // AWS roles are configured
	Secrets bool   // the configuration names secrets from the job's environment
}

// Workflow returns the caller workflow, about 20 lines, for r.
func Workflow(r Repository) []byte { panic("being written") }

// A Finding is one part of an installation, judged.
type Finding struct {
	Part  string // "environment prod", "secret APP_ID"
	State State
	Text  string // what is there, or missing
	Fix   string // one line that puts it right, or tells how to find out; "" where State is OK
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

// Facts is what an installation was found to be. A nil pointer or a false Known is what could not be looked at; Why then
// says why.
type Facts struct {
	Repository   github.Repository
	Want         []Environment        // the environments that the layers have
	Installation *github.Installation // nil: see Why["installation"]
	Environments []github.Environment
	Secrets      map[string][]string // environment ("" is the repository) → names
	Checks       map[string][]github.RequiredCheck
	Workflow     []byte            // the caller on the default branch; nil is none
	WorkflowsOn  map[string][]byte // branch → the caller there
	AppID        int64             // 0: not known
	Why          map[string]string // what could not be looked at → the reason; keys: installation, environments, secrets, secrets/ENV, checks/BRANCH, workflow
}

// Judge holds an installation against what Layerbot needs, part by part, in the order in which one sets it up.
func Judge(f Facts) []Finding { panic("being written") }
