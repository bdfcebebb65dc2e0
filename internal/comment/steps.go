// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"regexp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// nextSteps says what to do about a target that failed.
func (v *view) nextSteps(t *target) string {
	text, commands := v.steps(t)
	out := asSentence(text) + "\n\n"
	if address := v.Links.Jobs[t.id]; v.State == Merged && t.kind() == report.Interrupted && address != "" {
		out = link("Its job", address) + " has the log. " + out
	}
	if len(commands) > 0 {
		out += fence("", shownLines(commands)) + "\n"
	}
	return out
}

// shownLines returns commands, each on its line.
func shownLines(commands []string) string {
	var b strings.Builder
	for _, c := range commands {
		b.WriteString(shown(c, maxProse) + "\n")
	}
	return b.String()
}

// steps returns what to do about a target, and the commands for it: where an apply left a state that could not be stored, or
// a lock, they are exact.
func (v *view) steps(t *target) (text string, commands []string) {
	if v.State != Merged {
		return v.hint(t), nil
	}
	if t.Apply != nil && t.Apply.State != "" {
		return v.pushState(t)
	}
	if v.PullRequest == 0 || t.Failure == nil || t.Failure.Lock == nil || !lockID.MatchString(t.Failure.Lock.ID) {
		return v.hint(t), nil
	}
	held, unlock := holder(t.Failure.Lock), []string{"/unlock " + t.words() + " --lock-id " + t.Failure.Lock.ID}
	switch t.kind() {
	case report.Locked:
		return "The lock is held" + held + ". Wait for that run to end, then `/apply " + t.words() + "`. Only if it is dead:", unlock
	case report.Interrupted:
		return "It left the state locked" + held + ", and nothing is unlocked by itself. Once it is certain that the run is dead, this releases " +
			"the lock; then `/apply " + t.words() + "` goes on with what is left:", unlock
	default:
		return v.hint(t), nil
	}
}

// holder returns " by alice@host since 12:00 (apply)", as far as the lock tells.
func holder(l *report.Lock) string {
	s := ""
	if l.Who != "" {
		s += " by " + l.Who
	}
	if l.Created != "" {
		s += " since " + l.Created
	}
	if op := strings.ToLower(strings.TrimPrefix(l.Operation, "OperationType")); op != "" {
		s += " (" + op + ")"
	}
	return s
}

// pushState says how a state that could not be stored gets to where it belongs.
func (v *view) pushState(t *target) (text string, commands []string) {
	tool := "terraform"
	if t.Tool.Name == "tofu" {
		tool = t.Tool.Name
	}
	return "Until the state of this apply is pushed, Terraform does not know of what was carried out. It is kept, encrypted, with the run's " +
			"artifacts. Push it, then `/apply " + t.words() + "` goes on. With the layer's folder initialised for this environment:", []string{
			"age -d -i KEY_FILE " + shellWord(t.Apply.State) + " > errored.tfstate",
			tool + " -chdir=" + shellWord(t.Target.Dir) + ` state push "$PWD/errored.tfstate"`,
			"rm errored.tfstate",
		}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./-]*$`)

// shellWord returns s as one word of a shell command, whatever is in it.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// done has a fold with what an apply that did not end well carried out, in room bytes.
func (v *view) done(t *target, room int) string {
	if v.State != Merged || t.Apply == nil || len(t.Apply.Done) == 0 {
		return ""
	}
	return fold(t.progress()+" "+verb(len(t.Apply.Done), "was", "were")+" carried out", changeList(t.list, room)+"\n\n", false)
}
