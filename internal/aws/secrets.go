package aws

import "context"

// A Vault reads AWS Secrets Manager. Its zero value cannot.
type Vault struct{ env map[string]string }

// Vault returns the Secrets Manager that c may read.
func (c ReadOnly) Vault() Vault { return Vault{c.env} }

// Vault returns the Secrets Manager that c may read.
func (c ReadWrite) Vault() Vault { return Vault{c.env} }

// Secret returns the value of a secret: its name or ARN, or, for one key of a JSON object, "name#key". Errors say
// what is missing and have a Hint; none holds a value.
func (v Vault) Secret(ctx context.Context, id string) (string, error) { panic("being written") }
