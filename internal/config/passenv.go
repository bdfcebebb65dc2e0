// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A kept variable never reaches Terraform from the job's environment.
type kept struct{ names, why string } // separated by spaces; * at the end of one stands for anything

const (
	steers = "It steers the programs that run, and a job's environment is not what decides on these."
	jobs   = "It belongs to the job, and would let what runs in a plan act in its name."
)

var keptFromTerraform = []kept{
	{"AWS_*", "Credentials for AWS come from the aws block of an environment; without one, those of the job are given to Terraform anyway."},
	{"TF_* TOFU_*", "It steers Terraform itself. Values of variables are given by secret and variable blocks of a layer."},
	{"GITHUB_* ACTIONS_* RUNNER_* INPUT_* STATE_* LAYERBOT_* OP_* SSH_* GIT_*", jobs},
	{"PATH HOME SHELL USER LOGNAME TMPDIR TMP TEMP ENV IFS PS4 XDG_* BASH* LD_* DYLD_* GLIBC_* GCONV_PATH LOCPATH NLSPATH MALLOC_*", steers},
	{"NODE_* NPM_* PYTHON* PERL* RUBY* GEM_* BUNDLE_* JAVA_* JDK_* _JAVA_OPTIONS CLASSPATH DOTNET_* GODEBUG GOFLAGS GOENV GOPROXY", steers},
	{"HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY FTP_PROXY SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE OPENSSL_* CURL_* WGETRC HOSTALIASES RESOLV_* RES_OPTIONS LOCALDOMAIN", steers},
	{"EDITOR VISUAL PAGER BROWSER", steers},
}

var variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*\*?$`)

// passEnv checks the name of an environment variable, or the beginning of several.
func (c *checker) passEnv(at hcl.Range, pattern string) {
	start, open := strings.CutSuffix(strings.ToUpper(pattern), "*")
	switch {
	case !variablePattern.MatchString(pattern):
		c.fail(at, "Malformed value", `pass_env has %q. It must be the name of an environment variable, or its beginning and a * as in "ARM_*".`, pattern)
		return
	case open && len(start) < 3:
		c.fail(at, "Malformed value", `pass_env has %q, which is too much: at least three letters must stand before the *, as in "ARM_*".`, pattern)
		return
	case !open && strings.HasSuffix(start, "_PROXY"):
		c.fail(at, "Variable that is not passed", "pass_env has %q. %s", pattern, steers)
		return
	}
	for _, k := range keptFromTerraform {
		for _, name := range strings.Fields(k.names) {
			if meet(start, open, name) {
				c.fail(at, "Variable that is not passed", "pass_env has %q. %s", pattern, k.why)
				return
			}
		}
	}
}

// meet reports whether a variable can be among those that start with start, or is start if it is not open, and among
// those that a name stands for.
func meet(start string, open bool, name string) bool {
	prefix, many := strings.CutSuffix(name, "*")
	return start == prefix || many && strings.HasPrefix(start, prefix) || open && strings.HasPrefix(prefix, start)
}
