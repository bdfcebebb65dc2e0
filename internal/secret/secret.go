// Package secret knows where the values of a layer's input variables come from: the
// environment of the job, a file, 1Password, AWS Secrets Manager, or a command of the
// base configuration.
//
// It never writes a value anywhere: not into an argument, a log, an error or a file.
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
	Command string `json:"command"` // split into words like a shell would, and started without one
	Default string `json:"default,omitempty"`
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
	Dir     string                                               // checkout that commands run in
	AWS     func(ctx context.Context, id string) (string, error) // AWS Secrets Manager
	Learn   func(value string)                                   // told of each secret value before anyone else, to hide it
}

// Values returns the value of every variable of s, by name. The error is a *Error naming the variable and its source,
// with a Hint; it never holds a value. Each source is read once a call.
func (k Keeper) Values(ctx context.Context, s Supply) (map[string]string, error) {
	panic("being written")
}
