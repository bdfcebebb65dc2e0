// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"
)

// A check looks at one attribute of a type as it is configured, wherever it stands: path is its names without indexes.
// It is asked about known values only, and says what is wrong or "".
type check struct {
	path string
	say  func(v cty.Value) string
}

// A ruleOf looks at a whole object.
type ruleOf func(object cty.Value) (path []string, problem string)

// validate makes the checks of a type that the schema cannot express.
func validate(typ string, config cty.Value) []*tfprotov5.Diagnostic {
	var found []*tfprotov5.Diagnostic
	for _, c := range checks[typ] {
		for _, at := range at(config, strings.Split(c.path, "."), nil) {
			if problem := c.say(at.value); problem != "" {
				found = append(found, failed("Invalid value of "+c.path, problem, at.path...))
			}
		}
	}
	for _, pair := range conflicts[typ] {
		a, b := attribute(config, pair[0]), attribute(config, pair[1])
		if given(a) && given(b) {
			found = append(found, failed("Conflicting configuration arguments", fmt.Sprintf("%q: conflicts with %s", pair[0], pair[1]), pair[0]))
		}
	}
	for _, group := range oneOf[typ] {
		if n := count(config, group); n != 1 {
			found = append(found, failed("Invalid combination of arguments", fmt.Sprintf("exactly one of %s must be given, not %d", strings.Join(group, ", "), n), group[0]))
		}
	}
	for _, rule := range rules[typ] {
		if path, problem := rule(config); problem != "" {
			found = append(found, failed("Invalid configuration of "+typ, problem, path...))
		}
	}
	return found
}

// validatePlan makes the checks of a type once more, now that values are known which a configuration refers to.
func validatePlan(typ string, config, planned cty.Value) []*tfprotov5.Diagnostic {
	if !known(config) || !known(planned) {
		return nil
	}
	return validate(typ, config)
}

// given says that an attribute or block is configured, with a value that may still be unknown.
func given(v cty.Value) bool {
	if v == cty.NilVal || v.IsNull() {
		return false
	}
	return !v.IsKnown() || !v.CanIterateElements() || v.LengthInt() > 0
}

// count says how many of the attributes are given; one that is unknown counts as far as it makes one.
func count(config cty.Value, names []string) int {
	n, unknown := 0, false
	for _, name := range names {
		v := attribute(config, name)
		if v != cty.NilVal && !v.IsKnown() {
			unknown = true
			continue
		}
		if given(v) {
			n++
		}
	}
	if n == 0 && unknown {
		return 1
	}
	return n
}

type located struct {
	path  []string
	value cty.Value
}

// at finds the known values at a path, in each block of a list or set.
func at(v cty.Value, path, walked []string) []located {
	if !known(v) {
		return nil
	}
	if v.Type().IsListType() || v.Type().IsSetType() {
		if len(path) == 0 && !v.Type().ElementType().IsPrimitiveType() {
			return nil
		}
		var found []located
		for i, element := range v.AsValueSlice() {
			step := slices.Clone(walked)
			if v.Type().IsListType() {
				step = append(step, fmt.Sprintf("[%d]", i))
			}
			found = append(found, at(element, path, step)...)
		}
		return found
	}
	if len(path) == 0 {
		return []located{{walked, v}}
	}
	return at(attribute(v, path[0]), path[1:], append(slices.Clone(walked), path[0]))
}

// length refuses texts that are too short or too long.
func length(path string, least, most int) check {
	return check{path, func(v cty.Value) string {
		if n := len(text(v)); n < least || n > most {
			return fmt.Sprintf("expected length of %s to be in the range (%d - %d), got %q of %d characters", path, least, most, text(v), n)
		}
		return ""
	}}
}

// matching refuses texts that are not of a form.
func matching(path, pattern, form string) check {
	expression := regexp.MustCompile(pattern)
	return check{path, func(v cty.Value) string {
		if !expression.MatchString(text(v)) {
			return fmt.Sprintf("%s: %s, got %q", path, form, text(v))
		}
		return ""
	}}
}

// among refuses texts that are not in a list, separated by spaces.
func among(path, list string) check {
	allowed := strings.Fields(list)
	return check{path, func(v cty.Value) string {
		if !slices.Contains(allowed, asText(v)) {
			return fmt.Sprintf("expected %s to be one of %q, got %s", path, allowed, asText(v))
		}
		return ""
	}}
}

// between refuses numbers out of a range.
func between(path string, least, most int64) check {
	return check{path, func(v cty.Value) string {
		n, err := strconv.ParseInt(asText(v), 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Sprintf("expected %s to be in the range (%d - %d), got %s", path, least, most, asText(v))
		}
		return ""
	}}
}

// policyJSON refuses policies that AWS would call malformed.
func policyJSON(path string) check {
	return check{path, func(v cty.Value) string {
		raw := strings.TrimSpace(text(v))
		var members map[string]any
		if !strings.HasPrefix(raw, "{") {
			return fmt.Sprintf("%q contains an invalid JSON policy: not a JSON object", path)
		}
		if err := json.Unmarshal([]byte(raw), &members); err != nil {
			return fmt.Sprintf("%q contains an invalid JSON policy: %v", path, err)
		}
		if problem := policyProblem(members); problem != "" {
			return fmt.Sprintf("%q contains a malformed policy: %s", path, problem)
		}
		return ""
	}}
}

func policyProblem(members map[string]any) string {
	statements, ok := members["Statement"].([]any)
	if one, single := members["Statement"].(map[string]any); single {
		statements, ok = []any{one}, true
	}
	if !ok || len(statements) == 0 {
		return "it has no Statement"
	}
	for i, s := range statements {
		m, ok := s.(map[string]any)
		if !ok {
			return fmt.Sprintf("statement %d is no object", i)
		}
		if e := m["Effect"]; e != "Allow" && e != "Deny" {
			return fmt.Sprintf("statement %d has no Effect of Allow or Deny", i)
		}
		if m["Action"] == nil && m["NotAction"] == nil {
			return fmt.Sprintf("statement %d has no Action", i)
		}
	}
	return ""
}

// validJSON refuses what is no JSON.
func validJSON(path string) check {
	return check{path, func(v cty.Value) string {
		if !json.Valid([]byte(text(v))) {
			return fmt.Sprintf("%q contains an invalid JSON", path)
		}
		return ""
	}}
}

// cidr refuses what is no network: the bits of the host must be zero, and the prefix within limits.
func cidr(path string, least, most int) check {
	return check{path, func(v cty.Value) string {
		p, err := netip.ParsePrefix(text(v))
		if err != nil {
			return fmt.Sprintf("%q is not a valid CIDR block: %s", text(v), path)
		}
		if p.Masked() != p {
			return fmt.Sprintf("%q is not a valid CIDR block; did you mean %q?", text(v), p.Masked())
		}
		if p.Bits() < least || p.Bits() > most {
			return fmt.Sprintf("expected %s to have a prefix of /%d to /%d, got /%d", path, least, most, p.Bits())
		}
		return ""
	}}
}

// anARN refuses what is no ARN.
func anARN(path string) check {
	return matching(path, `^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+$`, "an ARN is expected")
}

func asText(v cty.Value) string {
	switch {
	case !known(v):
		return ""
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	default:
		return text(v)
	}
}
