// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// A meter stands before GitHub's API and counts the requests of each run: several runs are under way at once.
type meter struct {
	url    string
	server *http.Server
	mu     sync.Mutex
	calls  map[int]int // by run
}

// newMeter starts a meter before the server at target.
func newMeter(ctx context.Context, target string) (*meter, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("count requests: %w", err)
	}
	m := &meter{url: "http://" + l.Addr().String(), calls: map[int]int{}}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	mux := http.NewServeMux()
	mux.HandleFunc("/runs/{run}/", func(w http.ResponseWriter, r *http.Request) {
		run := r.PathValue("run")
		m.count(run)
		http.StripPrefix("/runs/"+run, proxy).ServeHTTP(w, r)
	})
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go m.server.Serve(l) //nolint:errcheck // always http.ErrServerClosed, after close
	return m, nil
}

func (m *meter) close() error { return m.server.Close() }

// through returns the address under which a run reaches the API.
func (m *meter) through(run int, path string) string {
	return fmt.Sprintf("%s/runs/%d%s", m.url, run, path)
}

func (m *meter) count(run string) {
	id, err := strconv.Atoi(run)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[id]++
}

// of returns how many requests a run made.
func (m *meter) of(run int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[run]
}
