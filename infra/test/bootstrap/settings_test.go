// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/tree"
)

// AWS's limits, blanks not counted, and ten policies a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxManaged  = 6144
	maxTrust    = 2048
	maxAttached = 10
	maxBucket   = 20 << 10
	maxKey      = 32 << 10
)

func TestPoliciesFitIntoAWS(t *testing.T) {
	for environment := range accounts {
		l := apply(t, environment)
		for kind, limit := range map[string]struct {
			attribute string
			size      int
		}{
			"aws_iam_policy": {"policy", maxManaged}, "aws_iam_role": {"assume_role_policy", maxTrust},
			"aws_s3_bucket_policy": {"policy", maxBucket}, "aws_kms_key": {"policy", maxKey},
		} {
			if len(l.of(kind)) == 0 {
				t.Errorf("%s: there is no %s", environment, kind)
			}
			for _, r := range l.of(kind) {
				if size := characters(t, r.text(limit.attribute)); size > limit.size {
					t.Errorf("%s %s: %d characters, of %d", environment, r.Address, size, limit.size)
				}
			}
		}
		for _, role := range l.of("aws_iam_role") {
			attached := 0
			for _, a := range l.of("aws_iam_role_policy_attachment") {
				if a.text("role") == role.text("name") {
					attached++
				}
			}
			if attached > maxAttached || attached == 0 {
				t.Errorf("%s %s has %d policies", environment, role.Address, attached)
			}
		}
		if inline := l.of("aws_iam_role_policy"); len(inline) != 0 {
			t.Errorf("%s: %d inline policies: their sizes are not looked at", environment, len(inline))
		}
	}
}

// Four commits, the most that there may be, still fit into a trust policy.
func TestFourCommitsFitIntoATrustPolicy(t *testing.T) {
	l := apply(t, "prod")
	for _, role := range l.of("aws_iam_role") {
		if size := characters(t, role.text("assume_role_policy")) + 3*(len(workflows(t, l, role.Address)[0])+3); size > maxTrust {
			t.Errorf("%s: %d characters, of %d", role.Address, size, maxTrust)
		}
	}
}

func characters(t *testing.T, document string) int {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`\s`).ReplaceAllString(document, ""))
}

// What is made is what all others are told: the bucket in each layer's settings, the roles in Layerbot's configuration.
func TestOthersKnowWhatIsMade(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	configuration := read(t, filepath.Join(root, ".github", "layerbot.hcl"))
	for environment, account := range accounts {
		l := apply(t, environment)
		for _, name := range tree.Layers {
			dir := filepath.Join(root, "infra", name, "environments", environment)
			if backend := read(t, filepath.Join(dir, "backend-config.hcl")); setting(backend, "bucket") != l.outputs["state_bucket"] ||
				setting(backend, "key") != tree.Short(name)+"/terraform.tfstate" {
				t.Errorf("%s/%s: the backend's configuration is\n%s", name, environment, backend)
			}
			variables := read(t, filepath.Join(dir, "00-config.auto.tfvars"))
			if name != "01-bootstrap" && setting(variables, "state_bucket") != l.outputs["state_bucket"] {
				t.Errorf("%s/%s: state_bucket is %q", name, environment, setting(variables, "state_bucket"))
			}
			if setting(variables, "account_id") != account {
				t.Errorf("%s/%s: account_id is %q", name, environment, setting(variables, "account_id"))
			}
		}
		for name, output := range map[string]string{"plan_role": "plan_role_arn", "apply_role": "apply_role_arn"} {
			if !regexp.MustCompile(name + `\s+= "` + regexp.QuoteMeta(l.outputs[output]) + `"`).MatchString(configuration) {
				t.Errorf("%s: .github/layerbot.hcl has no %s = %q", environment, name, l.outputs[output])
			}
		}
	}
}

// No key of AWS stands anywhere in infra, nor does any layer make one (number 80).
func TestNoStaticKeys(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	lasting := regexp.MustCompile(`AKIA[0-9A-Z]{16}|aws_iam_access_key|aws_iam_user\b|(?m)^\s*(access_key|secret_key)\s*=|AWS_SECRET_ACCESS_KEY:`)
	looked := 0
	for _, part := range []string{"infra", filepath.Join(".github", "workflows"), filepath.Join(".github", "layerbot.hcl")} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() && (d.Name() == ".terraform" || path == filepath.Join(root, "infra", "test")) {
				return skip(err)
			}
			if d.IsDir() {
				return nil
			}
			looked++
			if found := lasting.FindString(read(t, path)); found != "" {
				t.Errorf("%s has %q", path, found)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 50 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// setting returns the string that a file gives a name.
func setting(file, name string) string {
	found := regexp.MustCompile(`(?m)^\s*` + name + `\s*=\s*"([^"]*)"`).FindStringSubmatch(file)
	if found == nil {
		return ""
	}
	return found[1]
}

func read(t *testing.T, path string) string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(src), "\r\n", "\n")
}
