// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/policy"
)

func TestABundleIsTheSameAfterItsJSON(t *testing.T) {
	for name, b := range map[string]policy.Bundle{
		"none": {},
		"some": {Files: map[string]string{"policies/a.rego": "package a\n<&>\u2028\x00", "d.json": "", "x/y.yml": "ä", "z.yaml": strings.Repeat("a: 1\n", 100_000)}},
	} {
		t.Run(name, func(t *testing.T) {
			first, err := json.Marshal(b)
			if err != nil {
				t.Fatal(err)
			}
			var got policy.Bundle
			if err := json.Unmarshal(first, &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(b, got); d != "" {
				t.Error(d)
			}
			if again, err := json.Marshal(got); err != nil || !bytes.Equal(first, again) {
				t.Errorf("%s is not %s (%v)", again, first, err)
			}
		})
	}
}

func TestABundleWithoutFilesIsLeftOut(t *testing.T) {
	type ticket struct {
		Policies policy.Bundle `json:"policies,omitzero"`
	}
	if b, err := json.Marshal(ticket{}); err != nil || string(b) != "{}" {
		t.Error(string(b), err)
	}
}

func TestWhatIsNoBundleIsRefused(t *testing.T) {
	pack := func(text string, more ...byte) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(text))
		w.Close()
		out, _ := json.Marshal(append(b.Bytes(), more...))
		return string(out)
	}
	many := map[string]string{}
	for i := range 1001 {
		many[fmt.Sprintf("p/%d.rego", i)] = ""
	}
	tooMany, _ := json.Marshal(many)
	for name, c := range map[string]struct{ src, want string }{
		"another type":            {`{"Files":{}}`, "cannot unmarshal object"},
		"no base64":               {`"%"`, "illegal base64"},
		"no gzip":                 {`"AAAA"`, "EOF"},
		"a bomb":                  {pack(`{"a.rego":"` + strings.Repeat(" ", 5<<20) + `"}`), "more than 4194304 bytes unpacked"},
		"more than fits":          {`"` + strings.Repeat("A", policy.MaxPacked) + `"`, "where 262144 are the most"},
		"something after":         {pack(`{}`, 1), "something follows"},
		"a second one":            {pack(`{"a.rego":""}`, []byte(pack(`{}`))...), "something follows"},
		"no JSON":                 {pack(`{`), "unexpected end"},
		"another order":           {pack(`{"b.rego":"","a.rego":""}`), "not written as they should be"},
		"the same name twice":     {pack(`{"a.rego":"x","a.rego":""}`), "not written as they should be"},
		"an absolute path":        {pack(`{"/etc/a.rego":""}`), `"/etc/a.rego" is no file of policies`},
		"a path that leaves":      {pack(`{"../a.rego":""}`), `"../a.rego" is no file of policies`},
		"another kind of file":    {pack(`{"a.sh":""}`), `"a.sh" is no file of policies`},
		"too many files":          {pack(string(tooMany)), "1001 files, where 1000 are the most"},
		"a value that is no text": {pack(`{"a.rego":1}`), "cannot unmarshal number"},
	} {
		t.Run(name, func(t *testing.T) {
			var b policy.Bundle
			if err := json.Unmarshal([]byte(c.src), &b); err == nil || !strings.Contains(err.Error(), c.want) || b.Files != nil {
				t.Errorf("%v does not have %q; %d files", err, c.want, len(b.Files))
			}
		})
	}
}

func FuzzBundle(f *testing.F) {
	for _, b := range []policy.Bundle{{}, {Files: map[string]string{"a.rego": "package a"}}} {
		src, _ := json.Marshal(b)
		f.Add(src)
	}
	f.Add([]byte(`"H4sIAAAAAAAA/6rmUgACpUSlWi4AAAAA//8="`))
	f.Fuzz(func(t *testing.T, src []byte) {
		var b policy.Bundle
		if json.Unmarshal(src, &b) != nil {
			return
		}
		out, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var again policy.Bundle
		if err := json.Unmarshal(out, &again); err != nil || !maps.Equal(again.Files, b.Files) {
			t.Fatal(err)
		}
	})
}

