// SPDX-License-Identifier: Apache-2.0

package githubtest

import (
	"net/url"
	"regexp"
	"strings"
)

// A route is one operation GitHub has and Layerbot may use.
type route struct {
	method, template string
	needs            []need // any one of them; none is App authentication or a token alone
	byApp            bool   // authenticated by the App's JWT
	public           bool   // without authentication
	page             bool   // for browsers, and not in GitHub's description
	query            string // names of the query parameters, by spaces
	handle           func(*call) reply

	pattern *regexp.Regexp
}

// A need is a permission with its level.
type need struct{ permission, level string }

func (n need) metBy(granted map[string]string) bool {
	have := granted[n.permission]
	return have == n.level || have == "write" && n.level == "read"
}

// Which permission an operation needs: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
// Comments on a pull request take either permission; reactions on them take Issues alone.
var (
	metadata     = []need{{"metadata", "read"}}
	contents     = []need{{"contents", "read"}}
	members      = []need{{"members", "read"}}
	pullsRead    = []need{{"pull_requests", "read"}}
	commentRead  = []need{{"pull_requests", "read"}, {"issues", "read"}}
	commentWrite = []need{{"pull_requests", "write"}, {"issues", "write"}}
	issuesRead   = []need{{"issues", "read"}}
	issuesWrite  = []need{{"issues", "write"}}
	checksRead   = []need{{"checks", "read"}}
	checksWrite  = []need{{"checks", "write"}}
	deployRead   = []need{{"deployments", "read"}}
	deployWrite  = []need{{"deployments", "write"}}
	scanWrite    = []need{{"security_events", "write"}}
	actionsRead  = []need{{"actions", "read"}}
	secretsRead  = []need{{"secrets", "read"}}
	envRead      = []need{{"environments", "read"}}
	adminRead    = []need{{"administration", "read"}}
)

const (
	repo = "/repos/{owner}/{repo}"
	env  = repo + "/environments/{environment_name}"
)

