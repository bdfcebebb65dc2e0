// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"errors"
	"regexp"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

var gitleaks = adapter{
	name: "gitleaks", weight: 0,
	settings: []string{".gitleaks.toml"},
	ignores:  []string{".gitleaksignore"},
	marks:    []string{"gitleaks:allow"},
	hears:    []string{"gitleaks"},
	steer:    gitleaksSettings,
	args:     gitleaksArgs,
	read:     readGitleaks,
}

var extended = regexp.MustCompile(`^\s*(extend\s*\.\s*)?(path|url)\s*=|^\s*extend\s*=.*\b(?:path|url)\b`)

// gitleaksSettings refuses settings that go on in another file: where gitleaks would look for it there is what the change
// has. Source: https://github.com/gitleaks/gitleaks#configuration
func gitleaksSettings(text []byte) ([]byte, error) {
	table := ""
	for line := range strings.Lines(string(text)) {
		if s := strings.TrimSpace(line); strings.HasPrefix(s, "[") {
			table = strings.Trim(s, "[] ")
		}
		if m := extended.FindStringSubmatch(line); m != nil && (m[2] == "" || m[1] != "" || table == "extend") {
			return nil, errors.New("it extends another file, which a change could write: put all into this one")
		}
	}
	return text, nil
}

// gitleaksLeaks is the exit code that says that it found something; 1 would say that it failed, too.
const gitleaksLeaks = 3

// gitleaksArgs has gitleaks look at all files, from their root, so that what .gitleaksignore lists are paths from there.
// No secret is in what it prints.
func gitleaksArgs(r run) []string {
	args := []string{
		"dir", ".", "--redact=100", "--exit-code=3", "--report-format=sarif", "--report-path=-",
		"--no-banner", "--no-color", "--log-level=warn",
	}
	if r.settings != "" {
		args = append(args, "--config="+r.settings)
	}
	if r.ignore != "" {
		args = append(args, "--gitleaks-ignore-path="+r.ignore)
	}
	if r.bare {
		args = append(args, "--ignore-gitleaks-allow")
	}
	return args
}

func readGitleaks(_ run, out output) ([]seen, error) {
	if out.code != 0 && out.code != gitleaksLeaks {
		return nil, died(out)
	}
	raws, err := readSARIF("gitleaks", out.stdout)
	if err != nil {
		return nil, err
	}
	all := make([]seen, len(raws))
	for i, found := range raws {
		all[i].raw = found
		// gitleaks does not rank. A secret that is in a repository is one that has to be replaced.
		all[i].severity = report.High
		all[i].message = "This looks like a secret (" + found.rule + ")."
	}
	return distinct(all), nil
}
