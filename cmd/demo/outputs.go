package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// matrices returns the targets of the matrices that gate wrote: one for plans, one a wave for applies.
func matrices(outputs map[string]string) (waves [][]string, err error) {
	names := []string{"matrix"}
	if outputs["work"] == "apply" {
		n, _ := strconv.Atoi(outputs["waves"]) // none where it is refused
		names = nil
		for i := range n {
			names = append(names, fmt.Sprintf("wave-%d", i+1))
		}
	}
	for _, name := range names {
		targets, err := matrix(outputs[name])
		if err != nil {
			return nil, err
		}
		if len(targets) > 0 {
			waves = append(waves, targets)
		}
	}
	return waves, nil
}

// matrix returns the targets of a job matrix.
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

// artifacts is the folder into which the artifacts of a run are downloaded, merged: for report, and for later waves.
func (a *actions) artifacts(r *run) (dir string, err error) {
	dir = filepath.Join(a.stage.dir, "artifacts", strconv.Itoa(r.ID))
	return dir, os.MkdirAll(dir, 0o700)
}

// upload keeps what a job left as an artifact of its run, and says in a few words what that is.
func (a *actions) upload(r *run, dir string) (note string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	kept, err := a.artifacts(r)
	if err != nil {
		return "", err
	}
	note = "left no report"
	for _, file := range files {
		file = filepath.Join(kept, filepath.Base(file))
		if err := os.Rename(filepath.Join(dir, filepath.Base(file)), file); err != nil {
			return "", err
		}
		note = found(file)
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
		Policy struct{ Decisions []struct{ Kind string } }
	}
	source, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(source, &r) != nil {
		return "left something that is no report"
	}
	if r.Failure != nil {
		return r.Status + ": " + r.Failure.Message
	}
	count := map[string]int{}
	for _, c := range r.Changes {
		count[c.Action]++
		if c.MovedFrom != "" {
			count["moved"]++
		}
	}
	var parts []string
	words := [][2]string{{"create", "to add"}, {"update", "to change"}, {"replace", "to replace"}, {"delete", "to destroy"}, {"moved", "moved"}}
	if r.Status == "applied" {
		words = [][2]string{{"create", "added"}, {"update", "changed"}, {"replace", "replaced"}, {"delete", "destroyed"}, {"moved", "moved"}}
	}
	for _, w := range words {
		if n := count[w[0]]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w[1]))
		}
	}
	for _, d := range r.Policy.Decisions {
		if d.Kind == "deny" {
			parts = append(parts, "denied by policy")
			break
		}
	}
	if len(parts) == 0 {
		return r.Status
	}
	return strings.Join(parts, ", ")
}
