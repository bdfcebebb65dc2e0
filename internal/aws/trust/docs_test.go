// SPDX-License-Identifier: Apache-2.0

package trust

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A block is a trust policy in a page, or the Condition of one. The line before its fence says what it is:
//
//	<!-- trust: apply -->                      it admits exactly whom the apply role should; so for plan and app
//	<!-- trust: avoid apply: NAME; NAME -->    for the apply role it is wrong: it admits these subjects, among others
type block struct {
	where, marker, text string
}

var (
	fence  = regexp.MustCompile("(?ms)^([^\n]*)\n[ ]*```json\n(.*?)^[ ]*```$")
	marker = regexp.MustCompile(`^<!-- trust: (avoid )?(plan|apply|app)(?:: (.+))? -->$`)
)

// blocks returns those of the pages in root: README.md, and all below docs.
func blocks(t *testing.T, root fs.FS) (all []block) {
	t.Helper()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && name != "docs" && !strings.HasPrefix(name, "docs/"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		src, err := fs.ReadFile(root, name)
		for _, m := range fence.FindAllStringSubmatch(string(src), -1) {
			if strings.Contains(m[2], "sts:AssumeRoleWithWebIdentity") || strings.Contains(m[2], public) {
				all = append(all, block{where: name, marker: strings.TrimSpace(m[1]), text: m[2]})
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPoliciesInPagesAdmitWhatIsSaidOfThem(t *testing.T) {
	avoided := 0
	for _, b := range blocks(t, os.DirFS("../../..")) {
		says := marker.FindStringSubmatch(b.marker)
		if says == nil || (says[1] == "") != (says[3] == "") {
			t.Errorf("%s: a trust policy is not said to be good or bad, but %q:\n%s", b.where, b.marker, b.text)
			continue
		}
		if !strings.Contains(b.text, `"Statement"`) {
			b.text = policy(b.text)
		}
		p, repository := mustParse(t, b.text), acme
		if says[1] != "" {
			repository.Workflow = "" // a bad one names a bad one
		}
		r := p.Review(Subjects(p.Complete(repository), "prod", "prod"), Use(says[2]))
		if says[1] == "" {
			if !r.Exact() {
				t.Errorf("%s: %s: unwanted %v, missing %v", b.where, b.marker, r.Unwanted, names(r.Missing))
			}
			continue
		}
		avoided++
		var unwanted []string
		for _, f := range r.Unwanted {
			unwanted = append(unwanted, f.Name)
		}
		for name := range strings.SplitSeq(says[3], "; ") {
			if !slices.Contains(unwanted, name) {
				t.Errorf("%s: %s:\nit does not admit %q, but %q", b.where, b.marker, name, unwanted)
			}
		}
	}
	if avoided < 8 {
		t.Errorf("%d patterns to avoid are found", avoided)
	}
}

// Every policy that is shipped as a file is one that a test knows.
func TestEveryShippedFileIsLookedAt(t *testing.T) {
	entries, err := os.ReadDir("../../../examples/aws")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"app-key.json", "apply-role.json", "plan-role.json", "scp.json" /* examples/scp_test.go */, "trust-app.json", "trust-apply.json", "trust-plan.json"}
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) {
			t.Errorf("examples/aws/%s is in no test", e.Name())
		}
	}
	if len(entries) != len(known) {
		t.Errorf("%d files, %d known", len(entries), len(known))
	}
}
