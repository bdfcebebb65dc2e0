// SPDX-License-Identifier: Apache-2.0

package github_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/githubtest"
)

var reader = github.Permissions{"contents": "read"}

func TestFile(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	odd := "dir #1/a b%20?.hcl"
	if _, err := w.git.Push("env/prod", "prod", "more", map[string][]byte{odd: []byte("é\n\x00"), "empty": {}, "link": []byte("-> main.tf"), "large": bytes.Repeat([]byte("x"), 1<<20+1), "full": bytes.Repeat([]byte("y"), 1<<20)}); err != nil {
		t.Fatal(err)
	}
	c := w.open(t, reader)
	for _, tt := range []struct {
		name, path, ref, want string
		absent                bool
	}{
		{"on the default branch", "main.tf", "", "main.tf", false},
		{"on a branch", "more.tf", "change", "more.tf", false},
		{"at a commit", "more.tf", w.head, "more.tf", false},
		{"a branch and a path to escape", odd, "env/prod", "é\n\x00", false},
		{"empty, and there", "empty", "env/prod", "", false},
		{"of 1 MB", "full", "env/prod", strings.Repeat("y", 1<<20), false},
		{"absent", "more.tf", "", "", true},
		{"in no folder", ".github/layerbot.hcl", "", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.File(t.Context(), tt.path, tt.ref)
			if err != nil || string(got) != tt.want || (got == nil) != tt.absent {
				t.Errorf("%.20q, nil %t, %v", got, got == nil, err)
			}
		})
	}
	for path, problem := range map[string]string{"large": "larger", "link": "symlink", "dir #1": "folder", "../x": "path", ".": "path", "/main.tf": "path"} {
		_, err := c.File(t.Context(), path, "env/prod")
		if known := refused[*github.FileError](t, err); !strings.Contains(known.Problem, problem) {
			t.Errorf("%s: %v", path, known)
		}
	}
	_, err := c.File(t.Context(), "main.tf", "gone")
	refused[*github.NotFoundError](t, err)
}

// A repository that a token does not see is no repository without the file.
func TestFileOfARepositoryThatIsNotSeen(t *testing.T) {
	w := newWorldWith(t, githubtest.Options{Validate: true})
	_, err := w.as(t, "mallory", reader).File(t.Context(), "main.tf", "")
	refused[*github.NotFoundError](t, err)
}
