// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/report"
)

func TestS3AStateThatCannotBeStored(t *testing.T) {
	t.Parallel()
	key := keys(t)["age"]
	const done = ": terraform_data.a terraform_data.b"
	for name, tt := range map[string]struct {
		fault func(*s3Bench) func(http.ResponseWriter, *http.Request) bool
		want  string
		kept  bool
	}{
		"is stored at the second try": {
			func(*s3Bench) func(http.ResponseWriter, *http.Request) bool {
				return deny(http.MethodPut, s3State, 1, http.StatusForbidden, "AccessDenied")
			},
			"applied same" + done, false,
		},
		"is kept encrypted": {
			func(*s3Bench) func(http.ResponseWriter, *http.Request) bool {
				return deny(http.MethodPut, s3State, always, http.StatusForbidden, "AccessDenied")
			},
			"failed same (error: 2 of 2 changes were carried out, then: the state could not be stored; it is kept, encrypted)" + done, true,
		},
		"is kept encrypted when the bucket is gone": {
			func(b *s3Bench) func(http.ResponseWriter, *http.Request) bool {
				return func(_ http.ResponseWriter, r *http.Request) bool {
					if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, s3State) {
						_ = b.s3.DeleteBucket(s3Bucket) // the second time there is none
					}
					return false
				}
			},
			"failed same (error: 2 of 2 changes were carried out, then: the state could not be stored; it is kept, encrypted)" + done, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newS3(t, two, quick)
			b.pauses = []time.Duration{time.Millisecond, time.Millisecond}
			j := b.reviewed()
			j.Recipients, j.Keep = []string{key.recipient}, t.TempDir()
			fault := tt.fault(b)
			b.s3.Refuse(func(w http.ResponseWriter, r *http.Request) bool {
				return !strings.HasSuffix(r.URL.Path, ".tflock") && fault(w, r)
			})
			rep := b.applies(j)
			if got := outcome(rep); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if rep.Apply == nil || (rep.Apply.State != "") != tt.kept {
				t.Fatalf("%+v", rep.Apply)
			}
			state := func() []byte { return b.get(s3State) }
			if tt.kept {
				state = func() []byte { return []byte(decrypt(t, filepath.Join(j.Keep, rep.Apply.State), key)) }
			}
			if diff := cmp.Diff(map[string]bool{"terraform_data.a": false, "terraform_data.b": false}, resources(t, state())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestS3RefusesWhatARoleMayNotDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, prefix, message, hint string
	}{
		"taking the lock":    {http.MethodPut, s3Lock, "Error acquiring the state lock", "read, write and delete the lock, with S3 the object `*.tflock`"},
		"releasing the lock": {http.MethodDelete, s3Lock, "Error releasing the state lock", "the job's role may not do this"},
		"reading the state":  {http.MethodGet, s3State, "Error", "the job's role may not do this"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newS3(t, two, quick)
			j := b.reviewed()
			b.s3.Refuse(deny(tt.method, tt.prefix, always, http.StatusForbidden, "AccessDenied"))
			rep := b.applies(j)
			if f := rep.Failure; f == nil || f.Kind != report.Broken || f.Lock != nil || !strings.Contains(f.Message, tt.message) || !strings.Contains(f.Hint, tt.hint) {
				t.Errorf("%+v", f)
			}
			if rep.Apply != nil || len(b.stored()) != 0 {
				t.Errorf("it was applied: %s", outcome(rep))
			}
		})
	}
}

func TestS3ABucketThatIsGoneStopsTheApply(t *testing.T) {
	t.Parallel()
	b := newS3(t, two, quick)
	j := b.reviewed()
	if err := b.s3.DeleteBucket(s3Bucket); err != nil {
		t.Fatal(err)
	}
	rep, err := b.Apply(context.Background(), aws.AmbientReadWrite(b.creds), j)
	if f := rep.Failure; err != nil || f == nil || f.Kind != report.Broken || rep.Apply != nil || f.Message != "the bucket of the state is not there: states" {
		t.Errorf("%v %s", err, outcome(rep))
	}
	b.clean()
}
