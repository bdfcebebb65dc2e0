// SPDX-License-Identifier: Apache-2.0

package secret

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-shellwords"
)

// commandLimit is how long a command may take: nothing else happens meanwhile.
const commandLimit = 10 * time.Second

// command returns what a command of the base configuration prints, without one line end at its end. The default is for
// a command that answers by failing, as `git describe` does without a tag, or prints nothing; one that does not start
// or does not end answers nothing.
func (k Keeper) command(ctx context.Context, v Variable) (string, *Error) {
	const form = "a command is one program and its arguments, without a shell"
	parser := shellwords.Parser{}
	words, err := parser.Parse(v.Command)
	if err != nil || parser.Position >= 0 || len(words) == 0 {
		return "", problem("it does not split into words", form)
	}
	path, err := k.find(words[0])
	if err != nil {
		return "", problem(err.Error(), "install the program in a step before this one, or name its absolute path")
	}
	out, stderr, err := k.git(program{path: path, args: words[1:], limit: commandLimit}).run(ctx)
	exit := new(exec.ExitError)
	switch value := trimLineEnd(out); {
	case err != nil && !errors.As(err, &exit):
		return "", problem(err.Error(), "run it by hand in the checkout; it has ten seconds and no input")
	case err == nil && value != "":
		return value, nil
	case v.Default != "":
		return v.Default, nil
	case err == nil:
		return "", problem("it printed nothing", "give the variable a `default`, or correct the command")
	default:
		return "", problem("it failed, "+exit.String()+": "+lastLine(stderr), "give the variable a `default`, or correct the command; `git describe` needs a checkout with tags (fetch-depth: 0)")
	}
}

// git returns p with the checkout as its folder and the environment that commands get: enough for git, which must not
// ask anybody, start the monitor or the hooks that the checkout's configuration may name by now (a layer that was
// planned before in the same job could have written it), or refuse a checkout of another user.
// https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
func (k Keeper) git(p program) program {
	p.dir = k.Dir
	p.env = append(k.environment(func(name string) bool { return name == "HOME" || name == "LANG" }),
		"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		"GIT_CONFIG_KEY_1=core.fsmonitor", "GIT_CONFIG_VALUE_1=false",
		"GIT_CONFIG_KEY_2=core.hooksPath", "GIT_CONFIG_VALUE_2="+os.DevNull,
	)
	return p
}

// lastLine returns the last line of text that says something, of at most 300 letters.
func lastLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	lines := strings.Split(strings.TrimSpace(text), "\n")
	line := []rune(strings.TrimSpace(lines[len(lines)-1]))
	return string(line[max(0, len(line)-300):])
}
