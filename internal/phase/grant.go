package phase

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// A granter returns the grant of a target of m whose environment has roles, or why it cannot have one.
type granter func(roles config.AWS, m *layer.Map, target layer.Target) (*aws.Grant, *Hold)

// grants returns the grants of a ticket's jobs: the plan role for what only looks, bounded to the states that a target
// reads; the apply role, where it has one, for what writes. A ticket never names both.
func (d Door) grants(t *Ticket) granter {
	return func(roles config.AWS, m *layer.Map, target layer.Target) (*aws.Grant, *Hold) {
		g := &aws.Grant{Role: roles.PlanRole, Region: roles.Region, Session: d.session(t), Seconds: int(roles.SessionDuration.Seconds())}
		if t.Work == Applying || t.Work == Unlocking {
			if g.Role = roles.ApplyRole; g.Role == "" {
				return nil, denied(fmt.Sprintf("the environment %s has a plan_role and no apply_role", target.Env),
					"add apply_role to its aws block in "+config.Path)
			}
			return g, nil
		}
		if roles.NoSessionPolicy {
			return g, nil
		}
		var held *Hold
		g.State, held = bounds(m, target)
		return g, held
	}
}

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

// bounds returns what the session of a plan may read of states, where they are kept in S3.
func bounds(m *layer.Map, target layer.Target) (*aws.State, *Hold) {
	if target.Backend != "s3" {
		return nil, nil
	}
	own, ok := m.Place(target.ID())
	if !ok {
		return nil, denied("where it keeps its state is only known when Terraform runs, so that its plan cannot be kept from other states",
			"write bucket and key into the backend block, its file or `backend { values }`; or set `session_policy = \"none\"` in the aws block of "+target.Env)
	}
	state := &aws.State{Own: object(own)}
	for _, p := range m.Reads(target.ID()) {
		if p.Backend == "s3" {
			state.Reads = append(state.Reads, object(p))
		}
	}
	return state, nil
}

func object(p layer.Place) aws.Object { return aws.Object{Bucket: p.Bucket, Key: p.Key} }

// denied is why nothing of a target is run.
func denied(message, hint string) *Hold {
	return &Hold{Kind: report.Denied, Message: message, Hint: hint}
}

// mapOf returns the map that has a target: that of the head, or for one that the change deletes that of the base.
func (s scene) mapOf(target layer.Target) *layer.Map {
	if has(s.head, target.ID()) {
		return s.head
	}
	return s.base
}

// moved returns why the state of a target must not be looked at where the change puts it: in another place than the
// base has it, where a plan would compare with a state that is not its own, or in the place of another target.
func (s scene) moved(cfg *config.Config, target layer.Target) *Hold {
	may := slices.ContainsFunc(blocksOf(cfg, target), func(b config.Layer) bool { return b.BackendMayChange })
	if may || s.mapOf(target) == s.base {
		return nil
	}
	now, known := s.head.Place(target.ID())
	before, ok := within(s.base, target.ID())
	if !ok {
		return s.taken(target, now, known)
	}
	was, ok := s.base.Place(target.ID())
	to := ""
	switch {
	case before.Backend == "": // its state was nowhere
	case before.Backend != target.Backend:
		to = fmt.Sprintf("from the backend %q to %q", before.Backend, target.Backend)
	case ok && !known:
		to = fmt.Sprintf("from %s to a place that is only known when Terraform runs", whereabouts(was))
	case ok && was != now:
		to = fmt.Sprintf("from %s to %s", whereabouts(was), whereabouts(now))
	}
	if to == "" {
		return nil
	}
	return denied("the change moves its state "+to+": a plan would compare with what is there",
		fmt.Sprintf("if that is meant, set `backend_may_change = true` in a layer block of %s on the base branch first, and move the state with `terraform init -migrate-state`", config.Path))
}

// taken returns why a new target must not be looked at: its state is that of another target, which stays.
func (s scene) taken(target layer.Target, now layer.Place, known bool) *Hold {
	if !known || target.Backend == "" {
		return nil
	}
	for _, t := range s.base.Targets {
		was, ok := s.base.Place(t.ID())
		if ok && has(s.head, t.ID()) && was == now {
			return denied(fmt.Sprintf("its state would be that of %s: %s", t, whereabouts(was)), "give the backend of "+target.String()+" a place of its own")
		}
	}
	return nil
}

// within returns the target of an ID.
func within(m *layer.Map, id string) (layer.Target, bool) {
	i := slices.IndexFunc(m.Targets, func(t layer.Target) bool { return t.ID() == id })
	if i < 0 {
		return layer.Target{}, false
	}
	return m.Targets[i], true
}

// reaches says which states a change lets the plans of targets read that they did not read before.
func (s scene) reaches(jobs []Job) []comment.Notice {
	var out []comment.Notice
	for _, j := range jobs {
		if j.Grant == nil || j.Grant.State == nil || !has(s.base, j.Target.ID()) {
			continue
		}
		before := s.base.Reads(j.Target.ID())
		for _, p := range s.mapOf(j.Target).Reads(j.Target.ID()) {
			if p.Backend == "s3" && !slices.Contains(before, p) {
				out = append(out, comment.Notice{
					Message: fmt.Sprintf("%s now reads the state %s", j.Target, whereabouts(p)),
					Hint:    "its plan was allowed to, since the change declares it; see that it should",
				})
			}
		}
	}
	return out
}

// whereabouts returns a place as an address: "`s3://bucket/key`", and the endpoint of one that is told.
func whereabouts(p layer.Place) string {
	address := "`" + p.Backend + "://" + strings.TrimPrefix(path.Join(p.Bucket, p.Key), "/") + "`"
	if p.Endpoint != "" {
		address += " at `" + p.Endpoint + "`"
	}
	return address
}
