// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A granter returns the grant of a target of m whose environment has roles, or why it cannot have one.
type granter func(roles config.AWS, m *layer.Map, target layer.Target) (*aws.Grant, *Hold)

// grants returns the grants of the jobs of a ticket that s is the scene of: the plan role for what only looks, bounded to
// the states that a target reads; the apply role, where it has one, for what writes. A ticket never names both.
func (d Door) grants(t *Ticket, s *scene) granter {
	return func(roles config.AWS, m *layer.Map, target layer.Target) (*aws.Grant, *Hold) {
		g := &aws.Grant{Role: roles.PlanRole, Region: roles.Region, Session: d.session(t), Seconds: int(roles.SessionDuration.Seconds())}
		if t.Work == Applying || t.Work == Unlocking {
			if g.Role = roles.ApplyRole; g.Role == "" {
				return nil, denied(fmt.Sprintf("the environment %s has a plan_role and no apply_role", target.Env), applyRoleMissing)
			}
			return g, nil
		}
		if roles.NoSessionPolicy {
			return g, nil
		}
		var held *Hold
		g.State, held = s.bounds(roles, m, target)
		return g, held
	}
}

// planOnly reports whether an environment is planned and never applied: it has a role for the one and none for the other.
func planOnly(cfg *config.Config, env string) bool {
	roles := cfg.Environment(env).AWS
	return roles != nil && roles.ApplyRole == ""
}

const applyRoleMissing = "add `apply_role` to the `aws` block of the environment in the configuration"

// session names the session of a role, which AWS's logs show: "layerbot-pr-12-4711", else "layerbot-drift-4711".
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (d Door) session(t *Ticket) string {
	name := "layerbot"
	switch {
	case t.PullRequest != 0:
		name += fmt.Sprintf("-pr-%d", t.PullRequest)
	case t.Work == Planning:
		name += "-plan"
	default:
		name += "-" + string(t.Work)
	}
	if d.Run != "" {
		name += "-" + path.Base(d.Run)
	}
	return name
}

// bounds returns what the session of a plan may read of states, where any are kept in S3: of all that its role is for, the
// target's own and those that it declares to read.
func (s *scene) bounds(roles config.AWS, m *layer.Map, target layer.Target) (*aws.State, *Hold) {
	state := &aws.State{}
	if target.Backend == "s3" {
		own, ok := m.Place(target.ID())
		if !ok {
			return nil, denied("where it keeps its state is only known when Terraform runs, so that its plan cannot be kept from other states",
				"write bucket and key into the backend block, its file or `backend { values }`; or set `session_policy = \"none\"` in the aws block of "+target.Env)
		}
		state.Own = object(own)
	}
	for _, p := range m.Reads(target.ID()) {
		if p.Backend == "s3" {
			state.Reads = append(state.Reads, object(p))
		}
	}
	named := func(bucket string) bool {
		return bucket == state.Own.Bucket || slices.ContainsFunc(state.Reads, func(o aws.Object) bool { return o.Bucket == bucket })
	}
	state.Buckets = slices.DeleteFunc(s.buckets(roles, target.Env), named)
	if state.Own == (aws.Object{}) && len(state.Reads)+len(state.Buckets) == 0 {
		return nil, nil
	}
	return state, nil
}

// buckets returns the buckets of S3 in which an environment, and those that have its plan role too, keep states: at
// either end of the change, and on the default branch, of which a change cannot take any away.
func (s *scene) buckets(roles config.AWS, env string) []string {
	var out []string
	for _, m := range []*layer.Map{s.base, s.head, s.settled} {
		if m == nil {
			continue
		}
		for _, t := range m.Targets {
			other := s.terms(t.Env).Environment(t.Env).AWS
			if p, ok := m.Place(t.ID()); ok && p.Backend == "s3" && (t.Env == env || other != nil && other.PlanRole == roles.PlanRole) {
				out = append(out, p.Bucket)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func object(p layer.Place) aws.Object { return aws.Object{Bucket: p.Bucket, Key: p.Key} }

// denied is why nothing of a target is run.
func denied(message, hint string) *Hold {
	return &Hold{Kind: report.Denied, Message: message, Hint: hint}
}

// reserved returns why nothing is run for a target of such a name. Its jobs would be in the GitHub environment with the App's
// key ("layerbot"), or its apply in that of another environment's plans ("plan-prod"), and have what AWS gives these: the name
// of a job's environment is what trust policies go by. GitHub takes capital letters for small ones. And what cannot be seen
// in a name makes two of one: jobs are handed their targets one a line.
func (s scene) reserved(target layer.Target) *Hold {
	name := strings.ToLower(target.Env)
	switch {
	case s.grant == nil:
		return nil
	case strings.ContainsFunc(target.ID(), func(r rune) bool { return !unicode.IsPrint(r) }), strings.TrimSpace(name) != name:
		return denied(fmt.Sprintf("the name %q has something in it that cannot be seen", target.ID()), "rename the folder or the file that it comes from")
	case name == "layerbot", strings.HasPrefix(name, "layerbot-"), strings.HasPrefix(name, "plan-"):
		return denied(fmt.Sprintf("the environment %q has a name that Layerbot keeps for its own jobs", target.Env), "call it something else than layerbot, layerbot-… and plan-…")
	default:
		return nil
	}
}

// mapOf returns the map that has a target: that of the head, or for one that the change deletes that of the base.
func (s scene) mapOf(target layer.Target) *layer.Map {
	if has(s.head, target.ID()) {
		return s.head
	}
	return s.base
}

// reaches says which states a change lets the plans of targets read that they did not read before.
func (s scene) reaches(jobs []Job) []comment.Notice {
	var out []comment.Notice
	for _, j := range jobs {
		if j.Grant == nil || j.Grant.State == nil {
			continue
		}
		id, m := j.Target.ID(), s.mapOf(j.Target)
		before := s.base.Reads(id)
		for _, p := range m.Reads(id) {
			if p.Backend == "s3" && !slices.Contains(before, p) {
				out = append(out, comment.Notice{
					Message: fmt.Sprintf("%s now reads the state %s", j.Target, whereabouts(p)),
					Hint:    "its plan was allowed to, since the change declares it; see that it should",
				})
			}
		}
		own, known := m.Place(id)
		if !known || has(s.base, id) {
			continue
		}
		if t, was := s.keeper(own, func(t layer.Target) bool { return t.ID() != id }); was != (layer.Place{}) {
			out = append(out, comment.Notice{
				Message: fmt.Sprintf("%s has its state where %s had it: %s", j.Target, t, whereabouts(was)),
				Hint:    "so it should be if that was renamed",
			})
		}
	}
	return out
}
