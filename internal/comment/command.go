// Package comment knows the conversation on a pull request: it reads commands
// out of comment texts and writes the one living comment. It is pure: text and
// data in, text out; no network, no files, no clock.
package comment

import "github.com/layerbot/layerbot/internal/report"

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
func Parse(body string) (cmd Command, ok bool, err error) { panic("being written") }

// ParseArgs reads a command line's words as the comment's ("compute", "prod", "--destroy"): one grammar for both.
func ParseArgs(verb Verb, args []string) (Command, error) { panic("being written") }

// String returns the command as a person would type it: Parse(c.String()) is c.
func (c Command) String() string { panic("being written") }
