// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/report"
)

// parse reads one JSON value.
func parse(t testing.TB, text string) value {
	t.Helper()
	if text == "" {
		return value{}
	}
	v, err := decodeValue(jsontext.NewDecoder(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// lines returns leaves in one line each.
func lines(list []report.Leaf) []string {
	var out []string
	for _, l := range list {
		out = append(out, attr(report.Attr{Path: l.Path, Before: l.Before, After: l.After, Unknown: l.Unknown, Sensitive: l.Sensitive, Forces: l.Forces}))
	}
	return out
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after                string
		unknown, hiddenIn, hiddenOut string
		forces                       string
		want                         []string
	}{
		"equal":          {before: `{"a":1,"b":[1,{}]}`, after: `{"b":[1,{}],"a":1}`},
		"null is absent": {before: `{"a":null}`, after: `{}`},
		"scalars": {
			before: `{"a":1,"b":"x","c":true,"d":null}`, after: `{"a":2,"b":"x","c":null,"d":"new"}`,
			want: []string{"a 1 -> 2", "c true -> ", `d  -> "new"`},
		},
		"creation": {
			before: `null`, after: `{"a":"x","n":null,"t":{},"l":[],"b":[{"p":1}]}`,
			want: []string{`a  -> "x"`, "b[0].p  -> 1", "l  -> []", "t  -> {}"},
		},
		"destruction": {before: `{"a":"x","b":[{"p":1}]}`, after: `null`, want: []string{`a "x" -> `, "b[0].p 1 -> "}},
		"long numbers are not rounded": {
			before: `{"n":9007199254740993}`, after: `{"n":9007199254740992}`,
			want: []string{"n 9007199254740993 -> 9007199254740992"},
		},
		"escapes are not a difference": {before: `{"s":"\u003cé\u003e"}`, after: `{"s":"<é>"}`},
		"JSON in strings stays a string": {
			before: `{"p":"{\"a\":1}"}`, after: `{"p":"{\"a\":2}"}`,
			want: []string{`p "{\"a\":1}" -> "{\"a\":2}"`},
		},
		"map keys": {
			before: `{"tags":{"name":"a","k8s.io/x":"1"},"m":{"A b":1},"o":{"x":1}}`,
			after:  `{"tags":{"name":"b","k8s.io/x":"2"},"m":{"A b":2},"o":{"x":2}}`,
			want:   []string{`m["A b"] 1 -> 2`, "o.x 1 -> 2", `tags["k8s.io/x"] "1" -> "2"`, `tags["name"] "a" -> "b"`},
		},
		"from a list to a map":    {before: `{"a":[1]}`, after: `{"a":{"x":1}}`, want: []string{"a.x  -> 1", "a[0] 1 -> "}},
		"from a scalar to a list": {before: `{"a":"x"}`, after: `{"a":["y"]}`, want: []string{`a "x" -> `, `a[0]  -> "y"`}},
		"emptied":                 {before: `{"a":{"x":1}}`, after: `{"a":{}}`, want: []string{"a.x 1 -> "}},

		"a new element of a set": {
			before: `{"s":["b","c","d"]}`, after: `{"s":["a","b","c","d"]}`, want: []string{`s[0]  -> "a"`},
		},
		"an element less": {
			before: `{"s":["a","b","c"]}`, after: `{"s":["b","c"]}`, want: []string{`s[0] "a" -> `},
		},
		"another element": {
			before: `{"s":["a","b","c"]}`, after: `{"s":["a","c","d"]}`, want: []string{`s[2] "b" -> "d"`},
		},
		"removed and added beside each other": {
			before: `{"s":["a","b","c"]}`, after: `{"s":["a","x"]}`, want: []string{`s[1] "b" -> "x"`, `s[2] "c" -> `},
		},
		"blocks are matched": {
			before: `{"in":[{"p":1,"q":["x"]},{"p":2,"q":["y"]}]}`, after: `{"in":[{"p":0,"q":[]},{"p":1,"q":["x"]},{"p":2,"q":["z"]}]}`,
			want: []string{`in[0].p  -> 0`, "in[0].q  -> []", "in[1].p 2 -> ", `in[1].q[0] "y" -> `, "in[2].p  -> 2", `in[2].q[0]  -> "z"`},
		},
		"a changed block": {
			before: `{"in":[{"p":1},{"p":2,"d":"a"}]}`, after: `{"in":[{"p":1},{"p":2,"d":"b"}]}`, want: []string{`in[1].d "a" -> "b"`},
		},

		"unknown": {
			before: `{"id":"x","l":[1,2],"m":{"a":1}}`, after: `{"m":{}}`, unknown: `{"id":true,"l":true,"m":{"a":true},"new":true}`,
			want: []string{`id "x" -> unknown`, "l  -> unknown", "m.a 1 -> unknown", "new  -> unknown"},
		},
		"unknown in a list": {
			before: `null`, after: `{"b":[{"x":1},{}],"l":["a",null]}`, unknown: `{"b":[{},{"y":true}],"l":[false,true]}`,
			want: []string{"b[0].x  -> 1", "b[1].y  -> unknown", `l[0]  -> "a"`, "l[1]  -> unknown"},
		},
		"unknown whole": {before: `null`, after: `null`, unknown: `true`, want: []string{"  -> unknown"}},

		"sensitive leaf": {
			before: `{"p":"a","q":1}`, after: `{"p":"b","q":2}`, hiddenIn: `{"p":true}`, hiddenOut: `{"p":true}`,
			want: []string{`p "a" -> "b" sensitive`, "q 1 -> 2"},
		},
		"sensitive before only": {
			before: `{"p":"a"}`, after: `{"p":"b"}`, hiddenIn: `{"p":true}`, hiddenOut: `{}`, want: []string{`p "a" -> "b" sensitive`},
		},
		"a sensitive map hides its keys": {
			before: `{"m":{"k":"a"}}`, after: `{"m":{"k":"b","l":"c"}}`, hiddenOut: `{"m":true}`,
			want: []string{`m {"k":"a"} -> {"k":"b","l":"c"} sensitive`},
		},
		"sensitive element": {
			before: `{"l":["a"]}`, after: `{"l":["a","b"]}`, hiddenOut: `{"l":[false,true]}`, want: []string{`l[1]  -> "b" sensitive`},
		},
		"sensitive and unknown": {
			before: `{"p":"a"}`, after: `{}`, unknown: `{"p":true}`, hiddenIn: `{"p":true}`, hiddenOut: `{"p":true}`,
			want: []string{`p "a" -> unknown sensitive`},
		},
		"a mask that does not fit hides all": {
			before: `{"l":["a"]}`, after: `{"l":["b"]}`, hiddenOut: `{"l":[false,false,true]}`, want: []string{`l ["a"] -> ["b"] sensitive`},
		},
		"a mask of another shape hides all": {
			before: `{"l":"a"}`, after: `{"l":"b"}`, hiddenOut: `{"l":{"x":true}}`, want: []string{`l "a" -> "b" sensitive`},
		},
		"an unset sensitive value is no leaf": {before: `null`, after: `{"p":null}`, hiddenOut: `{"p":true}`},

		"forces": {
			before: `{"name":"a","net":{"cidr":"1","x":1},"tags":{"K":"1"}}`, after: `{"name":"b","net":{"cidr":"2","x":2},"tags":{"K":"2"}}`,
			forces: `[["name"],["net","cidr"],["tags"]]`,
			want:   []string{`name "a" -> "b" forces`, `net.cidr "1" -> "2" forces`, "net.x 1 -> 2", `tags["K"] "1" -> "2" forces`},
		},
		"forces by an unknown collection": {
			before: `{"b":[{"x":1}]}`, after: `{}`, unknown: `{"b":true}`, forces: `[["b",0,"x"]]`, want: []string{"b  -> unknown forces"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := change{
				before: parse(t, tt.before), after: parse(t, tt.after), unknown: parse(t, tt.unknown),
				hiddenBefore: parse(t, tt.hiddenIn), hiddenAfter: parse(t, tt.hiddenOut), forces: parse(t, tt.forces).items,
			}
			if diff := cmp.Diff(tt.want, lines(c.finish(""))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongListsAreComparedInBoundedTime(t *testing.T) {
	t.Parallel()
	var before, after []string
	for i := range 5000 {
		before, after = append(before, fmt.Sprint(2*i)), append(after, fmt.Sprint(2*i+1))
	}
	c := change{before: parse(t, `{"l":[`+strings.Join(before, ",")+`]}`), after: parse(t, `{"l":[`+strings.Join(after, ",")+`]}`)}
	if got := len(c.finish("")); got != 5000 {
		t.Errorf("%d leaves", got)
	}
}

// Whatever is compared: no path occurs twice, and what is marked sensitive as a whole shows nothing else.
func FuzzLeaves(f *testing.F) {
	f.Add(`{"a":[1,{"b":2}]}`, `{"a":[{"b":3}]}`, `{"a":[{"b":true}]}`, `{"a":[true]}`)
	f.Add(`[1,2,3]`, `[3,2,1]`, `[]`, `true`)
	f.Add(`{"tags":{"A":null}}`, `{"tags":{"a.b":""}}`, `{"tags":{"z":true}}`, `{}`)
	f.Fuzz(func(t *testing.T, before, after, unknown, hidden string) {
		var c change
		for text, v := range map[*string]*value{&before: &c.before, &after: &c.after, &unknown: &c.unknown, &hidden: &c.hiddenAfter} {
			var err error
			if *v, err = decodeValue(jsontext.NewDecoder(strings.NewReader(*text))); err != nil {
				t.Skip()
			}
		}
		seen := map[string]bool{}
		for _, l := range c.finish("value") {
			if seen[l.Path] && !strings.Contains(before+after+unknown, "]") { // a key may look like a path
				t.Errorf("%s twice", l.Path)
			}
			seen[l.Path] = true
			if strings.TrimSpace(hidden) == "true" && !l.Sensitive && l.After != nil {
				t.Errorf("%s shows %s", l.Path, l.After)
			}
		}
	})
}
