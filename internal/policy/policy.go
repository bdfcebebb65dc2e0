// SPDX-License-Identifier: Apache-2.0

// Package policy asks Rego policies, by Conftest's conventions, what they have
// against a Terraform plan, a set of plans or Kubernetes manifests, and runs the
// policies' own tests.
//
// It is pure: it reads no file, no network and no environment, and neither can a
// policy. Policies are trusted code of the base branch; what they are asked about
// is not.
package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/layerbot/layerbot/internal/report"
)

// A Set is compiled policies. It is safe for concurrent use.
type Set struct {
	Timeout time.Duration // of each call that asks; 0 is 30 s

	single, together *survey // what is asked of one plan or document, and of several targets at once
}

const defaultTimeout = 30 * time.Second

func (s *Set) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return defaultTimeout
}

// About is what policies are told of a plan beside the plan itself, as input.layerbot.
type About struct {
	Layer       string `json:"layer"`       // "05-compute"
	Environment string `json:"environment"` // "prod"
	Dir         string `json:"dir"`         // slash-separated, from the root of the repository
}

// Judge asks what is wrong with a plan, given as Terraform's JSON (https://developer.hashicorp.com/terraform/internals/json-format).
// Rules that look at nothing but input.targets are left out: they are for Together. That the policies cannot be asked – a
// timeout, a fault while they are evaluated, a plan that is no JSON – is the Failure of the result. It is never nil.
//
// A built-in function that cannot do with a value, such as startswith with null, leaves its rule undefined, as everywhere
// in Rego: ordinary policies count on that. It is no silent pass, though, but a warning of severity medium whose Source is
// the place of the call.
//
// Messages may hold whatever is in the plan, sensitive values included, and so may a Failure: redacting is the caller's.
func (s *Set) Judge(ctx context.Context, about About, plan []byte) *report.Policy {
	input, err := planInput(about, plan)
	if err != nil {
		return failed("the plan cannot be put before the policies: "+err.Error(), "hand over what `terraform show -json` prints of a plan")
	}
	return s.ask(ctx, s.single, []document{{input: input}})
}

// planInput returns a plan with the key layerbot.
func planInput(about About, plan []byte) (ast.Value, error) {
	var doc map[string]any
	if err := util.UnmarshalJSON(plan, &doc); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", err)
	}
	if doc == nil {
		return nil, errors.New("it is no JSON object: null")
	}
	doc["layerbot"] = map[string]any{"layer": about.Layer, "environment": about.Environment, "dir": about.Dir}
	return ast.InterfaceToValue(doc)
}

// failed returns the word of policies that could not be asked.
func failed(why, hint string) *report.Policy {
	return &report.Policy{Decisions: []report.Decision{}, Failure: line(why), Hint: line(hint)}
}

// line returns s as one line of valid UTF-8, no longer than a report may hold.
func line(s string) string { return shorten(s, 4<<10) }

// shorten returns s as one line of valid UTF-8 of at most so many bytes.
func shorten(s string, most int) string {
	s = strings.ToValidUTF8(s[:min(len(s), 4*most)], "\uFFFD")
	var parts []string
	for _, part := range strings.FieldsFunc(s, breaks) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	if s = strings.Join(parts, " "); len(s) > most {
		s = strings.ToValidUTF8(s[:most-len("…")], "") + "…"
	}
	return s
}

// breaks reports whether a letter has no place within a line.
func breaks(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// compact returns v as JSON.
func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // it came from JSON
		return fmt.Sprint(v)
	}
	return string(b)
}
