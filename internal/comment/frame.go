// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// The parts of the comment that always stay. Each takes the most bytes it may have.

func short(sha string) string {
	if len(sha) > 7 && isHex(sha) {
		sha = sha[:7]
	}
	return sha
}

func (v *view) headline() string {
	symbol, text := v.outcome()
	head := "## " + symbol + " " + literal(text)
	if v.Head != "" {
		head += " · " + code(short(v.Head))
	}
	out := head + "\n\n"
	switch rollup := v.rollup(); {
	case v.blocked():
		out += v.obstacle()
	case v.State != Closed && v.State != Superseded && len(v.targets) == 0 && v.missing > 0:
		out += "Silence is no success: see the run for what happened to the jobs.\n\n"
	case rollup == "" && (len(v.Earlier) > 0 || v.State == Closed):
	case rollup == "":
		out += v.nothing() + "\n\n"
	default:
		out += "**" + strings.Replace(rollup, ":", "**:", 1)
		if t := v.sum(); t != "" {
			out += " · " + t
		}
		out += "\n\n"
	}
	if v.Command != "" {
		out += "Answers " + code(v.Command) + ".\n\n"
	}
	return out
}

// nothing says why there is no target at all.
func (v *view) nothing() string {
	switch v.State {
	case Merged:
		return "No target is pending: the inputs of each are those of its last apply."
	case Drifting, Scanned:
		return "There is no target to look at."
	default:
		return "The changed files belong to no layer that is planned here."
	}
}

// obstacle says why planning could not begin: a message of several lines keeps them, as the place in a file needs.
func (v *view) obstacle() string {
	message, hint := v.Blocked.Message, v.Blocked.Hint
	if !strings.Contains(message, "\n") {
		return sentence(message, hint) + "\n\n"
	}
	if hint != "" {
		hint = asSentence(hint) + "\n\n"
	}
	return fence("text", lines(clip(message, maxObstacle))) + "\n" + hint
}

// maxObstacle is the most bytes of a message of several lines.
const maxObstacle = 4000

func (v *view) notes(room int) string {
	var b strings.Builder
	if v.State == Superseded {
		b.WriteString(quote("[!IMPORTANT]\nThis is the plan of an older commit. It grants nothing; the newer commit is planned by itself.") + "\n")
	}
	if why := v.grantsNothing(); why != "" {
		b.WriteString(quote("[!NOTE]\n**What if: this plan grants nothing.** "+asSentence(why)) + "\n")
	}
	if len(v.Notices) > 0 {
		b.WriteString(quote("[!WARNING]\n"+v.capped(len(v.Notices), room, func(i int) string {
			return "- " + sentence(v.Notices[i].Message, v.Notices[i].Hint) + "\n"
		})) + "\n")
	}
	return b.String()
}

// sentence returns a message and the hint behind it.
func sentence(message, hint string) string {
	return strings.TrimSpace(asSentence(message) + " " + asSentence(hint))
}

// capped joins items as long as they fit into room bytes and says how many more there are.
func (v *view) capped(n, room int, item func(i int) string) string {
	var b strings.Builder
	for i := range n {
		s := item(i)
		if b.Len()+len(s) > room {
			v.cut = true
			fmt.Fprintf(&b, "- and %s more: full list in %s\n", number(n-i), v.where())
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// footer ends the comment: what to type next, where to look, what made it.
func (v *view) footer() string {
	var b strings.Builder
	b.WriteString("---\n\n" + v.acceptAll())
	if v.Next != "" && !v.idle() {
		b.WriteString(v.prompt(v.purpose(), v.Next) + "\n")
	}
	var links []string
	for _, l := range []struct{ text, address string }{{"Run", v.Links.Run}, {"Checks", v.Links.Checks}, {"Full report", v.Links.Report}} {
		if l.address != "" {
			links = append(links, link(l.text, l.address))
		}
	}
	if len(links) > 0 {
		b.WriteString(strings.Join(links, " · ") + "\n\n")
	}
	b.WriteString("<sub>" + strings.Join(v.tools(), " · ") + "</sub>\n")
	return b.String()
}

// prompt says how a command is given, and what for: in a comment, or to the workflow where no pull request can be commented on.
func (v *view) prompt(what, command string) string {
	if v.PullRequest != 0 || v.BaseRef == "" {
		return what + ":\n\n" + fence("", shown(command, maxProse))
	}
	verb, targets, _ := strings.Cut(strings.TrimPrefix(command, "/"), " ")
	how := what + ": run the workflow by hand on the branch " + code(v.BaseRef) + ", its input `command` being " + code(verb)
	if targets == "" {
		return how + ".\n"
	}
	return how + " and its input `targets`:\n\n" + fence("", shown(targets, maxProse))
}

// idle reports whether there is nothing that could be planned again.
func (v *view) idle() bool { return len(v.all())+v.missing+len(v.Earlier) == 0 && !v.blocked() }

// purpose says what the next command is for.
func (v *view) purpose() string {
	switch {
	case v.failed+v.missing > 0 || v.blocked():
		return "Try again"
	case v.State == Merged && v.waiting+v.earlierNotApplied() > 0:
		return "Apply what is left"
	case v.State == Scanned:
		return "Scan again"
	case v.State == Merged && v.stopped > 0 && v.acceptable() == 0:
		return "Plan and ask the policies again"
	case v.State == Merged && v.stopped > 0:
		return "Plan and compare again, accepting nothing"
	case v.State == Merged:
		return "Next"
	}
	return "Plan again"
}

// maxTools is how many versions the footer names.
const maxTools = 8

// tools returns what planned, each with its version: Terraform first, then the providers, then Layerbot.
func (v *view) tools() []string {
	tools, providers := map[string]bool{}, map[string]bool{}
	for _, t := range v.all() {
		if t.Tool.Name != "" {
			tools[strings.TrimSpace(t.Tool.Name+" "+t.Tool.Version)] = true
		}
		for name, version := range t.Tool.Providers {
			providers[name[strings.LastIndex(name, "/")+1:]+" "+version] = true
		}
		if t.scan == nil {
			continue
		}
		for _, s := range t.scan.Tools {
			if s.State == report.Ran {
				providers[strings.TrimSpace(s.Tool+" "+s.Version)] = true
			}
		}
	}
	list := append(slices.Sorted(maps.Keys(tools)), slices.Sorted(maps.Keys(providers))...)
	var out []string
	for i, s := range list {
		if i == maxTools {
			out = append(out, number(len(list)-i)+" more")
			break
		}
		out = append(out, code(s))
	}
	return append(out, code(strings.TrimSpace("layerbot "+v.Version)))
}
