// SPDX-License-Identifier: Apache-2.0

package config

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/mattn/go-shellwords"
)

type secretBlock struct {
	Name        string    `hcl:"name,label"`
	At          hcl.Range `hcl:"name,label_range"`
	Body        hcl.Body  `hcl:",body"`
	Env         string    `hcl:"env,optional"`
	File        string    `hcl:"file,optional"`
	OnePassword string    `hcl:"onepassword,optional"`
	AWS         string    `hcl:"aws,optional"`
}

type variableBlock struct {
	Name    string    `hcl:"name,label"`
	At      hcl.Range `hcl:"name,label_range"`
	Body    hcl.Body  `hcl:",body"`
	Command string    `hcl:"command,optional"`
	Default string    `hcl:"default,optional"`
}

var (
	envVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// https://developer.1password.com/docs/cli/secret-reference-syntax/
	opReference = regexp.MustCompile(`^op://[^/\s]+( [^/\s]+)*/[^/]+/[^/]+(/[^/]+)?$`)
	// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (Name)
	awsSecret = regexp.MustCompile(`^(arn:aws(-[a-z]+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}(#[^\pC]+)?$`)
)

// inputs returns the checked sources of a layer's input variables, in file order. Secrets and variables share their
// names: both become TF_VAR_<name>.
func inputs(c *checker, secrets []secretBlock, variables []variableBlock) (s []Secret, v []Variable) {
	seen := map[string]hcl.Range{}
	for _, b := range secrets {
		c.input(seen, b.Name, b.At)
		b.check(c)
		s = append(s, Secret{Name: b.Name, Env: b.Env, File: b.File, OnePassword: b.OnePassword, AWS: b.AWS})
	}
	for _, b := range variables {
		c.input(seen, b.Name, b.At)
		b.check(c)
		v = append(v, Variable{Name: b.Name, Command: b.Command, Default: b.Default})
	}
	return s, v
}

// input checks the name of an input variable of Terraform.
func (c *checker) input(seen map[string]hcl.Range, name string, at hcl.Range) {
	c.unique(seen, "variable", name, at)
	if !identifier.MatchString(name) {
		c.fail(at, "Malformed name", "%q is no name of a Terraform variable.", name)
	}
}

func (b secretBlock) check(c *checker) {
	sources := slices.DeleteFunc([]string{b.Env, b.File, b.OnePassword, b.AWS}, func(s string) bool { return s == "" })
	if len(sources) != 1 {
		c.fail(b.At, "One source needed", "Secret %q needs exactly one of env, file, onepassword and aws.", b.Name)
	}
	c.matches(b.Body, "env", b.Env, envVariable, `the name of an environment variable such as "ACR_PASSWORD"`)
	c.matches(b.Body, "onepassword", b.OnePassword, opReference, `a reference such as "op://vault/item/field"`)
	c.matches(b.Body, "aws", b.AWS, awsSecret, `the name or ARN of a secret of AWS Secrets Manager, with "#key" at its end for one key of a JSON object`)
	if b.File != "" && (!path.IsAbs(b.File) || path.Clean(b.File) != b.File || strings.ContainsFunc(b.File, unicode.IsControl)) {
		c.fail(at(b.Body, "file"), "Malformed value", `file is %q. It must be an absolute path on the runner, without "..", such as "/run/secrets/acr".`, b.File)
	}
}

func (b variableBlock) check(c *checker) {
	where := at(b.Body, "command")
	fail := func(summary, format string, args ...any) { c.fail(where, summary, format, args...) }
	if strings.TrimSpace(b.Command) == "" {
		fail("Missing command", "Variable %q needs a command that prints its value; a fixed value belongs into a var-file.", b.Name)
		return
	}
	var replaced []string // the parser knows which $ a shell would see
	p := shellwords.Parser{ParseEnv: true, Getenv: func(name string) string {
		replaced = append(replaced, name)
		return "$" + name
	}}
	words, err := p.Parse(b.Command)
	const noShell = "It is started without a shell: one program and its arguments"
	switch line := strings.Join(words, " "); {
	case err != nil || strings.ContainsFunc(b.Command, unicode.IsControl):
		fail("Malformed command", "command is %q, in which a quote or bracket is left open, or a line ends.", b.Command)
	case p.Position >= 0:
		fail("No shell", "command has %q outside quotes. %s.", string([]rune(b.Command)[p.Position:]), noShell)
	case strings.ContainsRune(line, '`') || strings.Contains(line, "$("):
		fail("No shell", "command has a command in it. %s.", noShell)
	case len(replaced) > 0:
		fail("No shell", "command has $%s. %s; single quotes keep a dollar sign as it is.", replaced[0], noShell)
	case words[0] == "" || strings.Contains(words[0], "="):
		fail("No shell", "command begins with %q, which is no program. %s.", words[0], noShell)
	case strings.Contains(words[0], "/") && !path.IsAbs(words[0]):
		fail("Command of the repository", "command begins with %q. A pull request could replace that file: name a program that is found on PATH, or its absolute path.", words[0])
	}
}
