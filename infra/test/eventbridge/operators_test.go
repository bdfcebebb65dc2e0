// SPDX-License-Identifier: Apache-2.0

package eventbridge_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/layerbot/layerbot/infra/test/eventbridge"
)

// The cases are those of AWS's page on operators and their edges; they are data, so that another matcher can be asked the same.
func TestOperators(t *testing.T) {
	var cases []struct {
		Name           string
		Pattern, Event json.RawMessage
		Matches        bool
	}
	read(t, "testdata/operators.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			pattern, err := eventbridge.Parse(c.Pattern)
			if err != nil {
				t.Fatal(err)
			}
			matches, err := pattern.Match(c.Event)
			if err != nil {
				t.Fatal(err)
			}
			if matches != c.Matches {
				t.Errorf("%s with %s: %t", c.Pattern, c.Event, matches)
			}
		})
	}
}

func TestWhatEventBridgeWouldRefuseIsAnError(t *testing.T) {
	var patterns []string
	read(t, "testdata/refused.json", &patterns)
	for _, pattern := range append(patterns, `{"$or":[{"a":["x"]}]}`, `{"$or":[{"prefix":["x"]},{"a":["x"]}]}`) {
		if _, err := eventbridge.Parse([]byte(pattern)); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

func TestZeroValueMatchesNothing(t *testing.T) {
	matches, err := new(eventbridge.Pattern).Match([]byte(`{}`))
	if err != nil || matches {
		t.Errorf("%t, %v", matches, err)
	}
}

func TestAnEventIsAnObject(t *testing.T) {
	pattern, err := eventbridge.Parse([]byte(`{"a":[{"exists":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{`[]`, `{`, `{} {}`} {
		if _, err := pattern.Match([]byte(event)); err == nil {
			t.Errorf("%s is an event", event)
		}
	}
}

func read(t *testing.T, path string, to any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatal(err)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add([]byte(`{"$or":[{"a":[{"numeric":[">",0,"<",5]}]},{"b":{"c":[{"wildcard":"x*y"},null]}}]}`), []byte(`{"a":[1,[2]],"b":[{"c":"xy"}]}`))
	f.Add([]byte(`{"a":[{"anything-but":{"prefix":["x"]}},{"exists":false}]}`), []byte(`{"a":{}}`))
	f.Add([]byte(`{"a":[{"cidr":"::/0"},{"suffix":{"equals-ignore-case":"É"}}]}`), []byte(`{"a":null}`))
	f.Fuzz(func(t *testing.T, pattern, event []byte) {
		p, err := eventbridge.Parse(pattern)
		if err != nil {
			return
		}
		once, err := p.Match(event)
		if err != nil {
			return
		}
		if again, _ := p.Match(event); again != once {
			t.Errorf("%s with %s: %t, then %t", pattern, event, once, again)
		}
	})
}
