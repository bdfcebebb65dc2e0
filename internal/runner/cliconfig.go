// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"os"
	"path/filepath"
	"strings"
)

// writeConfig writes Terraform's CLI configuration to path: where providers are installed from. allowed are the source
// addresses that may be, as Terraform and layer.Rules write them; nil: any.
// Source: https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
func (r *Runner) writeConfig(path string, allowed []string) error {
	var b strings.Builder
	b.WriteString("disable_checkpoint = true\nprovider_installation {\n")
	var mirrored []string
	if mirror := r.o.ProviderMirror; mirror != "" {
		var err error
		if mirrored, err = mirrors(mirror); err != nil {
			return err
		}
		include := mirrored
		if allowed != nil {
			include = allowed
		}
		installation(&b, "filesystem_mirror", include, none(allowed), "path = "+hclQuote(mirror))
	}
	// Said also without a mirror: else Terraform takes providers from terraform.d/plugins in the layer itself, where a
	// pull request can put a program.
	installation(&b, "direct", allowed, append(none(allowed), mirrored...))
	b.WriteString("}\n")
	return os.WriteFile(path, []byte(b.String()), 0o600)
}

// installation adds one way of installing providers. An empty list of what it includes admits all but what it excludes.
func installation(b *strings.Builder, method string, include, exclude []string, more ...string) {
	b.WriteString("  " + method + " {\n")
	for _, argument := range append(more, "include = "+hclList(include), "exclude = "+hclList(exclude)) {
		b.WriteString("    " + argument + "\n")
	}
	b.WriteString("  }\n")
}

// none returns what excludes all, if none is allowed.
func none(allowed []string) []string {
	if allowed == nil || len(allowed) > 0 {
		return nil
	}
	return []string{"*/*/*"}
}

// restrict has Terraform install only the providers that the rules allow, wherever their names come from: states and
// modules from elsewhere name some, too. It comes after all else that chooses the CLI configuration.
func (r *run) restrict(env map[string]string) error {
	allowed := r.job.Rules.Providers
	if allowed == nil {
		return nil
	}
	if r.runner.o.Local && r.runner.o.ProviderMirror == "" {
		r.runner.o.Log.Debug("the list of allowed providers takes the place of your own CLI configuration", "target", r.job.Target.ID())
	}
	env["TF_CLI_CONFIG_FILE"] = filepath.Join(r.work, "cli.tfrc")
	return r.runner.writeConfig(env["TF_CLI_CONFIG_FILE"], allowed)
}

// mirrors returns the providers that a filesystem mirror holds, as "host/namespace/type".
func mirrors(mirror string) ([]string, error) {
	dirs, err := filepath.Glob(filepath.Join(mirror, "*", "*", "*"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, dir := range dirs {
		name, err := filepath.Rel(mirror, dir)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(name, ".") {
			names = append(names, filepath.ToSlash(name))
		}
	}
	return names, nil
}

func hclList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = hclQuote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// hclQuote returns s as a quoted HCL string without interpolation.
func hclQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "${", "$${", "%{", "%%{").Replace(s) + `"`
}
