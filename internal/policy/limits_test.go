// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/policy"
	"github.com/layerbot/layerbot/internal/report"
)

func TestDecisionsAreNoMoreThanAReportHoldsAndDenialsStay(t *testing.T) {
	p := set(t, `package main
warn contains sprintf("w%d", [n]) if some n in numbers.range(1, 900)
deny contains sprintf("d%d", [n]) if some n in numbers.range(1, 990)`).Judge(t.Context(), about, []byte(`{}`))
	if len(p.Decisions) != 1000 || p.Omitted != 890 {
		t.Fatalf("%d decisions, %d omitted", len(p.Decisions), p.Omitted)
	}
	denials := 0
	for _, d := range p.Decisions {
		if d.Kind == report.Deny {
			denials++
		}
	}
	if denials != 990 {
		t.Errorf("%d denials", denials)
	}
}

func TestAMessageIsNoLongerThanAReportHolds(t *testing.T) {
	for _, text := range []string{"x", "ä", "\U0001F600", "x ", "\u0001"} {
		quoted, _ := json.Marshal(text)
		src := fmt.Sprintf("package main\ndeny contains {\"msg\": m, \"address\": m, \"rule\": m} if m := concat(\"\", [%s | some _ in numbers.range(1, 6000)])", quoted)
		p := set(t, src).Judge(t.Context(), about, []byte(`{}`))
		if p.Failure != "" {
			t.Fatal(p.Failure)
		}
		for _, d := range p.Decisions {
			for _, s := range []string{d.Message, d.Address, d.Rule} {
				if len(s) > 4096 || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
					t.Errorf("%q: %d bytes, %.20q…", text, len(s), s)
				}
			}
		}
	}
}

func TestASetThatNobodyCompiledAllowsNothing(t *testing.T) {
	var s policy.Set
	for _, p := range []*report.Policy{
		s.Judge(t.Context(), about, []byte(`{}`)), s.Together(t.Context(), reports), s.Manifests(t.Context(), "a.yaml", []byte("a: 1")),
	} {
		if p == nil || p.Failure == "" {
			t.Errorf("%+v", p)
		}
	}
}

func TestASetIsAskedFromSeveralSidesAtOnce(t *testing.T) {
	s := set(t, rules)
	bad := []byte(strings.ReplaceAll(string(planOf(20_000)), `"encrypted":"true"`, `"encrypted":"false"`))
	want := s.Judge(t.Context(), about, bad)
	if len(want.Decisions) == 0 {
		t.Fatal("nothing is wrong")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if d := cmp.Diff(want, s.Judge(t.Context(), about, bad)); d != "" {
				t.Error(d)
			}
		})
	}
	wg.Wait()
}
