// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"context"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
)

// getCommit answers a commit by branch, tag or SHA.
func getCommit(c *call) reply {
	sha := c.repo.resolve(c.vars["ref"])
	if sha == "" {
		return reply{status: http.StatusUnprocessableEntity, body: message("No commit found for SHA: " + c.vars["ref"])}
	}
	return ok(c.s.commitJSON(c.repo, sha))
}

func getRef(c *call) reply {
	ref := "refs/" + c.vars["ref"]
	sha, err := c.repo.runGit("show-ref", "--verify", "--hash", ref)
	if err != nil {
		return notFound("Not Found")
	}
	url, kind := c.s.repoURL(c.repo)+"/git/", c.repo.mustGit("cat-file", "-t", sha) // an annotated tag is no commit
	return ok(object{
		"ref": ref, "node_id": "REF", "url": url + ref,
		"object": object{"type": kind, "sha": sha, "url": url + kind + "s/" + sha},
	})
}

// getContents answers a file, a link or the entries of a folder.
func getContents(c *call) reply {
	ref := c.query.Get("ref")
	if ref == "" {
		ref = "HEAD"
	}
	sha, file := c.repo.resolve(ref), strings.Trim(path.Clean("/"+c.vars["path"]), "/")
	if sha == "" {
		return notFound("No commit found for the ref " + ref)
	}
	entries := c.repo.tree(sha, file)
	if len(entries) == 1 && entries[0].kind == "blob" {
		return ok(c.s.fileJSON(c.repo, sha, entries[0], true))
	}
	if entries = c.repo.tree(sha, file+"/"); len(entries) == 0 {
		return notFound("Not Found")
	}
	shown := []object{}
	for _, e := range entries {
		shown = append(shown, c.s.fileJSON(c.repo, sha, e, false))
	}
	return ok(shown)
}

type treeEntry struct{ mode, kind, sha, path string }

// tree lists what git ls-tree says of a path.
func (r *Repo) tree(commit, path string) []treeEntry {
	out, err := r.runGit("ls-tree", "-z", commit, "--", strings.TrimPrefix(path, "/"))
	if err != nil {
		return nil
	}
	var all []treeEntry
	for _, line := range strings.Split(strings.TrimRight(out, "\x00"), "\x00") {
		about, path, _ := strings.Cut(line, "\t")
		if f := strings.Fields(about); len(f) == 3 {
			all = append(all, treeEntry{f[0], f[1], f[2], path})
		}
	}
	return all
}

func (s *Server) fileJSON(r *Repo, commit string, e treeEntry, full bool) object {
	url := s.repoURL(r) + "/contents/" + e.path + "?ref=" + commit
	git, html := s.repoURL(r)+"/git/"+e.kind+"s/"+e.sha, s.URL+"/"+r.Owner+"/"+r.Name+"/"+e.kind+"/"+commit+"/"+e.path
	o := object{
		"type": map[string]string{"blob": "file", "tree": "dir", "commit": "submodule"}[e.kind], "size": 0,
		"name": path.Base(e.path), "path": e.path, "sha": e.sha, "url": url, "git_url": git, "html_url": html,
		"download_url": nil, "_links": object{"self": url, "git": git, "html": html},
	}
	if e.kind != "blob" {
		return o
	}
	cmd := s.gitCommand(context.Background(), r.GitDir, "cat-file", "blob", e.sha)
	content, err := cmd.Output()
	s.must(err)
	o["size"], o["download_url"] = len(content), html
	switch {
	case e.mode == "120000":
		o["type"] = "symlink"
		o["target"] = string(content)
	case full && len(content) > 1<<20: // https://docs.github.com/rest/repos/contents#get-repository-content
		o["encoding"], o["content"] = "none", ""
	case full:
		o["encoding"], o["content"] = "base64", base64.StdEncoding.EncodeToString(content)+"\n"
	}
	return o
}
