// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/layerbot/layerbot/internal/workflow"
)

// matrices returns the matrices of jobs with Terraform that gate wrote: one for plans, one a wave for applies.
func matrices(outputs map[string]string) (waves [][]workflow.Leg, err error) {
	for _, name := range []string{"matrix", "wave-1", "wave-2", "wave-3", "wave-4", "wave-5", "wave-6", "wave-7", "wave-8"} {
		legs, err := matrix(outputs[name])
		if err != nil {
			return nil, err
		}
		if len(legs) > 0 {
			waves = append(waves, legs)
		}
	}
	return waves, nil
}

// matrix returns the jobs of a matrix; "" has none.
func matrix(source string) ([]workflow.Leg, error) {
	if source == "" {
		return nil, nil
	}
	var m struct{ Include []workflow.Leg }
	if err := json.Unmarshal([]byte(source), &m); err != nil {
		return nil, fmt.Errorf("gate's matrix: %w", err)
	}
	return m.Include, nil
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

// artifacts is the folder into which the artifacts of a run are downloaded, each into a folder of its name.
func (a *actions) artifacts(r *run) string {
	return filepath.Join(a.stage.dir, "artifacts", strconv.Itoa(r.ID))
}

// upload keeps what a job left as an artifact of its run, and says in a few words what that is.
func (a *actions) upload(r *run, artifact, out string) (note string, err error) {
	kept := filepath.Join(a.artifacts(r), artifact)
	if err := os.MkdirAll(a.artifacts(r), 0o700); err != nil {
		return "", err
	}
	switch err := os.Rename(out, kept); {
	case errors.Is(err, fs.ErrNotExist):
		return "left no report", nil
	case err != nil:
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(kept, "*"))
	if err != nil || len(files) == 0 {
		return "left no report", err
	}
	return found(files[len(files)-1]), nil
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
