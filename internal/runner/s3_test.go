// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/awstest"
	"github.com/layerbot/layerbot/internal/report"
)

// Where the layer "app" has its state, and its lock.
const (
	s3Bucket = "states"
	s3State  = "prod/app.tfstate"
	s3Lock   = s3State + ".tflock"
)

// s3Backend is that layer's backend, as of somebody who has no STS and whose buckets have no names in the DNS.
const s3Backend = `terraform {
  backend "s3" {
    bucket                      = "` + s3Bucket + `"
    key                         = "` + s3State + `"
    region                      = "eu-west-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }
}
`

// An s3Bench is a checkout, a Runner on it, and the S3 that holds its state.
type s3Bench struct {
	*bench
	s3    *awstest.Store
	creds map[string]string
}

// newS3 is newBench for the files of one layer, whose state is in S3.
func newS3(t testing.TB, files string, change func(*Options)) *s3Bench {
	t.Helper()
	store, err := awstest.NewStore(s3Bucket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	b := newBench(t, map[string]string{"app/main.tf": s3Backend + files}, change)
	return &s3Bench{b, store, map[string]string{
		"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token", "AWS_ENDPOINT_URL_S3": store.URL,
	}}
}

// another is the same checkout and the same S3 with a Runner of its own, as another job has it.
func (b *s3Bench) another(t *testing.T, wait time.Duration) *s3Bench {
	other := newBench(t, nil, func(o *Options) { o.Root, o.LockTimeout = b.root, wait })
	return &s3Bench{other, b.s3, b.creds}
}

func (b *s3Bench) job() Job {
	tg := target()
	tg.Backend = "s3"
	j := job(tg)
	j.Head = "c0ffee"
	return j
}

func (b *s3Bench) plans(j Job) *report.Report {
	b.t.Helper()
	return b.sound(b.Plan(context.Background(), aws.Ambient(b.creds), j))
}

func (b *s3Bench) applies(j Job) *report.Report {
	b.t.Helper()
	return b.sound(b.Apply(context.Background(), aws.AmbientReadWrite(b.creds), j))
}

func (b *s3Bench) unlocks(j Job) *report.Report {
	b.t.Helper()
	return b.sound(b.Unlock(context.Background(), aws.AmbientReadWrite(b.creds), j))
}

// reviewed is a job whose plan was reviewed.
func (b *s3Bench) reviewed() Job {
	b.t.Helper()
	j := b.job()
	rep := b.plans(j)
	if rep.Fingerprint == nil {
		b.t.Fatal(outcome(rep))
	}
	j.Review = &report.Review{Fingerprint: rep.Fingerprint}
	return j
}

// stored is what the state holds: address → whether it is tainted.
func (b *s3Bench) stored() map[string]bool { return resources(b.t, b.get(s3State)) }

// held is the id of the lock, "" when nobody holds it.
func (b *s3Bench) held() string { return id(b.get(s3Lock)) }

func (b *s3Bench) get(key string) []byte {
	b.t.Helper()
	content, _, err := b.s3.Get(s3Bucket, key)
	if err != nil {
		b.t.Fatal(err)
	}
	return content
}

// seize has somebody else take the lock, with an object such as Terraform writes.
func (b *s3Bench) seize(id string) {
	b.t.Helper()
	lock := `{"ID":"` + id + `","Operation":"OperationTypeApply","Info":"","Who":"runner@gone","Version":"1.11.4",` +
		`"Created":"2026-11-22T13:44:52.25Z","Path":"` + s3Bucket + "/" + s3State + `"}`
	if err := b.s3.Put(s3Bucket, s3Lock, []byte(lock)); err != nil {
		b.t.Fatal(err)
	}
}

// deny is an S3 that refuses a method on objects whose key has a prefix, n times.
func deny(method, prefix string, n int, status int, code string) func(http.ResponseWriter, *http.Request) bool {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if n == 0 || r.Method != method || !strings.HasPrefix(r.URL.Path, "/"+s3Bucket+"/"+prefix) {
			return false
		}
		n--
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>No.</Message></Error>", code)
		return true
	}
}

const always = -1

// writes has b tell what is written from now on: "PUT prod/app.tfstate".
func (b *s3Bench) writes() func() []string {
	var mu sync.Mutex
	var all []string
	b.s3.Refuse(func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			all = append(all, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/"+s3Bucket+"/"))
		}
		return false
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func TestS3AStateIsWrittenUnderALockAndReadAgain(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, nil)
	lock, unlock := "PUT "+s3Lock, "DELETE "+s3Lock

	written := b.writes()
	j := b.reviewed()
	if diff := cmp.Diff([]string{lock, unlock}, written()); diff != "" {
		t.Errorf("a plan: %s", diff)
	}
	written = b.writes()
	if got := outcome(b.applies(j)); got != "applied same: terraform_data.a terraform_data.b" {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{lock, unlock, lock, "PUT " + s3State, unlock}, written()); diff != "" {
		t.Errorf("an apply: %s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"terraform_data.a": false, "terraform_data.b": false}, b.stored()); diff != "" {
		t.Error(diff)
	}
	written = b.writes()
	if got := outcome(b.applies(j)); got != "unchanged nothing" {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{lock, unlock}, written()); diff != "" {
		t.Errorf("an apply of nothing: %s", diff)
	}
	if keys, err := b.s3.Objects(s3Bucket); err != nil || len(keys) != 1 || keys[0] != s3State {
		t.Errorf("%v %q", err, keys)
	}
}
