// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"regexp"
	"strings"
	"unicode"
)

// firstLine returns the first line of body that is not blank, without the spaces around it, or "" if that
// line is an indented code block: four columns of indentation, https://spec.commonmark.org/0.31.2/#indented-code-blocks.
func firstLine(body string) string {
	for body != "" {
		line := body
		if i := strings.IndexAny(body, "\r\n"); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = ""
		}
		text := strings.TrimSpace(line)
		if text == "" {
			continue
		}
		indent := line[:strings.Index(line, text)]
		if len(indent) > 3 && strings.HasPrefix(indent, "    ") || strings.Contains(indent, "\t") {
			return ""
		}
		return text
	}
	return ""
}

// split cuts a line at its spaces, those of Unicode too. Spaces inside quotes stay, and so do the quotes: only a
// resource address may have them, and address reads them.
func split(line string) []string {
	var args []string
	start, quote, escaped := -1, rune(0), false
	for i, r := range line {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case unicode.IsSpace(r):
			if start >= 0 {
				args, start = append(args, line[start:i]), -1
			}
			continue
		case r == '"' || r == '\'':
			quote = r
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		args = append(args, line[start:])
	}
	return args
}

// startsWithDash is true for the dashes that phones make of "--", too: they are no names.
func startsWithDash(arg string) bool {
	return strings.HasPrefix(arg, "-") || strings.HasPrefix(arg, "–") || strings.HasPrefix(arg, "—")
}

// takeFlag reads the flag in arg, "-x", "--x" or "--x=value", and returns what follows it and its value.
func (c *Command) takeFlag(arg string, rest []string) ([]string, error) {
	name, value, hasValue := strings.Cut(arg, "=")
	if strings.HasPrefix(name, "--") {
		name = name[2:]
	} else {
		name = strings.TrimPrefix(name, "-")
	}
	switch {
	case c.Verb == Plan && (name == "refresh-only" || name == "destroy"):
		if hasValue {
			return nil, &SyntaxError{Problem: "--" + name + " takes no value.", Advice: "Write `--" + name + "`, or leave it out."}
		}
		c.Mode.RefreshOnly = c.Mode.RefreshOnly || name == "refresh-only"
		c.Mode.Destroy = c.Mode.Destroy || name == "destroy"
		return rest, nil
	case c.Verb == Plan && (name == "target" || name == "replace"), c.Verb == Unlock && name == "lock-id":
		if !hasValue {
			if len(rest) == 0 {
				return nil, &SyntaxError{Problem: "--" + name + " needs a value.", Advice: "For example `--" + name + " " + examples[name] + "`."}
			}
			value, rest = rest[0], rest[1:]
		}
		return rest, c.set(name, value)
	}
	return nil, unknownFlag(c.Verb, name)
}

// examples are values to show in a hint.
var examples = map[string]string{
	"target":  `module.eks.aws_eks_cluster.this[0]`,
	"replace": `aws_instance.web["a"]`,
	"lock-id": "1a2b3c4d-0000-1111-2222-333344445555",
}

func (c *Command) set(name, value string) error {
	if name == "lock-id" {
		if !lockID.MatchString(value) {
			return &SyntaxError{Problem: "`" + show(value) + "` is no lock ID.", Advice: "Terraform's error shows it, for example `--lock-id " + examples[name] + "`."}
		}
		c.LockID = value
		return nil
	}
	addr, ok := address(value)
	if !ok {
		return &SyntaxError{Problem: "`" + show(value) + "` is no resource address.", Advice: "For example `--" + name + " " + examples[name] + "`."}
	}
	list := &c.Mode.Targets
	if name == "replace" {
		list = &c.Mode.Replace
	}
	if len(*list) == maxWords {
		return &SyntaxError{Problem: "Too many resource addresses in one command.", Advice: "Plan the whole layer."}
	}
	*list = append(*list, addr)
	return nil
}

var (
	word   = regexp.MustCompile(`^[A-Za-z0-9._*?][A-Za-z0-9._/*?-]{0,199}$`)
	lockID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,127}$`)
	// https://developer.hashicorp.com/terraform/cli/state/resource-addressing; keys are narrower than
	// Terraform's: no quote, backslash or dollar sign, which no key of a real repository needs.
	resource = regexp.MustCompile(`^` + step + `(\.` + step + `)+$`)
)

const step = `[A-Za-z_][A-Za-z0-9_-]*(\[([0-9]{1,9}|"[A-Za-z0-9 ._/:@+=,*~-]{1,200}")\])?`

// address returns the resource address in value, which may be quoted as for a shell: 'a.b["c"]', "a.b[\"c\"]".
func address(value string) (string, bool) {
	if n := len(value); n >= 2 && value[0] == value[n-1] {
		switch value[0] {
		case '\'':
			value = value[1 : n-1]
		case '"':
			value = strings.ReplaceAll(value[1:n-1], `\"`, `"`)
		}
	}
	return value, len(value) <= 1000 && resource.MatchString(value)
}

func checkWord(arg string) error {
	if word.MatchString(arg) && !strings.Contains(arg, "..") {
		return nil
	}
	return &SyntaxError{
		Problem: "`" + show(arg) + "` is no name of a layer or environment.",
		Advice:  "Names have letters, digits and `. _ - / * ?` only. `/layers` lists them.",
	}
}
