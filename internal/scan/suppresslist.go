// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/layerbot/layerbot/internal/report"
)

// ignoreReader returns how a file that lists what is suppressed is read; nil of any other file. The names:
// https://trivy.dev/latest/docs/configuration/filtering/ and https://github.com/gitleaks/gitleaks#gitleaksignore.
func ignoreReader(name string) func(src string) []report.Suppression {
	switch path.Base(name) {
	case ".trivyignore":
		return trivyIgnore
	case ".trivyignore.yaml", ".trivyignore.yml":
		return trivyIgnoreYAML
	case ".gitleaksignore":
		return gitleaksIgnore
	}
	return nil
}

// trivyIgnore reads lines "AVD-AWS-0001 exp:2030-01-31".
func trivyIgnore(src string) []report.Suppression {
	return entries(src, func(line string) (report.Suppression, bool) {
		return report.Suppression{Tool: "trivy", Rule: strings.Fields(line)[0]}, true
	})
}

// gitleaksIgnore reads lines "file:rule:line" and "commit:file:rule:line"; gitleaks itself leaves others.
func gitleaksIgnore(src string) []report.Suppression {
	return entries(src, func(line string) (report.Suppression, bool) {
		parts := strings.Split(line, ":")
		if len(parts) != 3 && len(parts) != 4 {
			return report.Suppression{}, false
		}
		return report.Suppression{Tool: "gitleaks", Rule: parts[len(parts)-2]}, true
	})
}

// entries reads a list with a line each. The reason of an entry is the rest of its line after "#", else the comment above
// it, which holds up to the next blank line or comment.
func entries(src string, read func(line string) (report.Suppression, bool)) []report.Suppression {
	var all []report.Suppression
	above, listed := "", false // the comment, and whether an entry came since
	for i, line := range strings.Split(src, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			above = ""
		case strings.HasPrefix(line, "#"):
			if listed {
				above = ""
			}
			above, listed = strings.TrimSpace(above+" "+tidy(line)), false
		default:
			entry, reason, _ := strings.Cut(line, " #")
			if s, ok := read(strings.TrimSpace(entry)); ok {
				if s.Reason = tidy(reason); s.Reason == "" {
					s.Reason = above
				}
				s.Line = i + 1
				all = append(all, s)
			}
			listed = true
		}
	}
	return all
}

// trivyIgnoreYAML reads the entries of all sections; what is no such YAML suppresses nothing.
func trivyIgnoreYAML(src string) []report.Suppression {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(src), &doc); err != nil || len(doc.Content) == 0 {
		return nil
	}
	var all []report.Suppression
	for _, section := range pairs(doc.Content[0]) {
		for _, entry := range section.value.Content {
			s := report.Suppression{Tool: "trivy", Reason: tidy(entry.HeadComment)}
			for _, field := range pairs(entry) {
				switch field.key.Value {
				case "id":
					s.Rule, s.Line = field.value.Value, field.value.Line
				case "statement":
					s.Reason = field.value.Value
				}
			}
			if s.Rule != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

type yamlPair struct{ key, value *yaml.Node }

// pairs returns the keys and values of a mapping; none of anything else.
func pairs(n *yaml.Node) []yamlPair {
	var all []yamlPair
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			all = append(all, yamlPair{n.Content[i], n.Content[i+1]})
		}
	}
	return all
}
