package aws

import (
	"context"
	"log/slog"
)

// Options say where credentials come from.
type Options struct {
	// Environ is the job's environment: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN, with which a
	// job of GitHub Actions asks for OIDC tokens; the variables of Ambient; AWS_ENDPOINT_URL_STS, AWS_CA_BUNDLE,
	// AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, by which STS is reached.
	Environ map[string]string
	Learn   func(secret string) // told of each secret before its first use; nil is nobody
	Log     *slog.Logger        // nil: none
}

// Readers give out credentials for planning. Close must be called.
type Readers struct{ *broker }

// Writers give out credentials for applying. Close must be called.
type Writers struct{ *broker }

// A broker exchanges OIDC tokens for sessions of roles and serves them to Terraform on loopback.
type broker struct{}

// NewReaders returns who gives out credentials for planning.
func NewReaders(o Options) *Readers { panic("being written") }

// NewWriters returns who gives out credentials for applying.
func NewWriters(o Options) *Writers { panic("being written") }

// Credentials returns those that g grants: Terraform gets AWS_CONTAINER_CREDENTIALS_FULL_URI, an address on loopback, and
// AWS_CONTAINER_AUTHORIZATION_TOKEN, a random token for this grant alone; what it is given there is refreshed by new
// exchanges for as long as r is open. The first exchange is made here. nil grants what the environment holds (Ambient).
// The error is a *RoleError, which has a Hint, or that of ctx.
func (r *Readers) Credentials(ctx context.Context, g *Grant) (ReadOnly, error) {
	panic("being written")
}

// Credentials is like that of Readers, for applying.
func (w *Writers) Credentials(ctx context.Context, g *Grant) (ReadWrite, error) {
	panic("being written")
}

// Close ends the serving of credentials. Sessions that were given out live on until they expire.
func (b *broker) Close() error { panic("being written") }

// A RoleError says why a role could not be assumed. It holds no token and no credential.
type RoleError struct {
	Role    string
	Problem string // "its trust policy does not admit repo:acme/infra:environment:plan-prod"

	hint string
}

func (e *RoleError) Error() string { return "AWS role " + e.Role + ": " + e.Problem }

// Hint says what to do about it.
func (e *RoleError) Hint() string { return e.hint }