func TestGather(t *testing.T) {
	tree := fstest.MapFS{}
	for _, name := range []string{"policies/a.rego", "policies/a_test.rego", "policies/data.json", "policies/sub/b.rego", "policies/README.md",
		"policies/testdata/plan.json", "policies/.regal/config.yaml", "policies/.x.yaml", "infra/01-x/policies/c.rego", "infra/02-y/policies/d.rego", "policies2/e.rego", "data/only.yml"} {
		tree[name] = &fstest.MapFile{Data: []byte(name)}
	}
	for name, c := range map[string]struct {
		paths []string
		tests bool
		want  []string
	}{
		"a folder":              {[]string{"policies"}, false, []string{"policies/a.rego", "policies/data.json", "policies/sub/b.rego"}},
		"a folder with a slash": {[]string{"./policies/"}, false, []string{"policies/a.rego", "policies/data.json", "policies/sub/b.rego"}},
		"with tests":            {[]string{"policies"}, true, []string{"policies/a.rego", "policies/a_test.rego", "policies/data.json", "policies/sub/b.rego"}},
		"a file":                {[]string{"policies/a.rego"}, false, []string{"policies/a.rego"}},
		"a pattern of folders":  {[]string{"infra/*/policies"}, false, []string{"infra/01-x/policies/c.rego", "infra/02-y/policies/d.rego"}},
		"a pattern of files":    {[]string{"policies/**/*.rego"}, false, []string{"policies/a.rego", "policies/sub/b.rego"}},
		"data by its name":      {[]string{"policies/sub", "policies/testdata/plan.json"}, false, []string{"policies/sub/b.rego", "policies/testdata/plan.json"}},
		"data of its own":       {[]string{"policies/a.rego", "data"}, false, []string{"data/only.yml", "policies/a.rego"}},
		"everything":            {[]string{"."}, false, []string{"data/only.yml", "infra/01-x/policies/c.rego", "infra/02-y/policies/d.rego", "policies/a.rego", "policies/data.json", "policies/sub/b.rego", "policies2/e.rego"}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := policy.Gather(c.paths, slices.Collect(maps.Keys(tree)), tree.ReadFile, c.tests)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, slices.Sorted(maps.Keys(b.Files))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestGatherThatFindsNoPolicySaysWhatToDo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	large := make([]byte, 300<<10)
	for i := range large {
		large[i] = byte(' ' + random.IntN(64))
	}
	tree := fstest.MapFS{"policies/a.rego": {Data: []byte("package a")}, "tests/a_test.rego": {}, "data/a.json": {}, "docs/a.md": {}, "large/a.rego": {Data: large}}
	for name, c := range map[string]struct {
		paths []string
		want  string
	}{
		"a path that is not there":   {[]string{"policies", "polices"}, `the policies' path "polices" holds no policy`},
		"a path with other files":    {[]string{"docs"}, `the policies' path "docs" holds no policy`},
		"tests only":                 {[]string{"tests"}, `the policies' path "tests" holds no policy but tests and data`},
		"data only":                  {[]string{"data"}, "holds no policy but tests and data"},
		"a path outside":             {[]string{"../policies"}, `the policies' path "../policies" holds no policy`},
		"no pattern":                 {[]string{"a[", "policies"}, `the policies' path "a[" is no pattern`},
		"more than can be handed on": {[]string{"large"}, "1 files and "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Gather(c.paths, slices.Collect(maps.Keys(tree)), tree.ReadFile, false)
			var hint interface{ Hint() string }
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &hint) || hint.Hint() == "" {
				t.Errorf("%v does not have %q, or no hint", err, c.want)
			}
		})
	}
	unreadable := func(string) ([]byte, error) { return nil, fs.ErrPermission }
	if _, err := policy.Gather([]string{"policies"}, []string{"policies/a.rego"}, unreadable, false); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
