// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/internal/layer"
)

// A backend keeps one state for Terraform's http backend, with its lock: one that outlives whoever took it.
// Source: https://developer.hashicorp.com/terraform/language/backend/http
type backend struct {
	mu     sync.Mutex
	url    string
	state  []byte
	lock   []byte // as JSON; nil when nobody holds it
	refuse int    // how many writes to refuse from now on
	writes int    // how many succeeded
}

func newBackend(t testing.TB) *backend {
	b := &backend{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// target is the layer in the folder "app", with its state here.
func (b *backend) target() layer.Target {
	tg := target()
	tg.Backend = "http"
	tg.BackendValues = map[string]string{"address": b.url, "lock_address": b.url, "unlock_address": b.url, "retry_max": "0"}
	return tg
}

const remote = "terraform {\n  backend \"http\" {}\n}\n"

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch r.Method {
	case "GET":
		if b.state == nil {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(b.state)
	case "POST":
		if b.refuse > 0 {
			b.refuse--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		b.state = body
		b.writes++
	case "LOCK":
		if b.lock != nil {
			w.WriteHeader(http.StatusLocked)
			w.Write(b.lock)
			return
		}
		b.lock = body
	case "UNLOCK":
		if len(body) > 0 && id(body) != id(b.lock) {
			w.WriteHeader(http.StatusConflict)
			return
		}
		b.lock = nil
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func id(lock []byte) string {
	var l struct{ ID string }
	_ = json.Unmarshal(lock, &l)
	return l.ID
}

// held returns the id of the lock, "" when nobody holds it.
func (b *backend) held() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return id(b.lock)
}

// seize has somebody take the lock.
func (b *backend) seize(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lock = []byte(`{"ID":"` + id + `","Operation":"OperationTypeApply","Who":"runner@gone","Created":"2026-11-22T13:44:52Z"}`)
}

// resources returns what is in a state: address → whether it is tainted.
func resources(t testing.TB, state []byte) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	if len(state) == 0 {
		return out
	}
	var s struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct{ Status string }
		}
	}
	if err := json.Unmarshal(state, &s); err != nil {
		t.Fatalf("%v\n%s", err, state)
	}
	for _, r := range s.Resources {
		for _, i := range r.Instances {
			out[r.Type+"."+r.Name] = i.Status == "tainted"
		}
	}
	return out
}
