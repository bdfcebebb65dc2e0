// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
)

// A new version of OPA may bring functions that reach outside. It marks those, and some that are only chance or the clock.
func TestFunctionsThatOPAMarksAreEachDecidedOn(t *testing.T) {
	var marked []string
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		if b.Nondeterministic && !reachesOut(b.Name) {
			marked = append(marked, b.Name)
		}
	}
	slices.Sort(marked)
	harmless := []string{"io.jwt.decode_verify", "io.jwt.encode_sign", "io.jwt.encode_sign_raw", "rand.intn", "time.now_ns", "uuid.rfc4122"}
	if d := cmp.Diff(harmless, marked); d != "" {
		t.Errorf("do these reach outside? %s", d)
	}
	for _, b := range capabilities().Builtins {
		if reachesOut(b.Name) {
			t.Errorf("policies have %s", b.Name)
		}
	}
}

func TestTypeAndName(t *testing.T) {
	for address, want := range map[string][2]string{
		"aws_vpc.this":           {"aws_vpc", "this"},
		"aws_vpc.this[0]":        {"aws_vpc", "this"},
		`aws_vpc.this["a.b[0]"]`: {"aws_vpc", "this"},
		`module.a["x\"]."].module.b.data.aws_ami.x["y"]`: {"aws_ami", "x"},
		"aws_vpc.this (deposed object 1a2b3c4d)":         {"aws_vpc", "this"},
		"this":                                           {"", "this"},
		"":                                               {"", ""},
		"a.b[0":                                          {"a", "b"},
	} {
		if kind, name := typeAndName(address); kind != want[0] || name != want[1] {
			t.Errorf("%s: %q %q, not %q", address, kind, name, want)
		}
	}
}
