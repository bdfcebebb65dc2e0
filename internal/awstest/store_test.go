// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := NewStore("states", "empty")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// do sends a request with one header and returns the answer, whose body is closed.
func do(t *testing.T, method, url, header, value string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return &http.Response{}
	}
	resp.Body.Close()
	return resp
}

// put writes an object over HTTP, on condition that there is none, and returns the status of the answer.
func put(t *testing.T, url string) int { return do(t, "PUT", url, "If-None-Match", "*").StatusCode }

func TestObjects(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, key := range []string{"prod/b.tfstate", "prod/a.tfstate", "c"} {
		if err := s.Put("states", key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := s.Objects("states"); err != nil || !slices.Equal(keys, []string{"c", "prod/a.tfstate", "prod/b.tfstate"}) {
		t.Errorf("%v %q", err, keys)
	}
	if keys, err := s.Objects("empty"); err != nil || keys != nil {
		t.Errorf("%v %q", err, keys)
	}
	if content, ok, err := s.Get("states", "prod/a.tfstate"); err != nil || !ok || string(content) != "prod/a.tfstate" {
		t.Errorf("%v %v %q", err, ok, content)
	}
	if err := s.Delete("states", "prod/a.tfstate"); err != nil {
		t.Error(err)
	}
	if content, ok, err := s.Get("states", "prod/a.tfstate"); err != nil || ok {
		t.Errorf("%v %v %q", err, ok, content)
	}
	if err := s.DeleteBucket("states"); err != nil {
		t.Error(err)
	}
	if _, err := s.Objects("states"); err == nil {
		t.Error("a bucket that is gone has objects")
	}
	if _, _, err := s.Get("states", "c"); err == nil {
		t.Error("a bucket that is gone has an object")
	}
	if err := s.Put("states", "c", nil); err == nil {
		t.Error("a bucket that is gone takes an object")
	}
}

func TestAnObjectThatIsReplacedKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const header = "X-Amz-Checksum-Sha256"
	do(t, "PUT", s.URL+"/states/a", header, "of the old one")
	if err := s.Put("states", "a", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := do(t, "GET", s.URL+"/states/a", "", "").Header.Get(header); got != "" {
		t.Errorf("checksum %q", got)
	}
}

func TestOfManyWhoLockOneDoes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var created, refused atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			switch put(t, s.URL+"/states/lock") {
			case http.StatusOK:
				created.Add(1)
			case http.StatusPreconditionFailed:
				refused.Add(1)
			}
		})
	}
	group.Wait()
	if created.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d hold the lock, %d do not", created.Load(), refused.Load())
	}
}

func TestRefusedRequestsDoNotReachTheStore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.Refuse(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/states/a" {
			w.WriteHeader(http.StatusForbidden)
		}
		return r.URL.Path == "/states/a"
	})
	if a, b := put(t, s.URL+"/states/a"), put(t, s.URL+"/states/b"); a != http.StatusForbidden || b != http.StatusOK {
		t.Errorf("%d, %d", a, b)
	}
	s.Refuse(nil)
	if a := put(t, s.URL+"/states/a"); a != http.StatusOK {
		t.Errorf("%d: it was there already, or is still refused", a)
	}
}

func TestWhatIsClosedIsClosedOnce(t *testing.T) {
	t.Parallel()
	s, err := NewStore()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if resp, err := http.Get(s.URL); err == nil {
		resp.Body.Close()
		t.Error("it still answers")
	}
}
