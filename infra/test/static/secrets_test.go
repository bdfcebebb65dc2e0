// SPDX-License-Identifier: Apache-2.0

// Package static looks at what stands in the repository.
package static

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/tree"
)

// text is a file of the repository that git knows or would take.
type text struct{ path, body string }

// tracked are the files below some folders, but for tests and their data, which hold what looks like secrets on purpose.
func tracked(t *testing.T, folders ...string) []text {
	t.Helper()
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"}, folders...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []text
	for path := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/testdata/") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(root, path))
		if os.IsNotExist(err) {
			continue // deleted and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text{path, string(raw)})
	}
	if len(all) < len(folders) {
		t.Fatalf("%d files below %v", len(all), folders)
	}
	return all
}

// secretsUsed are the names of secrets that a workflow asks for.
func secretsUsed(body string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`secrets(?:\.|\[')([A-Za-z_][A-Za-z0-9_]*)`).FindAllStringSubmatch(body, -1) {
		names = append(names, m[1])
	}
	return names
}

// patterns of tokens that belong to a person.
var personal = regexp.MustCompile(`\bgh[pou]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}`)

// known are all secrets that workflows may ask for: the App's, the job's own token, and what a layer's variables come from.
var known = []string{"APP_ID", "APP_PRIVATE_KEY", "INSTALLATION_ID", "GITHUB_TOKEN", "TERRAFORM_ENV", "ACR_USERNAME", "ACR_PASSWORD"}

func TestNoPersonalAccessToken(t *testing.T) {
	for _, f := range tracked(t, ".github", "action", "action.yml", "examples", "infra", "docs", "README.md", "CONTRIBUTING.md") {
		if found := personal.FindString(f.body); found != "" {
			t.Errorf("%s holds a token of a person: %s…", f.path, found[:8])
		}
		if !strings.HasPrefix(f.path, ".github/workflows/") {
			continue
		}
		for _, name := range secretsUsed(f.body) {
			if !slices.Contains(known, name) {
				t.Errorf("%s asks for the secret %s, which nobody knows", f.path, name)
			}
		}
	}
}

// static keys: an access key's id, or a setting that takes one.
var static = []*regexp.Regexp{
	regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`),
	regexp.MustCompile(`(?i)\baws[-_]access[-_]key[-_]id\s*[:=]\s*\S`),
	regexp.MustCompile(`(?i)\baws[-_]secret[-_]access[-_]key\s*[:=]\s*\S`),
	regexp.MustCompile(`resource "aws_iam_(access_key|user)"`),
}

// holdsStaticKeys returns what looks like one, "" if nothing does.
func holdsStaticKeys(body string) string {
	for _, p := range static {
		if found := p.FindString(body); found != "" {
			return found
		}
	}
	return ""
}

func TestNoStaticKeys(t *testing.T) {
	for _, f := range tracked(t, ".github", "action", "action.yml", "examples", "infra", "charts") {
		if found := holdsStaticKeys(f.body); found != "" && !strings.HasPrefix(f.path, "infra/test/") {
			t.Errorf("%s: %s", f.path, found)
		}
	}
}

func TestWhatIsLookedForIsSeen(t *testing.T) {
	for _, body := range []string{
		"aws-access-key-id: ${{ secrets.KEY }}", "AWS_SECRET_ACCESS_KEY=abc", "AK" + "IAIOSFODNN7EXAMPLE", `resource "aws_iam_user" "ci" {`,
	} {
		if holdsStaticKeys(body) == "" {
			t.Errorf("%s is not seen", body)
		}
	}
	if !personal.MatchString("gh" + "p_0123456789abcdefghij0123456789abcdef") {
		t.Error("a person's token is not seen")
	}
	if got := secretsUsed("token: ${{ secrets.MY_PAT }} and secrets['OTHER']"); !slices.Equal(got, []string{"MY_PAT", "OTHER"}) {
		t.Errorf("secrets are %v", got)
	}
}
