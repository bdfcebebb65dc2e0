// SPDX-License-Identifier: Apache-2.0

// Package layer knows where Terraform lives in a repository: which folders are
// root modules ("layers"), for which environments, in which order they build on
// each other, and which of them a change touches.
//
// It reads files and decides. It never runs git or Terraform, never touches the
// network and never evaluates an expression that could read outside the tree it
// was handed.
package layer

import (
	"strings"
)

// DefaultEnv is the environment of a layer that has none of its own.
const DefaultEnv = "default"

// A Target is one layer in one environment: the unit that is planned, approved,
// applied and reported. Its zero value names nothing.
//
// All paths are slash-separated and relative to the root of the repository.
type Target struct {
	Layer string `json:"layer"` // "05-compute"; unique among the layers of the repository
	Env   string `json:"env"`   // "prod"; DefaultEnv for a layer without environments
	Dir   string `json:"dir"`   // the root module, "infra/05-compute/terraform"; "." is the root itself

	VarFiles        []string          `json:"var_files"`                  // handed to Terraform as -var-file in this order, later wins; files that Terraform loads by itself from Dir are not listed
	BackendConfig   string            `json:"backend_config"`             // handed as -backend-config; "" when the backend is complete or local
	BackendValues   map[string]string `json:"backend_values,omitempty"`   // further -backend-config values, from the configuration
	Workspace       string            `json:"workspace"`                  // "" is Terraform's default workspace
	Backend         string            `json:"backend,omitempty"`          // type of the backend, "s3"; "cloud" for a cloud block; "" is none
	RequiredVersion string            `json:"required_version,omitempty"` // constraints on Terraform, joined by commas
	DependsOn       []string          `json:"depends_on"`                 // Dirs of the layers it builds on, sorted; they are in earlier waves, save where two read each other's state
	Wave            int               `json:"wave"`                       // from 0; targets of one wave do not depend on each other

	// Problem says why the target cannot be planned (broken HCL, a named file that is missing); nil for
	// a sound one. A target with a problem is reported as failed, never left out.
	Problem *Problem `json:"problem,omitempty"`
}

// String returns the target as people write it, without the numeric prefix of
// the layer: "compute/prod".
func (t Target) String() string { return Short(t.Layer) + "/" + t.Env }

// ID returns the full name, unique in the repository: "05-compute/prod".
func (t Target) ID() string { return t.Layer + "/" + t.Env }

// Short returns the name of a layer without its numeric prefix: "compute" for
// "05-compute". A name that is only digits is returned as it is.
func Short(name string) string {
	dir, base := "", name
	if i := strings.LastIndex(name, "/"); i >= 0 {
		dir, base = name[:i+1], name[i+1:]
	}
	rest := strings.TrimLeft(base, "0123456789")
	if rest == base || len(rest) < 2 || (rest[0] != '-' && rest[0] != '_') {
		return name
	}
	return dir + rest[1:]
}

// A Problem is an error in the files of one layer, with the place it arose.
type Problem struct {
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"` // from 1; 0 when no line is known
	Hint    string `json:"hint,omitempty"` // what to do next
}

// A Skip is a folder that looks like infrastructure and is not planned.
type Skip struct {
	Dir    string `json:"dir"`
	Reason string `json:"reason"`
}
