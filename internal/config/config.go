// SPDX-License-Identifier: Apache-2.0

// Package config reads .github/layerbot.hcl, strictly: an unknown argument or a
// wrong type is an error with file, line and the source snippet. A repository
// shaped like the common layered landing zone needs no file; the zero Config is
// that repository's.
//
// It decodes and checks. It never decides which commit the file is read from:
// callers hand it the bytes of the base branch.
package config

import (
	"slices"
	"time"
)

// Path is where the configuration stands in a repository.
const Path = ".github/layerbot.hcl"

// Config is the whole configuration. The zero value is the default.
type Config struct {
	Path         string // where it stands
	Layers       Layers
	Terraform    Terraform
	Environments []Environment // in file order
	LayerBlocks  []Layer       // in file order
	Scanners     []Scanner
	Findings     Findings
	Policies     Policies
	Recovery     Recovery
}

// Layers says where layers are and which files each is given.
type Layers struct {
	Include, Exclude []string          // doublestar globs of folders
	VarFiles         []string          // templates, in order
	BackendFile      string            // template
	BackendValues    map[string]string // templates
}

// Terraform selects the tool.
type Terraform struct {
	Version string // exact, "1.11.4"; "" means what the layer's required_version admits
	Binary  string // "terraform" or "tofu"; Parse sets "terraform" where the file says nothing

	BinaryGiven bool // the file says it

	Providers []string // source addresses that layers may use, "hashicorp/*"; nil: any
	Deny      []string // kinds of blocks that layers may not use, "data.external", "provisioner.*" (layer.Rules)
	PassEnv   []string // variables of the job that Terraform gets too, by name or with one * at the end, "ARM_*"
	Sensitive []string // globs of address.path, or of addresses, whose values are never shown
}

// Changed says what happens to a plan that changed since it was reviewed.
type Changed string

// What may happen at merge to a plan that differs from the reviewed one, or has none.
const (
	Stop  Changed = "stop"
	Apply Changed = "apply"
)

// Environment is one environment block.
type Environment struct {
	Name            string
	Branch          string   // default: Name
	BranchGiven     bool     // it is not the default
	Previous        string   // promotion gate; "" is none
	WhenPlanChanged Changed  // default Stop
	Unreviewed      Changed  // default Stop
	Volatile        []string // address.path globs shown and not compared
	Appliers        []string // "@org/team" or login
	Require         []string // "approved"
	AWS             *AWS
}

// AWS names the roles of an environment.
type AWS struct {
	Region, PlanRole, ApplyRole string

	SessionDuration time.Duration // of plan and apply role alike, 15 minutes to 12 hours; 0 leaves it to AWS
	NoSessionPolicy bool          // session_policy = "none": plans may do all that the plan role may
}

// Layer is one layer block.
type Layer struct {
	Name      string // by any of the layer's names
	DependsOn []string

	BackendMayChange bool // a pull request may move its state to another place

	Secrets   []Secret
	Variables []Variable
}

// Secret is a value supplied identically at plan and apply. Exactly one source is set.
type Secret struct {
	Name        string
	Env         string // variable of the job's environment
	File        string // absolute path on the runner
	OnePassword string // "op://vault/item/field"
	AWS         string // name or ARN in AWS Secrets Manager, "#key" for one key of a JSON object
}

// Recovery says who may read a state that could not be stored after an apply: `recovery { recipients = ["age1…"] }`.
type Recovery struct {
	Recipients []string // age public keys, "age1…" or "ssh-ed25519 …"
}

// Variable is a value computed by a command of the base configuration.
type Variable struct{ Name, Command, Default string }

// Scanner is one scanner block.
type Scanner struct {
	Name     string // trivy, tfsec, checkov, gitleaks, tflint
	Version  string // exact; "" is the one that Layerbot pins
	SHA256   string // of the program, in hexadecimal; "" is not compared
	FailOn   string // "", low, medium, high, critical
	Required bool   // that it does not run fails the check
}

// Findings says which findings of scanners count, and where they go.
type Findings struct {
	All            bool // scope = "all": those that were there before count like new ones
	NoCodeScanning bool // code_scanning = false: they are not uploaded to GitHub's code scanning
}

// Policies says where Rego policies are.
type Policies struct {
	Paths     []string // folders, files or doublestar globs, from the root of the repository; nil: there are no policies
	Manifests []string // doublestar globs of Kubernetes manifests that policies look at, too
	FailOn    string   // "", low, medium, high, critical
}

// Parse decodes src. name is how errors call the file. The error is an *Error, whose text holds file, line,
// source snippet and, for an unknown word, the nearest valid one.
func Parse(name string, src []byte) (*Config, error) {
	file, diags := read(name, src)
	if !diags.HasErrors() {
		cfg, found := decode(file)
		if !found.HasErrors() {
			cfg.Path = name
			return cfg, nil
		}
		diags = found
	}
	return nil, newError(name, file, diags)
}

// Environment returns the block of name, or the default one for an environment that is not configured.
func (c *Config) Environment(name string) Environment {
	if i := slices.IndexFunc(c.Environments, func(e Environment) bool { return e.Name == name }); i >= 0 {
		return c.Environments[i]
	}
	return Environment{Name: name, Branch: name, WhenPlanChanged: Stop, Unreviewed: Stop}
}
