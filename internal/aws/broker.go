// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"
)

// Options say where credentials come from.
type Options struct {
	// Environ is the job's environment: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN, with which a
	// job of GitHub Actions asks for OIDC tokens; the variables of Ambient; AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL_KMS,
	// AWS_CA_BUNDLE, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, by which STS and KMS are reached.
	Environ map[string]string
	Learn   func(secret string) // told of each secret before its first use, by any goroutine; nil is nobody
	Log     *slog.Logger        // nil: none
}

// Readers give out credentials for planning. Close must be called.
type Readers struct{ *broker }

// Writers give out credentials for applying. Close must be called.
type Writers struct{ *broker }

// A broker exchanges OIDC tokens for sessions of roles and serves them to Terraform on loopback.
type broker struct {
	o      Options
	wait   time.Duration // the longest between attempts at an exchange
	server server
	unused sync.Once // says that credentials of the job are not used
}

// NewReaders returns who gives out credentials for planning.
func NewReaders(o Options) *Readers { return &Readers{newBroker(o)} }

// NewWriters returns who gives out credentials for applying.
func NewWriters(o Options) *Writers { return &Writers{newBroker(o)} }

func newBroker(o Options) *broker {
	o.Environ = maps.Clone(o.Environ)
	if o.Learn == nil {
		o.Learn = func(string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &broker{o: o, wait: callWait}
}

// Credentials returns those that g grants: Terraform gets AWS_CONTAINER_CREDENTIALS_FULL_URI, an address on loopback, and
// AWS_CONTAINER_AUTHORIZATION_TOKEN, a random token for this grant alone; what it is given there is refreshed by new
// exchanges for as long as r is open. The first exchange is made here. nil grants what the environment holds (Ambient).
// The error is a *RoleError, which has a Hint, or that of ctx.
func (r *Readers) Credentials(ctx context.Context, g *Grant) (ReadOnly, error) {
	h, err := r.credentials(ctx, g)
	return ReadOnly{h}, err
}

// Credentials is like that of Readers, for applying.
func (w *Writers) Credentials(ctx context.Context, g *Grant) (ReadWrite, error) {
	h, err := w.credentials(ctx, g)
	return ReadWrite{h}, err
}

// Close ends the serving of credentials. Sessions that were given out live on until they expire.
func (b *broker) Close() error { return b.server.close() }

func (b *broker) credentials(ctx context.Context, g *Grant) (held, error) {
	if g == nil {
		return ambient(b.o.Environ), nil
	}
	s, problem := b.session(g)
	if problem == nil {
		_, problem = s.current(ctx)
	}
	var url, token string
	if problem == nil {
		url, token, problem = b.server.serve(s)
	}
	switch {
	case problem == nil:
	case ctx.Err() != nil:
		return held{}, fmt.Errorf("assume the AWS role %s: %w", g.Role, ctx.Err())
	default:
		return held{}, s.error(problem)
	}
	b.o.Learn(token)
	if b.o.Environ["AWS_ACCESS_KEY_ID"] != "" {
		b.unused.Do(func() {
			b.o.Log.Warn("the job has AWS credentials of its own, which are not used where the configuration names a role: take them out of it", "variable", "AWS_ACCESS_KEY_ID")
		})
	}
	env := chosen(b.o.Environ, endpointNames)
	maps.Copy(env, map[string]string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
		"AWS_CONTAINER_AUTHORIZATION_TOKEN":  token,
		"AWS_REGION":                         g.Region,
		"AWS_DEFAULT_REGION":                 g.Region,
		"AWS_EC2_METADATA_DISABLED":          "true",
		// A profile that the machine has would come before the endpoint.
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	})
	return held{env: env, session: s}, nil
}

// session returns that of a grant, before its first exchange.
func (b *broker) session(g *Grant) (*session, *fault) {
	i := issuer{env: b.o.Environ, learn: b.o.Learn, wait: b.wait / 4}
	x, problem := newExchange(i, g, b.wait)
	if problem != nil {
		return &session{role: g.Role}, problem
	}
	return &session{role: g.Role, assume: x.run, log: b.o.Log}, nil
}

// error returns a problem with the session's role as an error.
func (s *session) error(f *fault) *RoleError {
	return &RoleError{Role: s.role, Problem: f.problem, hint: f.hint, condition: f.condition}
}
