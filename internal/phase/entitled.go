// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/github"
	"github.com/layerbot/layerbot/internal/report"
)

// teamPermissions are those of a token that can look into teams and do nothing else.
var teamPermissions = github.Permissions{"metadata": "read", "members": "read"}

// entitled refuses a command to who may not apply in one of the environments. A push needs nobody's word: whoever
// could merge to the branch may apply from it.
func (m *merge) entitled(ctx context.Context, chosen []candidate) error {
	if m.ask.actor == "" {
		return nil
	}
	var envs []string
	for _, c := range chosen {
		if !slices.Contains(envs, c.Env) {
			envs = append(envs, c.Env)
		}
	}
	return m.door.entitled(ctx, m.ask, m.cfg, envs)
}

func (d Door) entitled(ctx context.Context, a ask, cfg *config.Config, envs []string) error {
	for _, env := range envs {
		appliers := cfg.Environment(env).Appliers
		if len(appliers) == 0 {
			continue
		}
		ok, err := d.admits(ctx, a, appliers)
		if err != nil {
			return err
		}
		if !ok {
			return refuse(fmt.Sprintf("@%s is not among the appliers of %s", a.actor, env),
				"ask one of them to comment the same: "+strings.Join(mentions(appliers), ", "))
		}
	}
	return nil
}

// mentions returns logins and teams as people read them, without calling anyone.
func mentions(appliers []string) []string {
	out := make([]string, len(appliers))
	for i, a := range appliers {
		out[i] = "`" + a + "`"
	}
	return out
}

// admits reports whether who asks is one of appliers, or a member of one of the teams among them.
func (d Door) admits(ctx context.Context, a ask, appliers []string) (bool, error) {
	if slices.ContainsFunc(appliers, func(login string) bool { return strings.EqualFold(login, a.actor) }) {
		return true, nil
	}
	if !slices.ContainsFunc(appliers, func(s string) bool { return strings.HasPrefix(s, "@") }) {
		return false, nil
	}
	gh, err := d.Open(ctx, teamPermissions)
	if err != nil {
		return false, err
	}
	defer d.close(ctx, gh)
	for _, applier := range appliers {
		org, slug, ok := strings.Cut(strings.TrimPrefix(applier, "@"), "/")
		if !ok {
			continue
		}
		member, err := gh.TeamMember(ctx, org, slug, a.actor)
		if err != nil || member {
			return member, err
		}
	}
	return false, nil
}

// unapproved returns why the reviews of a pull request do not suffice; nil if they do, or none are required. What
// counts is the latest word of each person who may write and is not the author, on the commit that was merged.
func (m *merge) unapproved(ctx context.Context, env config.Environment, number int) (*Hold, error) {
	if !slices.Contains(env.Require, "approved") {
		return nil, nil
	}
	hold := func(why string) *Hold {
		return &Hold{
			Kind: report.Unapproved, Message: fmt.Sprintf("%s requires an approval: %s", env.Name, why),
			Hint: "have someone with write access, who is not the author, approve the pull request, then comment `/apply` on it",
		}
	}
	if number == 0 {
		return hold("nobody reviewed this change in a pull request"), nil
	}
	known, ok := m.memory.approvals[number]
	if !ok {
		var err error
		if known, err = m.approval(ctx, number); err != nil {
			return nil, err
		}
		if m.memory.approvals == nil {
			m.memory.approvals = map[int]string{}
		}
		m.memory.approvals[number] = known
	}
	if known == "" {
		return nil, nil
	}
	return hold(known), nil
}

// approval returns what is missing for a pull request to count as approved; "" if nothing is.
func (m *merge) approval(ctx context.Context, number int) (missing string, err error) {
	merges, err := m.memory.list(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(merges, func(p *github.PullRequest) bool { return p.Number == number })
	if i < 0 {
		return fmt.Sprintf("#%d is not among the pull requests that were merged lately", number), nil
	}
	pull := merges[i]
	reviews, err := m.gh.Reviews(ctx, number)
	if err != nil {
		return "", err
	}
	missing = fmt.Sprintf("#%d has none on the commit that was merged (%.7s)", number, pull.HeadSHA)
	for _, r := range reviews {
		if r.User.ID == pull.Author.ID || r.User.Type != "User" || r.State == "DISMISSED" {
			continue
		}
		permission, err := m.gh.Permission(ctx, r.User.Login)
		if err != nil {
			return "", err
		}
		switch writes := permission == "write" || permission == "admin"; {
		case writes && r.State == "CHANGES_REQUESTED":
			return fmt.Sprintf("@%s requested changes on #%d", r.User.Login, number), nil
		case writes && r.State == "APPROVED" && r.HeadSHA == pull.HeadSHA:
			missing = ""
		}
	}
	return missing, nil
}
