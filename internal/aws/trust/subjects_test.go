// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var acme = Repository{Owner: "acme", Name: "infra", OwnerID: "1111111", ID: "2222222",
	Workflow: "layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567"}

// at returns the jobs that a shipped policy is about: the App's role is for the workflow of a key in KMS.
func at(u Use) []Subject {
	r := acme
	if u == App {
		r.Workflow = strings.Replace(r.Workflow, "gitops.yml", "gitops-kms.yml", 1)
	}
	return Subjects(r, "prod", "prod")
}

func shipped(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("../../../examples/aws", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// names returns those of subjects, sorted.
func names(subjects []Subject) []string {
	all := map[string]bool{}
	for _, s := range subjects {
		all[s.Name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func TestSubjectsAreToldApart(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Subjects(acme, "prod", "prod") {
		if seen[s.Name+string(s.Form)] {
			t.Errorf("%q is there twice", s.Name)
		}
		seen[s.Name+string(s.Form)] = true
		if good := s.Use != "" || s.May != ""; good == (s.Risk != "") {
			t.Errorf("%q: use %q, may %q, risk %q", s.Name, s.Use, s.May, s.Risk)
		}
		for _, claim := range []string{"iss", "aud", "sub", "ref", "repository_id", "job_workflow_ref", "event_name"} {
			if s.Claims[claim] == "" {
				t.Errorf("%q has no %s", s.Name, claim)
			}
		}
		if env, ok := s.Claims["environment"]; ok != strings.HasSuffix(s.Claims["sub"], ":environment:"+env) {
			t.Errorf("%q: environment %q, sub %s", s.Name, env, s.Claims["sub"])
		}
	}
}

// Whatever the names are, nobody unwanted has the same claims as somebody wanted.
func TestNoSubjectIsBothWantedAndNot(t *testing.T) {
	for _, c := range []struct {
		r           Repository
		env, branch string
	}{
		{acme, "prod", "prod"}, {acme, "prod", "main"}, {acme, "dev", "dev"}, {acme, "dev", "main"}, {acme, "test", "master"},
		{Repository{Owner: "a", Name: "a", OwnerID: "1", ID: "2", Workflow: "a/a/w.yml@v1", Default: "prod"}, "prod", "prod"},
		{Repository{Owner: "evil", Name: "evil", OwnerID: "1", ID: "2", Workflow: "a/a/w.yml"}, "plan", "feature"},
	} {
		all := Subjects(c.r, c.env, c.branch)
		for _, u := range []Use{Plan, Apply, App} {
			for _, good := range all {
				for _, bad := range all {
					if good.Wanted(u) && !bad.Admissible(u) && equalBut(good.Claims, bad.Claims) {
						t.Errorf("%s/%s: %q and %q are the same", c.env, c.branch, good.Name, bad.Name)
					}
				}
			}
		}
	}
}

// equalBut compares the claims that AWS can ask for.
func equalBut(a, b Claims) bool {
	return !slices.ContainsFunc(claims, func(name string) bool { return a[name] != b[name] })
}

func TestShippedPoliciesAdmitExactlyWhomTheyShould(t *testing.T) {
	for _, u := range []Use{Plan, Apply, App} {
		subjects := at(u)
		p := mustParse(t, shipped(t, "trust-"+string(u)+".json"))
		if got := p.For(subjects); got != u {
			t.Errorf("the %s role is taken for one to %q", u, got)
		}
		r := p.Review(subjects, u)
		if !r.Exact() || !r.Sound() {
			t.Errorf("%s: unwanted %v, missing %v", u, r.Unwanted, names(r.Missing))
		}
		t.Logf("%s admits %q", u, names(r.Admitted))
	}
}

// Each condition of the shipped policies is needed: without it somebody comes in.
func TestEachShippedConditionKeepsSomebodyOut(t *testing.T) {
	for _, u := range []Use{Plan, Apply, App} {
		subjects := at(u)
		whole := mustParse(t, shipped(t, "trust-"+string(u)+".json"))
		conditions := whole.statements[0].conditions
		for i, c := range conditions {
			without := &Policy{statements: []statement{{issuers: whole.statements[0].issuers,
				conditions: slices.Concat(conditions[:i], conditions[i+1:])}}}
			r := without.Review(subjects, u)
			if len(r.Unwanted) == 0 {
				t.Errorf("%s: the condition on %s keeps nobody out", u, c.claim)
			}
			for _, f := range r.Unwanted {
				if f.Claim != c.claim || !strings.Contains(f.Want, key+c.claim) {
					t.Errorf("%s without %s: %q is said to be kept out by %s", u, c.claim, f.Name, f.Want)
				}
			}
		}
	}
}

func TestFor(t *testing.T) {
	subjects := Subjects(acme, "prod", "prod")
	for condition, want := range map[string]Use{
		`{}`: Apply,
		`{"StringLike": {"` + key + `sub": "repo:acme/infra:*"}}`:                            Apply,
		`{"StringLike": {"` + key + `sub": "repo:acme/infra:environment:plan-*"}}`:           Plan,
		`{"StringEquals": {"` + key + `sub": "repo:acme/infra:pull_request"}}`:               Apply,
		`{"StringEquals": {"` + key + `sub": "repo:acme/infra:environment:plan-dev"}}`:       Plan,
		`{"StringEquals": {"` + key + `sub": "repo:acme/somethingelse:environment:prod"}}`:   "",
		`{"StringEquals": {"` + key + `job_workflow_ref": "` + acme.Workflow[:52] + `@v1"}}`: "",
	} {
		if got := mustParse(t, policy(condition)).For(subjects); got != want {
			t.Errorf("%s is for %q", condition, got)
		}
	}
}

func TestWhatIsNotToldComesFromThePolicy(t *testing.T) {
	bare := Repository{Owner: "acme", Name: "infra"}
	unknown := Repository{Owner: "acme", Name: "infra", OwnerID: "<owner id>", ID: "<repository id>", Workflow: "layerbot/layerbot/.github/workflows/gitops.yml@<commit>"}
	for name, c := range map[string]struct {
		r         Repository
		condition string
		want      Repository
	}{
		"nothing": {bare, `{}`, unknown},
		"all of it": {bare, `{"StringEquals": {"` + key + `sub": ["repo:acme/infra:x", "repo:acme@1/infra@2:x"], "` + key + `job_workflow_ref": "o/r/w.yml@v1"}}`,
			Repository{Owner: "acme", Name: "infra", OwnerID: "1", ID: "2", Workflow: "o/r/w.yml@v1"}},
		"the id":                         {bare, `{"StringEquals": {"` + key + `repository_id": "3"}}`, Repository{Owner: "acme", Name: "infra", OwnerID: "<owner id>", ID: "3", Workflow: unknown.Workflow}},
		"no wildcards":                   {bare, `{"StringLike": {"` + key + `repository_id": "3*", "` + key + `job_workflow_ref": "o/*"}}`, unknown},
		"not of others":                  {bare, `{"StringEquals": {"` + key + `sub": "repo:acme@1/infra-x@2:x"}}`, unknown},
		"not what it refuses":            {bare, `{"StringNotEquals": {"` + key + `repository_id": "3"}}`, unknown},
		"what is told is not overruled":  {acme, `{"StringEquals": {"` + key + `repository_id": "3", "` + key + `job_workflow_ref": "o/r/w.yml@v1"}}`, acme},
		"an owner that is no expression": {Repository{Owner: "a.c", Name: "x"}, `{"StringEquals": {"` + key + `sub": "repo:abc@1/x@2:x"}}`, Repository{Owner: "a.c", Name: "x", OwnerID: unknown.OwnerID, ID: unknown.ID, Workflow: unknown.Workflow}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mustParse(t, policy(c.condition)).Complete(c.r); got != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAWorkflowAtATagIsARefThatMoves(t *testing.T) {
	p := mustParse(t, strings.Replace(shipped(t, "trust-apply.json"), "@0123456789abcdef0123456789abcdef01234567", "@refs/tags/v1", 1))
	r := p.Review(Subjects(p.Complete(Repository{Owner: "acme", Name: "infra"}), "prod", "prod"), Apply)
	if len(r.Unwanted) == 0 || r.Unwanted[0].Claim != "job_workflow_ref" || !strings.Contains(r.Unwanted[0].Name, "another ref") {
		t.Errorf("%v", r.Unwanted)
	}
}

// A table is finite; what a policy names itself is looked at as well.
func TestWhatAPolicyNamesBesidesIsFound(t *testing.T) {
	subjects := Subjects(acme, "prod", "prod")
	const (
		ref, id  = `"refs/heads/prod"`, `"2222222"`
		commit   = "0123456789abcdef0123456789abcdef01234567"
		workflow = `"layerbot/layerbot/.github/workflows/gitops.yml@0123456789abcdef0123456789abcdef01234567"`
	)
	for name, c := range map[string]struct {
		old, new string
		unwanted string // its name; "" is nobody
		want     string
	}{
		"a second branch":              {ref, `[` + ref + `, "refs/heads/hotfix"]`, "a token whose ref is refs/heads/hotfix", `"` + key + `ref": ["refs/heads/prod"]`},
		"the default branch":           {ref, `[` + ref + `, "refs/heads/main"]`, "", ""}, // for comments
		"a second repository":          {id, `[` + id + `, "3"]`, "a token whose repository_id is 3", `"` + key + `repository_id": ["2222222"]`},
		"a second audience":            {`"sts.amazonaws.com"`, `["sts.amazonaws.com", "vault"]`, "a token whose aud is vault", `"` + key + `aud": ["sts.amazonaws.com"]`},
		"a second subject":             {`"repo:acme/infra:environment:prod"`, `"repo:acme/infra:environment:prod", "repo:acme/x:environment:prod"`, "a token whose sub is repo:acme/x:environment:prod", "infra@2222222"},
		"the workflow's next commit":   {workflow, `[` + workflow + `, "` + acme.Workflow[:len(acme.Workflow)-1] + `8"]`, "", ""},
		"the workflow at a tag":        {workflow, `[` + workflow + `, "` + strings.Split(acme.Workflow, "@")[0] + `@refs/tags/v1"]`, "a token whose job_workflow_ref is " + strings.Split(acme.Workflow, "@")[0] + "@refs/tags/v1", "@0123"},
		"another workflow at a commit": {workflow, `[` + workflow + `, "acme/x/w.yml@` + commit + `"]`, "a token whose job_workflow_ref is acme/x/w.yml@" + commit, "@0123"},
		"a pattern of branches": {`"StringEquals": {`, `"StringLike": {"` + key + `ref": ["refs/heads/prod", "refs/heads/release-?.*"]}, "StringEquals": {"` + key + `environment": "prod",`,
			"a token whose ref is refs/heads/release-x.anything", `"` + key + `ref": ["refs/heads/prod"]`},
		"one person only": {`"StringEquals": {`, `"StringEquals": {"` + key + `actor_id": ["1"],`, "", ""},
		"what it refuses": {`"StringEquals": {`, `"StringNotEquals": {"` + key + `ref": "refs/heads/x"}, "StringEquals": {`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := shipped(t, "trust-apply.json")
			if name == "a pattern of branches" {
				src = strings.Replace(src, `"`+key+`ref": "refs/heads/prod",`, "", 1)
			}
			changed := strings.Replace(src, c.old, c.new, 1)
			if changed == src {
				t.Fatal("nothing is changed")
			}
			got := mustParse(t, changed).Review(subjects, Apply).Unwanted
			switch {
			case c.unwanted == "" && len(got) > 0, c.unwanted != "" && len(got) != 1:
				t.Errorf("unwanted: %v", got)
			case c.unwanted != "" && (got[0].Name != c.unwanted || !strings.Contains(got[0].Want, c.want) || got[0].Risk == ""):
				t.Errorf("%q, kept out by %s", got[0].Name, got[0].Want)
			}
		})
	}
}
