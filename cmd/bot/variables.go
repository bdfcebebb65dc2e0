// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// variableName is what a shell takes for one.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reserved are the beginnings of names that the runner and this program have for themselves.
var reserved = []string{"LAYERBOT_", "GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_"}

// variables parses what LAYERBOT_ENV holds: NAME=value a line, or NAME<<END, lines, END for a value of several. Blank lines
// and those that begin with # say nothing. An error shows the name at most, never a value.
func variables(text string) (map[string]string, error) {
	out := map[string]string{}
	rest := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for n := 1; len(rest) > 0; n++ {
		line := rest[0]
		rest = rest[1:]
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, plain := strings.Cut(line, "=")
		if head, end, block := strings.Cut(line, "<<"); block && variableName.MatchString(head) {
			last := slices.Index(rest, end)
			if end == "" || last < 0 {
				return nil, badVariables(fmt.Sprintf("the lines of %s do not end", head), "end them with a line that holds what stands behind <<")
			}
			name, value, plain = head, strings.Join(rest[:last], "\n"), true
			rest, n = rest[last+1:], n+last+1
		}
		switch {
		case !plain || !variableName.MatchString(name):
			return nil, badVariables(fmt.Sprintf("its line %d is not NAME=value", n), "write one variable a line, ACR_PASSWORD=…, without export and without blanks before =")
		case slices.ContainsFunc(reserved, func(prefix string) bool { return strings.HasPrefix(strings.ToUpper(name), prefix) }):
			return nil, badVariables(name+" is not for it", "variables of the runner and of Layerbot cannot be set there")
		}
		out[name] = value
	}
	return out, nil
}

func badVariables(message, next string) error {
	return &usageError{message: "the variables for Terraform (TERRAFORM_ENV) cannot be used: " + message, next: next}
}

// supply adds the variables of LAYERBOT_ENV to those of the process. Their values are secrets.
func (b *bot) supply() error {
	for name, value := range b.env.Given {
		b.env.All[name] = value
		b.mask(value)
	}
	return b.env.GivenErr
}
