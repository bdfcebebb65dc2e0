// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/layerbot/layerbot/internal/report"
)

// Together asks the rules that look at several targets at once, as input.targets: of each report its id, layer,
// environment, dir, wave, status, counts and changes. A change has its address, type, name and action; before and after,
// path → value, as far as it may be shown; and the paths that are unknown or sensitive. nil if no rule looks at that.
func (s *Set) Together(ctx context.Context, reports []report.Report) *report.Policy {
	if s.together != nil && len(s.together.rules) == 0 {
		return nil
	}
	targets := make([]any, len(reports))
	for i := range reports {
		targets[i] = targetInput(&reports[i])
	}
	input, err := ast.InterfaceToValue(map[string]any{"targets": targets})
	if err != nil { // a value of a report that is no JSON
		return failed("the targets cannot be put before the policies: "+err.Error(), "plan again")
	}
	return s.ask(ctx, s.together, []document{{input: input}})
}

type targetDoc struct {
	ID          string        `json:"id"`
	Layer       string        `json:"layer"`
	Environment string        `json:"environment"`
	Dir         string        `json:"dir"`
	Wave        int           `json:"wave"`
	Status      report.Status `json:"status"`
	Counts      report.Counts `json:"counts"`
	Changes     []changeDoc   `json:"changes"`
}

type changeDoc struct {
	Address   string                     `json:"address"`
	Type      string                     `json:"type"`
	Name      string                     `json:"name"`
	Action    report.Action              `json:"action"`
	Before    map[string]json.RawMessage `json:"before"`
	After     map[string]json.RawMessage `json:"after"`
	Unknown   []string                   `json:"unknown"`
	Sensitive []string                   `json:"sensitive"`
}

func targetInput(r *report.Report) targetDoc {
	t := targetDoc{
		ID: r.Target.ID(), Layer: r.Target.Layer, Environment: r.Target.Env, Dir: r.Target.Dir, Wave: r.Target.Wave,
		Status: r.Status, Counts: r.Count(), Changes: make([]changeDoc, len(r.Changes)),
	}
	for i, c := range r.Changes {
		t.Changes[i] = changeInput(c)
	}
	return t
}

func changeInput(c report.Change) changeDoc {
	d := changeDoc{
		Address: c.Address, Action: c.Action, Unknown: []string{}, Sensitive: []string{},
		Before: map[string]json.RawMessage{}, After: map[string]json.RawMessage{},
	}
	d.Type, d.Name = typeAndName(c.Address)
	for _, a := range c.Attrs {
		if a.Unknown {
			d.Unknown = append(d.Unknown, a.Path)
		}
		if a.Sensitive {
			d.Sensitive = append(d.Sensitive, a.Path)
			continue
		}
		if a.Before != nil {
			d.Before[a.Path] = a.Before
		}
		if a.After != nil && !a.Unknown {
			d.After[a.Path] = a.After
		}
	}
	return d
}

// typeAndName returns those of a resource by its address: "aws_s3_bucket" and "logs" of
// module.x["a.b"].data.aws_s3_bucket.logs[0].
func typeAndName(address string) (kind, name string) {
	var parts []string
	for rest := address; rest != ""; {
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end > 0 {
			parts = append(parts, rest[:end])
		}
		rest = rest[end:]
		if strings.HasPrefix(rest, "[") {
			rest = rest[keyLength(rest):]
		}
		rest = strings.TrimPrefix(rest, ".")
	}
	if len(parts) < 2 {
		return "", address
	}
	name, _, _ = strings.Cut(parts[len(parts)-1], " ") // (deposed object 1a2b3c4d)
	return parts[len(parts)-2], name
}

// keyLength returns how long the instance key is that s begins with: [0], ["a\"]."].
func keyLength(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ']' && !quoted:
			return i + 1
		}
	}
	return len(s)
}
