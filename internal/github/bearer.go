// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// bearer adds the token to requests. If GitHub no longer takes it (401, so nothing was done), it mints another,
// once a request.
type bearer struct {
	next http.RoundTripper
	mint func(context.Context) (string, error) // nil: the token is not ours to mint or to revoke

	mu     sync.Mutex
	token  string
	closed bool
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	token := b.current()
	resp, err := b.send(req, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || b.mint == nil {
		return resp, err
	}
	fresh, err := b.renew(req.Context(), token)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errFinal, err)
	}
	if fresh == token {
		return resp, nil
	}
	return b.send(req, fresh)
}

func (b *bearer) send(req *http.Request, token string) (*http.Response, error) {
	once, err := again(req)
	if err != nil {
		return nil, err
	}
	once.Header.Set("Authorization", "Bearer "+token)
	return b.next.RoundTrip(once)
}

func (b *bearer) current() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.token
}

// renew replaces the token old, unless another request did already or the client was closed.
func (b *bearer) renew(ctx context.Context, old string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.token != old {
		return b.token, nil
	}
	token, err := b.mint(ctx)
	if err != nil {
		return "", err
	}
	b.token = token
	return token, nil
}

// close reports whether the token is to be revoked now.
func (b *bearer) close() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.closed
	b.closed = true
	return first && b.mint != nil
}
