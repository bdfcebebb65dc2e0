// SPDX-License-Identifier: Apache-2.0

// Package comment knows the conversation on a pull request: it reads commands
// out of comment texts and writes the one living comment. It is pure: text and
// data in, text out; no network, no files, no clock.
package comment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// Verb is what a command asks for.
type Verb string

// The verbs of the closed grammar.
const (
	Plan   Verb = "plan"
	Apply  Verb = "apply"
	Scan   Verb = "scan"
	Unlock Verb = "unlock"
	Layers Verb = "layers"
	Help   Verb = "help"
)

var verbs = []Verb{Plan, Apply, Scan, Unlock, Layers, Help}

// maxWords keeps one comment from naming more than a repository can hold.
const maxWords = 256

// A Command is what a person asked the bot to do. Words holds layer and environment names in the order
// given, not yet resolved against what exists (the parser cannot know which is which).
type Command struct {
	Verb   Verb        `json:"verb"`
	Words  []string    `json:"words,omitempty"`
	All    bool        `json:"all,omitempty"` // the word "all" was given
	Mode   report.Mode `json:"mode"`
	LockID string      `json:"lock_id,omitempty"` // of /unlock LAYER ENV --lock-id ID
}

// Parse returns the command in body. ok is false if body addresses no command to the bot,
// which is the common case and not an error. The error is a *SyntaxError, fit to be
// shown to the person; ok is true beside it.
//
// Only the first line that is not blank counts, and only if it begins with a slash: quoted lines, code
// blocks (fenced or indented) and commands further down are talk about commands. A slash and a word that
// is no verb belongs to another bot ("/lgtm", "/planet") unless one slip of a finger makes it a verb of
// ours ("/pln", "/paln", "/Plan"); only then is it answered.
func Parse(body string) (cmd Command, ok bool, err error) {
	line := firstLine(body)
	if !strings.HasPrefix(line, "/") {
		return Command{}, false, nil
	}
	args := split(line[1:])
	if len(args) == 0 || !strings.HasPrefix(line[1:], args[0]) {
		return Command{}, false, nil
	}
	verb, known := Verb(args[0]), slices.Contains(verbs, Verb(args[0]))
	if !known {
		near, ok := slip(args[0])
		if !ok {
			return Command{}, false, nil
		}
		return Command{}, true, &SyntaxError{
			Problem: "There is no command /" + show(args[0]) + ".",
			Advice:  "Did you mean `/" + string(near) + "`? `/help` lists the commands.",
		}
	}
	cmd, err = ParseArgs(verb, args[1:])
	return cmd, true, err
}

// ParseArgs reads a command line's words as the comment's ("compute", "prod", "--destroy"): one grammar for both.
// An error is a *SyntaxError.
func ParseArgs(verb Verb, args []string) (Command, error) {
	if !slices.Contains(verbs, verb) {
		return Command{}, &SyntaxError{
			Problem: "There is no command /" + show(string(verb)) + ".",
			Advice:  "Did you mean `/" + nearest(string(verb), names(verbs)) + "`? `/help` lists the commands.",
		}
	}
	cmd := Command{Verb: verb}
	for len(args) > 0 {
		rest, err := cmd.take(args)
		if err != nil {
			return Command{}, err
		}
		args = rest
	}
	if err := cmd.check(); err != nil {
		return Command{}, err
	}
	return cmd, nil
}

// take reads the first of args, and its value if it is a flag that has one, and returns what follows.
func (c *Command) take(args []string) (rest []string, err error) {
	arg, rest := args[0], args[1:]
	if startsWithDash(arg) {
		return c.takeFlag(arg, rest)
	}
	if arg == "all" {
		c.All = true
		return rest, nil
	}
	if err := checkWord(arg); err != nil {
		return nil, err
	}
	if len(c.Words) == maxWords {
		return nil, &SyntaxError{Problem: fmt.Sprintf("More than %d names in one command.", maxWords),
			Advice: "Use `all` or a glob such as `data-*`."}
	}
	c.Words = append(c.Words, arg)
	return rest, nil
}

// check refuses words and flags that make no sense together, as Terraform would, before anything is run.
func (c *Command) check() error {
	switch c.Verb {
	case Layers, Help:
		if len(c.Words) > 0 || c.All {
			return &SyntaxError{Problem: "/" + string(c.Verb) + " takes no names.", Advice: "Comment `/" + string(c.Verb) + "` alone."}
		}
	case Unlock:
		if len(c.Words) != 2 || c.All || strings.ContainsAny(c.Words[0]+c.Words[1], "*?") {
			return &SyntaxError{Problem: "/unlock takes exactly one layer and one environment.",
				Advice: "For example `/unlock compute prod --lock-id ID`."}
		}
	case Plan, Apply, Scan:
	}
	m := c.Mode
	switch {
	case m.Destroy && m.RefreshOnly:
		return &SyntaxError{Problem: "--destroy and --refresh-only exclude each other.", Advice: "Leave one of them out."}
	case len(m.Replace) > 0 && (m.Destroy || m.RefreshOnly):
		return &SyntaxError{Problem: "--replace works in an ordinary plan only.", Advice: "Leave out --destroy and --refresh-only."}
	}
	return nil
}

// String returns the command as a person would type it: Parse(c.String()) is c for every c that Parse
// returned, with "all" before the names.
func (c Command) String() string {
	parts := []string{"/" + string(c.Verb)}
	if c.All {
		parts = append(parts, "all")
	}
	parts = append(parts, c.Words...)
	if c.Mode.RefreshOnly {
		parts = append(parts, "--refresh-only")
	}
	if c.Mode.Destroy {
		parts = append(parts, "--destroy")
	}
	for _, address := range c.Mode.Targets {
		parts = append(parts, "--target", address)
	}
	for _, address := range c.Mode.Replace {
		parts = append(parts, "--replace", address)
	}
	if c.LockID != "" {
		parts = append(parts, "--lock-id", c.LockID)
	}
	return strings.Join(parts, " ")
}