var routes = compile([]route{
	{method: "GET", template: "/app", byApp: true, handle: getApp},
	{method: "GET", template: "/app/installations", byApp: true, query: "per_page page since outdated", handle: listInstallations},
	{method: "GET", template: "/app/installations/{installation_id}", byApp: true, handle: getInstallation},
	{method: "POST", template: "/app/installations/{installation_id}/access_tokens", byApp: true, handle: createToken},
	{method: "GET", template: repo + "/installation", byApp: true, handle: getRepoInstallation},
	{method: "DELETE", template: "/installation/token", handle: deleteToken},
	{method: "GET", template: "/orgs/{org}/teams/{team_slug}/memberships/{username}", needs: members, handle: getMembership},

	{method: "GET", template: repo, needs: metadata, handle: getRepo},
	{method: "GET", template: repo + "/collaborators/{username}/permission", needs: metadata, handle: getPermission},

	{method: "GET", template: repo + "/pulls", needs: pullsRead, query: "state head base sort direction per_page page", handle: listPulls},
	{method: "GET", template: repo + "/pulls/{pull_number}", needs: pullsRead, handle: getPull},
	{method: "GET", template: repo + "/pulls/{pull_number}/reviews", needs: pullsRead, query: "per_page page", handle: listReviews},
	{method: "GET", template: repo + "/commits/{commit_sha}/pulls", needs: pullsRead, query: "per_page page", handle: listPullsOfCommit},

	{method: "GET", template: repo + "/issues", needs: issuesRead, query: "state labels sort direction per_page page", handle: listIssues},
	{method: "POST", template: repo + "/issues", needs: issuesWrite, handle: createIssue},
	{method: "GET", template: repo + "/issues/comments", needs: commentRead, query: "sort direction since per_page page", handle: listRepoComments},
	{method: "GET", template: repo + "/issues/comments/{comment_id}", needs: commentRead, handle: getComment},
	{method: "PATCH", template: repo + "/issues/comments/{comment_id}", needs: commentWrite, handle: updateComment},
	{method: "DELETE", template: repo + "/issues/comments/{comment_id}", needs: commentWrite, handle: deleteComment},
	{method: "GET", template: repo + "/issues/comments/{comment_id}/reactions", needs: issuesRead, query: "content per_page page", handle: listReactions},
	{method: "POST", template: repo + "/issues/comments/{comment_id}/reactions", needs: issuesWrite, handle: createReaction},
	{method: "GET", template: repo + "/issues/{issue_number}/comments", needs: commentRead, query: "since per_page page", handle: listComments},
	{method: "POST", template: repo + "/issues/{issue_number}/comments", needs: commentWrite, handle: createComment},
	{method: "GET", template: repo + "/issues/{issue_number}", needs: issuesRead, handle: getIssue},
	{method: "PATCH", template: repo + "/issues/{issue_number}", needs: issuesWrite, handle: updateIssue},

	{method: "POST", template: repo + "/check-runs", needs: checksWrite, handle: createCheck},
	{method: "GET", template: repo + "/check-runs/{check_run_id}", needs: checksRead, handle: getCheck},
	{method: "PATCH", template: repo + "/check-runs/{check_run_id}", needs: checksWrite, handle: updateCheck},
	{method: "GET", template: repo + "/check-runs/{check_run_id}/annotations", needs: checksRead, query: "per_page page", handle: listAnnotations},
	{method: "GET", template: repo + "/commits/{ref}/check-runs", needs: checksRead, query: "check_name status filter per_page page app_id", handle: listChecks},

	{method: "GET", template: repo + "/deployments", needs: deployRead, query: "sha ref task environment per_page page", handle: listDeployments},
	{method: "POST", template: repo + "/deployments", needs: deployWrite, handle: createDeployment},
	{method: "GET", template: repo + "/deployments/{deployment_id}", needs: deployRead, handle: getDeployment},
	{method: "GET", template: repo + "/deployments/{deployment_id}/statuses", needs: deployRead, query: "per_page page", handle: listStatuses},
	{method: "POST", template: repo + "/deployments/{deployment_id}/statuses", needs: deployWrite, handle: createStatus},

	{method: "POST", template: repo + "/code-scanning/sarifs", needs: scanWrite, handle: uploadSARIF},

	{method: "GET", template: repo + "/commits/{ref}", needs: contents, query: "per_page page", handle: getCommit},
	{method: "GET", template: repo + "/git/ref/{ref}", needs: contents, handle: getRef},
	{method: "GET", template: repo + "/contents/{path}", needs: contents, query: "ref", handle: getContents},

	{method: "GET", template: repo + "/environments", needs: actionsRead, query: "per_page page", handle: listEnvironments},
	{method: "GET", template: env + "/deployment-branch-policies", needs: actionsRead, query: "per_page page", handle: listBranchPolicies},
	{method: "GET", template: env + "/secrets", needs: envRead, query: "per_page page", handle: listEnvironmentSecrets},
	{method: "GET", template: repo + "/actions/secrets", needs: secretsRead, query: "per_page page", handle: listSecrets},
	{method: "GET", template: repo + "/actions/organization-secrets", needs: secretsRead, query: "per_page page", handle: listSharedSecrets},
	{method: "GET", template: repo + "/rules/branches/{branch}", needs: metadata, query: "per_page page", handle: listRules},
	{method: "GET", template: repo + "/branches/{branch}/protection/required_status_checks", needs: adminRead, handle: getRequiredChecks},

	{method: "POST", template: "/app-manifests/{code}/conversions", public: true, handle: convertManifest},
})

var variable = regexp.MustCompile(`\{(\w+)\}`)

func compile(rs []route) []route {
	for i := range rs {
		rs[i].pattern = regexp.MustCompile("^" + variable.ReplaceAllStringFunc(rs[i].template, func(v string) string {
			name := strings.Trim(v, "{}")
			if name == "ref" || name == "path" { // these hold slashes
				return "(?P<" + name + ">.+)"
			}
			return "(?P<" + name + ">[^/]+)"
		}) + "$")
	}
	return rs
}

// find returns the route of a request, by its path as it was sent, and the variables in the path; nil if GitHub, as far as
// we know it, has none.
func find(method, path string) (*route, map[string]string) {
	for _, table := range [][]route{routes, pages} {
		for i := range table {
			r := &table[i]
			if r.method != method {
				continue
			}
			if m := r.pattern.FindStringSubmatch(path); m != nil {
				vars := map[string]string{}
				for j, name := range r.pattern.SubexpNames() {
					vars[name], _ = url.PathUnescape(m[j]) // a URL's own escapes are always well formed
				}
				return r, vars
			}
		}
	}
	return nil, nil
}
