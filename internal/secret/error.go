// SPDX-License-Identifier: Apache-2.0

package secret

import "fmt"

// An Error says why an input variable has no value. It holds no value.
type Error struct {
	Variable string // the input variable
	Source   string // "the environment variable ACR_PASSWORD", "op://infra/acr/password"
	Problem  string // "it is not set"

	hint string
}

func (e *Error) Error() string {
	return fmt.Sprintf("no value for the variable %q from %s: %s", e.Variable, e.Source, e.Problem)
}

// Hint says what to do about it.
func (e *Error) Hint() string { return e.hint }

// problem is an Error that does not know yet whom it concerns.
func problem(what, hint string) *Error { return &Error{Problem: what, hint: hint} }
