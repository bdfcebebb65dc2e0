// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/github"
)

// A want is what a scene must lead to. Everything is checked; what is empty must not happen.
type want struct {
	Targets  []string          // exactly these are planned
	Waves    [][]string        // exactly these are applied, in this order
	Exits    map[string]int    // the exit codes of these jobs, where it is not 0: targets, and "report"
	Refused  string            // part of the reason why nothing is done
	Comments int               // how many comments of Layerbot the pull request has afterwards
	Says     []string          // parts of the comment that was written or edited
	Lacks    []string          // what that comment must not hold
	Reaction string            // that the asking comment ends with
	Checks   map[string]string // how the checks on the head end: conclusion and the beginning of the title
	Applied  map[string]string // the same, on the commit that was applied
	Deployed map[string]string // the state of the last deployment of each of these targets
	Silent   bool              // not one request to the API
}

// check returns what is not as wanted.
func (w want) check(p *pull, r *run, changed []*remark, s *stage) []string {
	var problems []string
	miss := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	if r.Report == nil {
		miss("report must run")
	}
	problems = append(problems, w.checkJobs(r)...)
	switch refusal := r.Ticket.Refusal; {
	case refusal == nil && w.Refused != "":
		miss("nothing was refused")
	case refusal != nil && (w.Refused == "" || !strings.Contains(refusal.Message, w.Refused)):
		miss("refused: %s", refusal.Message)
	}
	if w.Silent && r.Calls > 0 {
		miss("%d requests were made to the API, where none is due", r.Calls)
	}
	problems = append(problems, w.checkComments(p, changed, s.bot())...)
	problems = append(problems, compare("the checks", w.Checks, conclusions(p.Checks()))...)
	if r.applies() {
		problems = append(problems, compare("the checks of what was applied", w.Applied, conclusions(s.checks(r.Ticket.Head)))...)
	}
	deployed := map[string]string{}
	for _, d := range s.deployments() {
		if _, ok := w.Deployed[d.Target]; ok {
			deployed[d.Target] = d.State
		}
	}
	return append(problems, compare("the deployments", w.Deployed, deployed)...)
}

// checkJobs returns what is not as wanted about the jobs.
func (w want) checkJobs(r *run) []string {
	var problems []string
	waves := w.Waves
	if len(w.Targets) > 0 {
		waves = [][]string{w.Targets}
	}
	var ran [][]string
	exits := map[string]int{}
	for _, jobs := range r.Waves {
		var names []string
		for _, j := range jobs {
			names = append(names, j.Name)
		}
		ran = append(ran, names)
	}
	for _, j := range r.jobs() {
		if j.Exit != 0 {
			exits[j.Name] = j.Exit
		}
	}
	if !slices.EqualFunc(ran, waves, slices.Equal[[]string]) {
		problems = append(problems, fmt.Sprintf("run are %v, not %v", ran, waves))
	}
	if !maps.Equal(exits, w.Exits) {
		problems = append(problems, fmt.Sprintf("the exit codes are %v, not %v", exits, w.Exits))
	}
	return problems
}

// conclusions returns the conclusion and the title of each check by its name.
func conclusions(checks []github.Check) map[string]string {
	out := map[string]string{}
	for _, c := range checks {
		out[c.Name] = c.Conclusion + " " + c.Title
	}
	return out
}

// compare says where is differs from wanted: each value must begin as wanted.
func compare(what string, wanted, is map[string]string) (problems []string) {
	if len(is) != len(wanted) {
		problems = append(problems, fmt.Sprintf("%s are %v, not %v", what, is, wanted))
	}
	for name, begin := range wanted {
		if !strings.HasPrefix(is[name], begin) {
			problems = append(problems, fmt.Sprintf("%s: %q is %q, not %q", what, name, is[name], begin))
		}
	}
	return problems
}

// checkComments returns what is not as wanted about the comments and the reaction.
func (w want) checkComments(p *pull, changed []*remark, bot string) []string {
	var problems []string
	miss := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	text, comments := "", 0
	for _, r := range changed {
		text += r.Body
	}
	for _, e := range p.Log {
		if e.Comment == nil {
			continue
		}
		if e.Comment.Author.Login == bot {
			comments++
		}
		if p.Asked != 0 && e.Comment.ID == p.Asked && e.Comment.Reactions[w.Reaction] != 1 {
			miss("the comment that asked has the reactions %v, not %s", e.Comment.Reactions, w.Reaction)
		}
	}
	if comments != w.Comments {
		miss("the pull request has %d comments of Layerbot, not %d", comments, w.Comments)
	}
	if len(changed) > 1 || (len(changed) == 1) != (len(w.Says) > 0) {
		miss("%d comments were written or edited", len(changed))
	}
	for _, part := range w.Says {
		if !strings.Contains(text, part) {
			miss("the comment does not say %q", part)
		}
	}
	for _, part := range w.Lacks {
		if strings.Contains(text, part) {
			miss("the comment says %q", part)
		}
	}
	return problems
}
