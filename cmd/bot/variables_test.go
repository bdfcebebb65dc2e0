// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/phase"
)

func TestVariables(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want map[string]string
	}{
		"nothing":               {"", nil},
		"one a line":            {"A=1\nACR_PASSWORD=p w=d #x \n", map[string]string{"A": "1", "ACR_PASSWORD": "p w=d #x "}},
		"written on Windows":    {"A=1\r\nB=2\r\n", map[string]string{"A": "1", "B": "2"}},
		"comments":              {"# the registry\n\nA=1\n  \n", map[string]string{"A": "1"}},
		"of several lines":      {"KEY<<END\n-----BEGIN\nA=1\n\nEND\nB=2", map[string]string{"KEY": "-----BEGIN\nA=1\n", "B": "2"}},
		"<< in a value":         {"A=x<<y", map[string]string{"A": "x<<y"}},
		"empty":                 {"A=", map[string]string{"A": ""}},
		"the last of two":       {"A=1\nA=2", map[string]string{"A": "2"}},
		"OpenTofu's encryption": {"TF_ENCRYPTION<<EOT\nkey_provider \"pbkdf2\" \"k\" {}\nEOT", map[string]string{"TF_ENCRYPTION": `key_provider "pbkdf2" "k" {}`}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := variables(c.text); err != nil || !maps.Equal(got, c.want) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestVariablesThatCannotBeUsedAreNotShown(t *testing.T) {
	for name, c := range map[string]struct{ text, why string }{
		"no =":             {"A=1\nhunter2hunter2", "its line 2 is not NAME=value"},
		"export":           {"export A=hunter2", "its line 1 is"},
		"a blank":          {"A =hunter2", "its line 1 is"},
		"a number":         {"1A=hunter2", "its line 1 is"},
		"the App's key":    {"LAYERBOT_APP_PRIVATE_KEY=hunter2", "LAYERBOT_APP_PRIVATE_KEY is not for it"},
		"the runner's own": {"github_token=hunter2", "github_token is not for it"},
		"no end":           {"A<<END\nhunter2\n", "the lines of A do not end"},
		"no word":          {"A<<\nhunter2\n", "the lines of A do not end"},
		"counted":          {"A<<END\n1\n2\nEND\n!hunter2", "its line 5 is"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := variables(c.text)
			if err == nil || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%v, want %q", err, c.why)
			}
			if hint, ok := phase.Hint(err); !ok || hint == "" || strings.Contains(hint, "hunter2") {
				t.Errorf("hint %q", hint)
			}
		})
	}
}
