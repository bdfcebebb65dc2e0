// SPDX-License-Identifier: Apache-2.0

package trust

// A Use is what a role is for.
type Use string

// The uses. No role is for two of them.
const (
	Plan  Use = "plan"  // in the GitHub environment plan-prod
	Apply Use = "apply" // in prod
	App   Use = "app"   // signing as the GitHub App, in layerbot: gate and report, where the App's key is in KMS
)

// environment returns the GitHub environment of a use for the jobs of env.
func (u Use) environment(env string) string {
	switch u {
	case Plan:
		return "plan-" + env
	case App:
		return "layerbot"
	default:
		return env
	}
}

// A Form is one of sub. A repository has one of them.
type Form string

// The forms: repo:acme/infra:… of repositories made before 2026-07-15, and repo:acme@1/infra@2:… of those that were
// made, renamed or transferred later.
const (
	Names Form = "names alone"
	IDs   Form = "ids"
)

// A Repository is one whose jobs assume roles.
type Repository struct {
	Owner, Name string
	OwnerID, ID string // numbers
	Workflow    string // job_workflow_ref of the reusable workflow, "layerbot/layerbot/.github/workflows/gitops.yml@<commit>"
	Default     string // the default branch; "" is main
}

// A Subject is a token of GitHub Actions that a role may be asked with.
type Subject struct {
	Name   string // "issue_comment, environment plan-prod"
	Form   Form   // of its sub
	Claims Claims
	Use    Use    // the role that it must be able to assume; "": none
	May    Use    // a role that it may assume where somebody wants that
	Risk   string // who has such a token, where it should assume neither role
}

// Wanted reports whether s must be able to assume a role.
func (s Subject) Wanted(u Use) bool { return s.Use == u }

// Admissible reports whether s may assume a role.
func (s Subject) Admissible(u Use) bool { return s.Use == u || s.May == u }

// Subjects returns the tokens that tell a good trust policy from a bad one, for the roles of one environment of r,
// which is applied from branch. Each is there in both forms of sub.
// https://docs.github.com/actions/reference/security/oidc
func Subjects(r Repository, env, branch string) []Subject {
	if r.Default == "" {
		r.Default = "main"
	}
	t := table{r: r, env: env, branch: branch, other: "dev"}
	if env == t.other {
		t.other = "test"
	}
	t.pin()
	for _, t.form = range []Form{Names, IDs} {
		t.running(Plan)
		t.running(App)
		t.applying()
		t.bare()
		t.strangers()
	}
	return t.all
}

// running adds jobs of every kind of run, which plan, or sign as the App, and those that pretend to.
func (t *table) running(u Use) {
	env := u.environment(t.env)
	for _, r := range []run{
		{event: "pull_request", ref: pull}, {event: "issue_comment", ref: t.main()}, {event: "merge_group", ref: t.queue()},
		{event: "schedule", ref: t.main()}, {event: "workflow_dispatch", ref: feature},
	} {
		r.environment = env
		t.add(Subject{Name: r.event + ", environment " + env, Use: u}, r)
	}
	t.add(Subject{Name: "a pull request's own workflow, environment " + env, Risk: "who may push a branch: its workflow takes the role, without the session policy that bounds a plan"},
		run{event: "pull_request", ref: pull, environment: env, workflow: t.own(pull)})
	t.add(Subject{Name: "reusable workflow at another ref, environment " + env, Risk: "who may push to that ref, or move a tag, of the workflow's repository"},
		run{event: "pull_request", ref: pull, environment: env, workflow: t.elsewhere})
}

