// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/layerbot/layerbot/internal/github"
)

// The functions of this file and of payloads.go write things as GitHub shows them, in its API and in its webhooks.

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// stampOr is null for the zero time.
func stampOr(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

func textOr(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func each[T any](all []T, show func(T) object) []object {
	shown := []object{}
	for _, one := range all {
		shown = append(shown, show(one))
	}
	return shown
}

func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%d", kind, id))
}

// urls adds "<name>_url" entries below a base.
func urls(o object, base, names string) object {
	for _, pair := range strings.Fields(names) {
		name, path, _ := strings.Cut(pair, "=")
		o[name+"_url"] = base + path
	}
	return o
}

// userOrNull is null for a deleted user.
func (s *Server) userOrNull(u *github.User) any {
	if u == nil || u.Login == "" {
		return nil
	}
	return s.userJSON(u)
}

func (s *Server) userJSON(u *github.User) object {
	url := s.APIURL() + "/users/" + u.Login
	return urls(object{
		"login": u.Login, "id": u.ID, "node_id": nodeID("U", u.ID), "avatar_url": fmt.Sprintf("%s/avatars/u/%d", s.URL, u.ID), "gravatar_id": "",
		"url": url, "html_url": s.URL + "/" + u.Login, "type": u.Type, "site_admin": false,
	}, url, "followers=/followers following=/following{/other_user} gists=/gists{/gist_id} starred=/starred{/owner}{/repo} "+
		"subscriptions=/subscriptions organizations=/orgs repos=/repos events=/events{/privacy} received_events=/received_events")
}

func (s *Server) repoURL(r *Repo) string { return s.APIURL() + "/repos/" + r.Owner + "/" + r.Name }

func (s *Server) repoJSON(r *Repo) object {
	html := s.URL + "/" + r.Owner + "/" + r.Name
	at := stamp(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	o := object{
		"id": r.ID, "node_id": nodeID("R", r.ID), "name": r.Name, "full_name": r.Owner + "/" + r.Name, "private": true, "owner": s.userJSON(r.owner),
		"html_url": html, "description": nil, "fork": r.parent != nil, "url": s.repoURL(r), "created_at": at, "updated_at": at, "pushed_at": at,
		"git_url": "git://" + strings.TrimPrefix(r.CloneURL, "http://"), "ssh_url": "git@127.0.0.1:" + r.Owner + "/" + r.Name + ".git", "clone_url": r.CloneURL, "svn_url": html,
		"homepage": nil, "size": 1, "stargazers_count": 0, "watchers_count": 0, "language": "HCL", "has_issues": true, "has_projects": true,
		"has_downloads": true, "has_wiki": false, "has_pages": false, "has_discussions": false, "forks_count": 0, "mirror_url": nil, "archived": false, "disabled": false,
		"open_issues_count": 0, "license": nil, "is_template": false, "topics": []string{}, "visibility": "private",
		"forks": 0, "open_issues": 0, "watchers": 0, "default_branch": r.defaultBranch(),
	}
	return urls(o, s.repoURL(r), "forks=/forks keys=/keys{/key_id} collaborators=/collaborators{/collaborator} teams=/teams hooks=/hooks "+
		"issue_events=/issues/events{/number} events=/events assignees=/assignees{/user} branches=/branches{/branch} tags=/tags blobs=/git/blobs{/sha} "+
		"git_tags=/git/tags{/sha} git_refs=/git/refs{/sha} trees=/git/trees{/sha} statuses=/statuses/{sha} languages=/languages stargazers=/stargazers "+
		"contributors=/contributors subscribers=/subscribers subscription=/subscription commits=/commits{/sha} git_commits=/git/commits{/sha} "+
		"comments=/comments{/number} issue_comment=/issues/comments{/number} contents=/contents/{+path} compare=/compare/{base}...{head} merges=/merges "+
		"archive=/{archive_format}{/ref} downloads=/downloads issues=/issues{/number} pulls=/pulls{/number} milestones=/milestones{/number} "+
		"notifications=/notifications{?since,all,participating} labels=/labels{/name} releases=/releases{/id} deployments=/deployments")
}

func (s *Server) commentJSON(m *comment) object {
	r, number := m.pull.repo, m.pull.Number
	url := fmt.Sprintf("%s/issues/comments/%d", s.repoURL(r), m.id)
	return object{
		"id": m.id, "node_id": nodeID("IC", m.id), "url": url, "html_url": fmt.Sprintf("%s/%s/%s/pull/%d#issuecomment-%d", s.URL, r.Owner, r.Name, number, m.id),
		"issue_url": fmt.Sprintf("%s/issues/%d", s.repoURL(r), number), "user": s.userOrNull(m.author), "created_at": stamp(m.created), "updated_at": stamp(m.updated),
		"author_association": association(r, m.author), "body": m.body, "reactions": rollup(url, m.reactions), "performed_via_github_app": s.appOrNull(m.app),
	}
}

func (s *Server) appOrNull(a *app) any {
	if a == nil {
		return nil
	}
	return s.appJSON(a)
}

// association is how an author stands to the repository. It says nothing of what they may do.
func association(r *Repo, u *github.User) string {
	switch r.collaborators[strings.ToLower(u.Login)] {
	case "":
		return "NONE"
	case "admin":
		return "MEMBER"
	}
	return "COLLABORATOR"
}

func rollup(url string, reactions []reaction) object {
	o := object{"url": url + "/reactions", "total_count": len(reactions)}
	for _, content := range reactionContents {
		n := 0
		for _, r := range reactions {
			if r.content == content {
				n++
			}
		}
		o[content] = n
	}
	return o
}

func (s *Server) reactionJSON(r reaction) object {
	return object{"id": r.id, "node_id": nodeID("RE", r.id), "user": s.userOrNull(r.user), "content": r.content, "created_at": stamp(r.created)}
}

// commitJSON shows a commit; its author is no user of GitHub.
func (s *Server) commitJSON(r *Repo, sha string) object {
	f := strings.SplitN(r.mustGit("show", "--no-patch", "--format=%T%x00%an%x00%ae%x00%ad%x00%P%x00%B", "--date=unix", sha), "\x00", 6)
	seconds, _ := strconv.ParseInt(f[3], 10, 64)
	who := object{"name": f[1], "email": f[2], "date": stamp(time.Unix(seconds, 0))}
	url, html := s.repoURL(r)+"/commits/"+sha, s.URL+"/"+r.Owner+"/"+r.Name+"/commit/"
	parents := each(strings.Fields(f[4]), func(p string) object {
		return object{"sha": p, "url": s.repoURL(r) + "/commits/" + p, "html_url": html + p}
	})
	return object{
		"sha": sha, "node_id": "C_" + sha, "url": url, "html_url": html + sha, "comments_url": url + "/comments", "author": nil, "committer": nil, "parents": parents,
		"commit": object{
			"url": s.repoURL(r) + "/git/commits/" + sha, "author": who, "committer": who, "message": strings.TrimSpace(f[5]), "comment_count": 0,
			"tree": object{"sha": f[0], "url": s.repoURL(r) + "/git/trees/" + f[0]}, "verification": object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil},
		},
	}
}
