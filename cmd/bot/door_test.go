// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/layerbot/layerbot/internal/githubtest"
)

// A door is a GitHub on which rita, who may only read, comments /plan: gate needs two tokens to say so.
type door struct {
	t       *testing.T
	server  *githubtest.Server
	repo    *githubtest.Repo
	event   string
	printed lockedBuffer // by gate, on both streams
}

func newDoor(t *testing.T, o githubtest.Options) *door {
	t.Helper()
	server, err := githubtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	d := &door{t: t, server: server, repo: server.Repository("acme", "infra"), event: filepath.Join(t.TempDir(), "event.json")}
	d.repo.Collaborator("rita", "read")
	for _, branch := range []string{"main", "feature"} {
		if _, err := d.repo.Push(branch, strings.TrimPrefix("main", branch), branch, map[string][]byte{branch: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	pull, err := d.repo.Open("alice", "x", "", "feature", "main", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, payload := pull.Comment("rita", "/plan")
	if err := os.WriteFile(d.event, payload, 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// gate runs the phase in this process, with the key of the App as env has it, and returns its exit code.
func (d *door) gate(env environment) int {
	if env.All == nil {
		env.All = map[string]string{}
	}
	env.All["PATH"] = os.Getenv("PATH")
	env.Actions, env.RunID, env.EventName, env.EventPath = true, "1", "issue_comment", d.event
	env.APIURL, env.ServerURL = d.server.APIURL(), d.server.URL
	env.AppID, env.AppIDText, env.InstallationID = d.server.AppID, "4242", d.repo.InstallationID
	return run([]string{"gate", "--out", filepath.Join(d.t.TempDir(), "ticket.json"), "-C", d.repo.GitDir}, env, &d.printed, &d.printed)
}

// A lockedBuffer is read by others while it is written.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
