package main

import (
	"fmt"
	"slices"
	"strings"
)

// A want is what a scene must lead to. Everything is checked; what is empty must not happen.
type want struct {
	Targets  []string          // exactly these are planned
	Failed   []string          // these of them fail
	Refused  string            // part of the reason why nothing is done
	Comments int               // how many comments of Layerbot the pull request has afterwards
	Says     []string          // parts of the comment that was written or edited
	Lacks    []string          // what that comment must not hold
	Reaction string            // that the asking comment ends with
	Checks   map[string]string // how the checks on the head end: conclusion and the beginning of the title
	Silent   bool              // not one request to the API
}

// check returns what is not as wanted.
func (w want) check(p *pull, r *run, changed []*remark, bot string) []string {
	var problems []string
	miss := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	var planned, failed []string
	for _, j := range r.Plans {
		planned = append(planned, j.Name)
		if j.Exit != 0 {
			failed = append(failed, j.Name)
		}
	}
	for _, j := range []*job{r.Gate, r.Report} {
		if j == nil || j.Exit != 0 {
			miss("gate and report must both run and end well: %+v", j)
		}
	}
	if !slices.Equal(planned, w.Targets) {
		miss("planned are %v, not %v", planned, w.Targets)
	}
	if !slices.Equal(failed, w.Failed) {
		miss("failed are %v, not %v", failed, w.Failed)
	}
	switch refusal := r.Ticket.Refusal; {
	case refusal == nil && w.Refused != "":
		miss("nothing was refused")
	case refusal != nil && (w.Refused == "" || !strings.Contains(refusal.Message, w.Refused)):
		miss("refused: %s", refusal.Message)
	}
	if w.Silent && r.Calls > 0 {
		miss("%d requests were made to the API, where none is due", r.Calls)
	}
	problems = append(problems, w.checkComments(p, changed, bot)...)
	conclusions := map[string]string{}
	for _, c := range p.Checks() {
		conclusions[c.Name] = c.Conclusion + " " + c.Title
	}
	if len(conclusions) != len(w.Checks) {
		miss("the checks are %v, not %v", conclusions, w.Checks)
	}
	for name, conclusion := range w.Checks {
		if !strings.HasPrefix(conclusions[name], conclusion) {
			miss("check %q is %q, not %q", name, conclusions[name], conclusion)
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
