// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"sync"
	"time"
)

// A board serves the newest page on loopback.
type board struct {
	URL    string
	server *http.Server
	mu     sync.Mutex
	page   []byte
}

// newBoard starts serving on addr.
func newBoard(ctx context.Context, addr string) (*board, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve the page: %w", err)
	}
	b := &board{URL: "http://" + l.Addr().String() + "/"}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: 5 * time.Second}
	go b.server.Serve(l) //nolint:errcheck // always http.ErrServerClosed, after close
	return b, nil
}

func (b *board) close() error { return b.server.Close() }

// put makes page the one that is served.
func (b *board) put(page []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.page = page
}

// ServeHTTP answers GET / with the page, or with 304 when the browser has it.
func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	b.mu.Lock()
	page := b.page
	b.mu.Unlock()
	hash := fnv.New64a()
	_, _ = hash.Write(page)
	tag := fmt.Sprintf("%q", fmt.Sprintf("%x", hash.Sum64()))
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}
