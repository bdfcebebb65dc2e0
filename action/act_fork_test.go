// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package action_test

import "testing"

// TestForkIsRefused: GitHub gives a run for a fork's pull request no secrets, and Layerbot asks nobody for anything.
func TestForkIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sample(t, "01-network 03-compute", nil))
	w.hub.User("mallory")
	fork := w.repo.Fork("mallory")
	if _, err := fork.Push("theirs", "dev", "From outside", w.edit(t, "dev", nodes)); err != nil {
		t.Fatal(err)
	}
	p, err := w.repo.Open("mallory", "Trust me", "", "theirs", "dev", fork)
	if err != nil {
		t.Fatal(err)
	}
	w.pulls = append(w.pulls, p)
	w.hub.ResetRequests()
	opened := onPull(p, p.Event("opened"))
	opened.secrets = false
	r := w.run(t, opened)
	r.wantJobs(t, "gate success")
	wantIn(t, "the log of gate", r.jobs["gate"].log.String(), "comes from a fork")
	if got := w.hub.Requests(); len(got) > 0 {
		t.Errorf("requests were made: %+v", got)
	}
	r.bot(t, "gate").wantOnly(t, runner, "LAYERBOT_CONFIG")
	if n := len(w.tokens); n > 0 {
		t.Errorf("%d jobs asked for a token", n)
	}

	w.hub.ResetRequests()
	said := w.run(t, comment(p, "alice", "/plan compute dev"))
	said.wantJobs(t, "gate success", "report success")
	said.usesWhatItAskedFor(t)
	for _, q := range w.hub.Requests() {
		if q.Route == "git" {
			t.Errorf("something was fetched: %+v", q)
		}
	}
	wantIn(t, "the comment", w.one(t, p).Body, "fork")
}
