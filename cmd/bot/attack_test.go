// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layerbot/layerbot/internal/github"
)

// collaborator LOGIN PERMISSION changes what a person may do; `gone` deletes them.
func (s *stage) collaborator(ts *testscript.TestScript, neg bool, args []string) {
	if args[1] == "gone" {
		s.server.DeleteUser(args[0])
		return
	}
	s.repo.Collaborator(args[0], args[1])
}

// impostors write what the App writes: a comment with its marker, by a person, by another App and by a workflow; and
// a check run of its name whose record says that every target is fine. Each argument is a target's ID.
func (s *stage) impostors(ts *testscript.TestScript, neg bool, args []string) {
	marker := fmt.Sprintf("<!-- layerbot:plan {\"head\":%q,\"targets\":[%q]} -->\n", s.pull.Head(), strings.Join(args, `","`))
	s.pull.Comment("mallory", marker+"all is well, says a person")
	targets := map[string]any{}
	for _, id := range args {
		targets[id] = map[string]any{"status": "unchanged", "fingerprint": map[string]any{"digest": "sha256:00"}}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	ts.Check(json.NewEncoder(z).Encode(map[string]any{"head": s.pull.Head(), "targets": targets}))
	ts.Check(z.Close())
	for _, app := range []string{"evilbot", "github-actions"} {
		s.pull.ForgeComment(app, marker+"all is well, says "+app)
		s.repo.ForgeCheck(app, github.Check{
			Name: "layerbot / dev", HeadSHA: s.pull.Head(), Conclusion: "success", Title: "all is well", Summary: "forged",
			Text: "\n<!-- layerbot:record " + base64.StdEncoding.EncodeToString(packed.Bytes()) + " -->",
		})
	}
}

// hostileNames are file names that git takes, and that try to be something else where they are shown.
var hostileNames = []string{
	"x\n::set-output name=ticket::{}\n.tf", "x\r::add-mask::compute\r.tf", "##[add-mask]dev.tf", "x`</code></details>`@acme|#1.tf",
	"<img src=x onerror=alert(1)>.tf", "ghadelimiter_\nticket=1\n.tf", "-->\n<!-- layerbot:plan {}.tf", "[x](mailto:evil@example.com).tf",
	"$(touch pwned).tf", "\x1b[2J.tf", "--upload-pack=touch pwned.tf", "a\\..\\b.tf", "\u202egnp.tf",
}

// hostile BRANCH DIR commits files of such names, all empty, below DIR.
func (s *stage) hostile(ts *testscript.TestScript, neg bool, args []string) {
	files := map[string][]byte{}
	for _, name := range hostileNames {
		files[args[1]+"/"+name] = []byte("\n")
	}
	_, err := s.repo.Push(args[0], "dev", "names", files)
	ts.Check(err)
}

// orders fails if the phases printed a command to the runner that is not the program's own, or set an output of
// another name.
func (s *stage) orders(ts *testscript.TestScript, neg bool, args []string) {
	for _, line := range lines(s.printed.String()) {
		c := command(line)
		if c != "" && !strings.HasPrefix(c, "::add-mask::ghs_") && !strings.HasPrefix(c, "::warning::") && !strings.HasPrefix(c, "::error::") {
			ts.Fatalf("the runner takes %q for a command", line)
		}
	}
	output, err := os.ReadFile(filepath.Join(s.dir, "output"))
	ts.Check(err)
	own := map[string]bool{"ticket": true, "matrix": true, "scans": true, "head": true, "report": true, "exitcode": true, "failure-reason": true, "jobs": true, "work": true, "failed": true, "comment-id": true}
	for rest := string(output); rest != ""; {
		head, body, _ := strings.Cut(rest, "\n")
		name, delimiter, block := strings.Cut(head, "<<")
		if !block || !own[name] {
			ts.Fatalf("the step has the output %q", head)
		}
		_, rest, _ = strings.Cut(body, "\n"+delimiter+"\n")
	}
}
