// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import (
	"maps"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// usesWhatItAskedFor fails if a token of the run, of the App or of a job, was made with more than it was used for. The id-token
// of a job is no permission of the API: it is for AWS.
func (r *run) usesWhatItAskedFor(t testing.TB) {
	t.Helper()
	for _, k := range tokens(r.requests) {
		delete(k.granted, "id-token")
		if !maps.Equal(k.granted, k.used) {
			t.Errorf("run %d: a token could %v, and did %v", r.id, k.granted, k.used)
		}
	}
}

// A key is what a token could do, and did.
type key struct{ granted, used map[string]string }

// tokens returns the tokens of some requests, in the order in which they were first used.
func tokens(requests []githubtest.Request) (keys []*key) {
	byID := map[string]*key{}
	for _, q := range requests {
		if q.Token == "" || q.Token == "app" {
			continue
		}
		k := byID[q.Token]
		if k == nil {
			k = &key{granted: maps.Clone(q.Granted), used: map[string]string{"metadata": "read"}}
			byID[q.Token], keys = k, append(keys, k)
		}
		for name, level := range q.Needed {
			if k.used[name] != "write" {
				k.used[name] = level
			}
		}
	}
	return keys
}