// applying adds jobs that apply, and those that pretend to.
func (t *table) applying() {
	env := ", environment " + t.env
	t.add(Subject{Name: "push to " + t.branch + env, Use: Apply}, run{event: "push", ref: t.head(), environment: t.env})
	t.add(Subject{Name: "workflow_dispatch on " + t.branch + env, Use: Apply}, run{event: "workflow_dispatch", ref: t.head(), environment: t.env})
	comment := Subject{Name: "issue_comment, on " + t.r.Default + env, May: Apply}
	if t.r.Default == t.branch {
		comment.Use = Apply
	}
	t.add(comment, run{event: "issue_comment", ref: t.main(), environment: t.env})
	for _, bad := range []struct {
		name, risk string
		run        run
	}{
		{"workflow_dispatch on a feature branch", "who may push a branch applies what nobody reviewed", run{event: "workflow_dispatch", ref: feature}},
		{"pull_request", "who may open a pull request from a branch applies what is not merged", run{event: "pull_request", ref: pull}},
		{"merge queue", "what is queued is applied before it is merged", run{event: "merge_group", ref: t.queue()}},
		{"a tag", "who may push a tag applies any commit", run{event: "push", ref: "refs/tags/v1.0.0"}},
		{"a feature branch's own workflow", "who may push a branch: its workflow says environment: " + t.env, run{event: "push", ref: feature, workflow: t.own(feature)}},
		{"another workflow on " + t.branch, "every other workflow of the branch, and each action that it uses", run{event: "push", ref: t.head(), workflow: t.own(t.head())}},
		{"reusable workflow at another ref", "who may push to that ref, or move a tag, of the workflow's repository", run{event: "push", ref: t.head(), workflow: t.elsewhere}},
	} {
		bad.run.environment = t.env
		t.add(Subject{Name: bad.name + env, Risk: bad.risk}, bad.run)
	}
	t.add(Subject{Name: "pull_request, environment plan-" + t.other, Risk: "plans of another environment: one role for all"},
		run{event: "pull_request", ref: pull, environment: "plan-" + t.other})
	t.add(Subject{Name: "push to " + t.branch + ", environment " + t.other, Risk: "applies of another environment: one role for all"},
		run{event: "push", ref: t.head(), environment: t.other})
}

// bare adds jobs without an environment.
func (t *table) bare() {
	const pulls, pushes = "every pull request from a branch, whatever it runs", "every job of the branch, whatever it runs"
	for _, bad := range []struct {
		name, risk string
		run        run
	}{
		{"pull_request", pulls, run{event: "pull_request", ref: pull, sub: "pull_request"}},
		{"merged pull_request", pulls + ": merged or not, sub is the same", run{event: "pull_request", ref: t.head(), sub: "pull_request"}},
		{"push to " + t.r.Default, pushes, run{event: "push", ref: t.main()}},
		{"push to " + t.branch, pushes, run{event: "push", ref: t.head()}},
		{"push to a feature branch", "who may push a branch", run{event: "push", ref: feature}},
		{"a tag", "who may push a tag", run{event: "push", ref: "refs/tags/v1.0.0"}},
		{"issue_comment", "everybody who may comment: sub is that of a push to " + t.r.Default, run{event: "issue_comment", ref: t.main()}},
		{"merge queue", "what waits to be merged", run{event: "merge_group", ref: t.queue()}},
		{"schedule", pushes, run{event: "schedule", ref: t.main()}},
		{"workflow_dispatch on a feature branch", "who may push a branch", run{event: "workflow_dispatch", ref: feature}},
	} {
		t.add(Subject{Name: bad.name + ", no environment", Risk: bad.risk}, bad.run)
	}
}

// environments returns GitHub's environments of the three uses.
func (t *table) environments() []string {
	return []string{t.env, Plan.environment(t.env), App.environment(t.env)}
}

// strangers adds jobs of other repositories. They may call the reusable workflow, too, if it is public.
func (t *table) strangers() {
	repository := func(owner, ownerID, name string) *Repository {
		return &Repository{Owner: owner, OwnerID: ownerID, Name: name, ID: "987654321"}
	}
	owner, name, id := t.r.Owner, t.r.Name, t.r.OwnerID
	for _, s := range []struct {
		name, risk string
		repository *Repository
	}{
		{"another repository of the owner", "who may push to it", repository(owner, id, "not-"+name)},
		{"a repository whose name goes on", "who may push to it", repository(owner, id, name+"-evil")},
		{"an owner whose name goes on", "anybody who registers the name", repository(owner+"evil", "987654", name)},
		{"an owner whose name begins before", "anybody who registers the name", repository("evil"+owner, "987654", name)},
		{"a fork", "anybody who forks it", repository("evil", "987654", name)},
		{"another owner's repository with both names", "anybody", repository("evil", "987654", owner+"-"+name)},
		{"the same name registered again", "who registers the name once it is free", repository(owner, "987654", name)},
	} {
		for _, env := range t.environments() {
			t.add(Subject{Name: s.name + ", environment " + env, Risk: s.risk}, run{event: "push", ref: t.head(), environment: env, repository: s.repository})
		}
	}
	decoy := "refs/heads/" + owner + "/" + name
	t.add(Subject{Name: "a stranger's branch named like the repository", Risk: "anybody: * crosses / and :"},
		run{event: "push", ref: decoy, repository: repository(owner+"evil", "987654", "x")})
	for _, env := range t.environments() {
		t.add(Subject{Name: "a token for another audience, environment " + env, Risk: "whoever is sent a token for something else, if the provider lists that audience"},
			run{event: "push", ref: t.head(), environment: env, audience: "https://github.com/" + owner})
	}
}
