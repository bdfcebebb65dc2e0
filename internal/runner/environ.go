// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// passed are the variables of the surrounding environment that always reach Terraform: how to find programs, the
// network and its certificates. Everything else a job holds, tokens above all, stays outside: an output that reads
// /proc/self/environ prints it, past any mask.
var passed = []string{
	"PATH", "LANG", "LC_ALL", "TZ",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
	"GOGC", "GOMEMLIMIT", // of Terraform and its providers, for those who must save memory
}

// personal are the variables that count on a person's own machine too.
var personal = []string{"HOME", "USER", "SSH_AUTH_SOCK", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "KUBECONFIG"}

// personalPrefixes likewise. TF_CLI_ARGS and TF_REATTACH_PROVIDERS are not among them: they change what is run.
var personalPrefixes = []string{"TF_VAR_", "TF_TOKEN_", "AWS_", "ARM_", "GOOGLE_"}

// environment returns the variables that are the same for all runs of r.
func (r *Runner) environment() map[string]string {
	env := map[string]string{
		"HOME":               filepath.Join(r.work, "home"),
		"TF_CLI_CONFIG_FILE": filepath.Join(r.work, "cli.tfrc"),
	}
	keep := func(name string) {
		if v, ok := r.o.Environ[name]; ok {
			env[name] = v
		}
	}
	if r.o.Local {
		if r.o.ProviderMirror == "" {
			delete(env, "TF_CLI_CONFIG_FILE") // Terraform finds the person's own below HOME
		}
		for _, name := range personal {
			keep(name)
		}
		for name := range r.o.Environ {
			if slices.ContainsFunc(personalPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
				keep(name)
			}
		}
	}
	for _, name := range passed {
		keep(name)
	}
	if env["GOGC"]+env["GOMEMLIMIT"] == "" {
		// Most runs end before they would have had to collect garbage, and then take a quarter less time; from the
		// limit on, which AWS's schemas reach, it is collected. https://go.dev/doc/gc-guide#Memory_limit
		env["GOGC"], env["GOMEMLIMIT"] = "off", "1GiB"
	}
	maps.Copy(env, map[string]string{
		"TF_IN_AUTOMATION":   "1",
		"TF_INPUT":           "0",
		"CHECKPOINT_DISABLE": "1",
	})
	if !r.o.Local {
		env["AWS_EC2_METADATA_DISABLED"] = "true" // the machine's own role is nobody's grant
	}
	return env
}

// pairs returns env as a process takes it, in the order of the names.
func pairs(env map[string]string) []string {
	out := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// platform is the name of this machine in provider packages.
var platform = runtime.GOOS + "_" + runtime.GOARCH
