// SPDX-License-Identifier: Apache-2.0

// Package secret knows where the values of a layer's input variables come from: the
// environment of the job, a file, 1Password, AWS Secrets Manager, or a command of the
// base configuration.
//
// It never writes a value anywhere: not into an argument, a log, an error or a file. It starts
// no program and reads no file of the checkout, which a pull request can change; what a command
// makes of the checkout, as git does, is up to whoever wrote the command.
package secret

import "context"

// A Source names one secret value and the one place it comes from. It holds no value and travels in the ticket.
type Source struct {
	Name        string `json:"name"`                  // of the input variable
	Env         string `json:"env,omitempty"`         // variable of the job's environment
	File        string `json:"file,omitempty"`        // absolute path on the runner; one line end at its end does not count
	OnePassword string `json:"onepassword,omitempty"` // "op://vault/item/field", read with the 1Password CLI
	AWS         string `json:"aws,omitempty"`         // name or ARN of a secret of AWS Secrets Manager, "#key" for one key of a JSON object
}

// A Variable is a value that a command of the base configuration prints. It is no secret.
type Variable struct {
	Name    string `json:"name"`
	Command string `json:"command"`           // split into words like a shell would, and started without one
	Default string `json:"default,omitempty"` // for a command that fails or prints nothing; "" makes that an error
}

// A Supply is everything that one target is given.
type Supply struct {
	Secrets   []Source   `json:"secrets,omitempty"`
	Variables []Variable `json:"variables,omitempty"`
}

// Zero reports whether nothing is supplied.
func (s Supply) Zero() bool { return len(s.Secrets)+len(s.Variables) == 0 }

// A Keeper knows the places.
type Keeper struct {
	Environ map[string]string                                    // of the job; programs get an allow-list of it
	Dir     string                                               // checkout that commands run in; "" is the working directory
	AWS     func(ctx context.Context, id string) (string, error) // AWS Secrets Manager; its errors hold no value. May be nil
	Learn   func(value string)                                   // told of each secret value before anyone else, to hide it. May be nil
}
