// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// A SARIF is one file that code scanning took.
type SARIF struct {
	Commit, Ref string // Ref is "refs/pull/1/head"
	Body        []byte // unpacked
}

// SARIFs returns what was uploaded to code scanning, oldest first.
func (r *Repo) SARIFs() []SARIF {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	all := slices.Clone(r.sarifs)
	for i := range all {
		all[i].Body = bytes.Clone(all[i].Body)
	}
	return all
}

// DisableCodeScanning switches code scanning off, as it is in a private repository that nobody paid for. Uploads are
// then refused, which a correct client expects.
func (r *Repo) DisableCodeScanning() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.noCodeScanning = true
}

// A sarifInput is the body of an upload.
type sarifInput struct {
	CommitSHA   string  `json:"commit_sha"`
	Ref         string  `json:"ref"`
	SARIF       string  `json:"sarif"`
	CheckoutURI *string `json:"checkout_uri"`
	StartedAt   *string `json:"started_at"`
	ToolName    *string `json:"tool_name"`
	Validate    *bool   `json:"validate"`
}

var pullHead = regexp.MustCompile(`^refs/pull/([1-9]\d*)/head$`)

// uploadSARIF takes a file for code scanning. GitHub looks into it later; here what it would find then is a violation
// at once.
// https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
func uploadSARIF(c *call) reply {
	var in sarifInput
	if rep, fine := c.decode(&in); !fine {
		return rep
	}
	if c.repo.noCodeScanning {
		return reply{status: http.StatusForbidden, body: message("Code Security must be enabled for this repository to use code scanning.")}
	}
	if why := c.repo.misplaced(in.CommitSHA, in.Ref); why != "" {
		return invalid(why)
	}
	body, rep := unpackSARIF(in.SARIF)
	if rep.status != 0 {
		return rep
	}
	if why := refusedSARIF(body); why != "" {
		return reply{status: http.StatusBadRequest, body: message(why), violation: why}
	}
	c.repo.sarifs = append(c.repo.sarifs, SARIF{in.CommitSHA, in.Ref, body})
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", c.s.id())
	return reply{status: http.StatusAccepted, body: object{"id": id, "url": c.s.repoURL(c.repo) + "/code-scanning/sarifs/" + id}}
}

// misplaced says why an analysis of a commit is none of ref; "" if it is one. The commit is the pull request's head, or
// was until its last push: a correct client can be overtaken.
func (r *Repo) misplaced(commit, ref string) string {
	r.follow()
	m := pullHead.FindStringSubmatch(ref)
	switch {
	case m == nil:
		return ref + " is not the head of a pull request"
	case r.resolve(commit) != commit || commit == "":
		return "commit not found: " + commit
	}
	number, _ := strconv.Atoi(m[1])
	for _, p := range r.pulls {
		if p.Number == number && (p.head == commit || p.before == commit) {
			return ""
		}
	}
	return commit + " is not " + ref
}
