package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// matrix returns the targets of the job matrix that gate wrote.
func matrix(source string) ([]string, error) {
	if source == "" {
		return nil, nil
	}
	var m struct {
		Include []struct {
			Target string `json:"target"`
		} `json:"include"`
	}
	if err := json.Unmarshal([]byte(source), &m); err != nil {
		return nil, fmt.Errorf("gate's matrix: %w", err)
	}
	var targets []string
	for _, entry := range m.Include {
		targets = append(targets, entry.Target)
	}
	return targets, nil
}

// readOutputs parses a GITHUB_OUTPUT file: name=value, or name<<DELIMITER with the value on the lines up to it.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func readOutputs(file string) (map[string]string, error) {
	outputs := map[string]string{}
	lines := strings.Split(file, "\n")
	for i := 0; i < len(lines); i++ {
		equals, heredoc := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		switch {
		case lines[i] == "":
		case heredoc > 0 && (equals < 0 || heredoc < equals):
			name, delimiter := lines[i][:heredoc], lines[i][heredoc+2:]
			var value []string
			for i++; i < len(lines) && lines[i] != delimiter; i++ {
				value = append(value, lines[i])
			}
			if i == len(lines) {
				return nil, fmt.Errorf("output %s: its delimiter %q never comes", name, delimiter)
			}
			outputs[name] = strings.Join(value, "\n")
		case equals > 0:
			outputs[lines[i][:equals]] = lines[i][equals+1:]
		default:
			return nil, fmt.Errorf("line %d of the outputs is neither name=value nor name<<DELIMITER", i+1)
		}
	}
	return outputs, nil
}

// masked returns what a job printed as its log would show it: each ::add-mask:: command is carried out.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#masking-a-value-in-a-log
func masked(output string) string {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	var log strings.Builder
	var masks []string
	for line := range strings.Lines(output) {
		if value, ok := strings.CutPrefix(line, "::add-mask::"); ok {
			if value = unescape.Replace(strings.TrimRight(value, "\r\n")); value != "" {
				masks = append(masks, value, "***")
			}
			continue
		}
		log.WriteString(line)
	}
	return strings.NewReplacer(masks...).Replace(log.String())
}

// artifacts is the folder into which the artifacts of a run are downloaded, merged, for report.
func (a *actions) artifacts(r *run) string {
	return filepath.Join(a.stage.dir, "artifacts", strconv.Itoa(r.ID))
}

// upload keeps what a job left as an artifact of its run, and says in a few words what that is.
func (a *actions) upload(r *run, dir string) (note string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(a.artifacts(r), 0o700); err != nil {
		return "", err
	}
	note = "left no report"
	for _, file := range files {
		kept := filepath.Join(a.artifacts(r), filepath.Base(file))
		if err := os.Rename(file, kept); err != nil {
			return "", err
		}
		note = found(kept)
	}
	return note, nil
}

// found says in a few words what a report holds.
func found(file string) string {
	var r struct {
		Status  string
		Failure *struct{ Message string }
		Changes []struct {
			Action    string
			MovedFrom string `json:"moved_from"`
		}
	}
	source, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(source, &r) != nil {
		return "left something that is no report"
	}
	if r.Failure != nil {
		return "failed: " + r.Failure.Message
	}
	count := map[string]int{}
	for _, c := range r.Changes {
		count[c.Action]++
		if c.MovedFrom != "" {
			count["moved"]++
		}
	}
	var parts []string
	for _, p := range [][2]string{{"create", "to add"}, {"update", "to change"}, {"replace", "to replace"}, {"delete", "to destroy"}, {"moved", "moved"}} {
		if n := count[p[0]]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p[1]))
		}
	}
	if len(parts) == 0 {
		return r.Status
	}
	return strings.Join(parts, ", ")
}
