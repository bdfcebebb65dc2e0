// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A valueFile is a var-file or a backend file and what its place and name say.
type valueFile struct {
	path      string
	scope     string   // the deepest folder on its way that is, or holds, a root
	between   []string // folders from scope to the file
	stem      string   // its name without extensions
	word      string   // what its name says beside "backend", "config", numbers …: "prod", "network-prod"
	isVar     bool
	isBackend bool
	auto      bool // named *.auto.tfvars or terraform.tfvars

	env       string
	envFolder string // the folder that is the environment; "" when the name says it
	layer     string // the layer it is for, simplified; "" is any

	names map[string]hcl.Expression // its values; read when first asked for
	bad   *Problem
}

// valueFiles finds every var-file and backend file that can belong to a root.
func (d *discovery) valueFiles() []*valueFile {
	holds := map[string]bool{".": true} // folders that are or hold a root
	for _, r := range d.roots {
		for _, at := range above(r.dir) {
			holds[at] = true
		}
	}
	var candidates, found []*valueFile
	for _, name := range d.tree.paths {
		if v := classify(name); v != nil {
			candidates = append(candidates, v)
		}
	}
	inParallel(len(candidates), func(i int) { d.values(candidates[i]) })
	for _, v := range candidates {
		name := v.path
		v.scope = path.Dir(name)
		for !holds[v.scope] {
			v.scope = path.Dir(v.scope)
		}
		v.between = segments(relative(path.Dir(name), v.scope))
		inBackends := backendFolders[strings.ToLower(path.Base(path.Dir(name)))]
		if !v.isBackend && (!v.isVar || inBackends || backendName.MatchString(v.stem)) {
			d.sniff(v)
		}
		if v.isVar || v.isBackend {
			found = append(found, v)
			d.byPath[name] = v
		}
	}
	return found
}

var (
	backendName = regexp.MustCompile(`(?i)(^|[-_.])backend([-_.]|$)`)
	modelName   = regexp.MustCompile(`(?i)\.(template|tmpl|tpl|example|sample|dist)$|[.-](example|sample|template)\.`)
	modelStart  = regexp.MustCompile(`(?i)^(example|sample|template)[.-]`)
	decoration  = regexp.MustCompile(`(?i)^(backend([-_]config)?|config|terraform|auto|vars|variables|tfvars|s3|gcs|azurerm)$`)
	prefixes    = regexp.MustCompile(`(?i)^(\d+[-_.]|backend[-_]config[-_]|backend[-_]|config[-_]|terraform[-_]|vars[-_]|variables[-_])+`)
	suffixes    = regexp.MustCompile(`(?i)([-_]backend[-_]config|[-_]backend|[-_]config|[-_]vars)$`)
)

// classify judges a file by its name alone; nil is neither kind. A plain .hcl
// file needs a look inside.
func classify(name string) *valueFile {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || modelName.MatchString(base) || modelStart.MatchString(base) {
		return nil
	}
	v := &valueFile{path: name}
	var stem string
	switch {
	case strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"):
		stem = strings.TrimSuffix(strings.TrimSuffix(base, ".json"), ".tfvars")
		v.isVar = true
		v.isBackend = strings.EqualFold(stem, "backend") || strings.EqualFold(stem, "backend-config")
		v.auto = isAutoloaded(base)
	case strings.HasSuffix(base, ".tfbackend"), strings.HasSuffix(base, ".backend"):
		stem = strings.TrimSuffix(base, path.Ext(base))
		v.isBackend = true
	case strings.HasSuffix(base, ".hcl"):
		stem = strings.TrimSuffix(base, ".hcl")
		if other := path.Ext(stem); other == ".pkr" || other == ".nomad" || other == ".tftest" || strings.HasPrefix(stem, "terragrunt") {
			return nil
		}
	case (strings.HasSuffix(base, ".conf") || strings.HasSuffix(base, ".config")) && backendName.MatchString(base):
		stem = strings.TrimSuffix(base, path.Ext(base))
		v.isBackend = true
	default:
		return nil
	}
	v.stem, v.word = strings.TrimSuffix(stem, ".auto"), plainWord(stem)
	return v
}

// plainWord strips a stem of what says nothing: "00-config.auto" is "",
// "backend-config-network" is "network", "integration.blue" is "integration".
func plainWord(stem string) string {
	for _, part := range strings.Split(stem, ".") {
		if part == "" || decoration.MatchString(part) {
			continue
		}
		part = suffixes.ReplaceAllString(prefixes.ReplaceAllString(part, ""), "")
		if part != "" && !decoration.MatchString(part) {
			return part
		}
	}
	return ""
}

var backendArguments = set("bucket key region prefix path address storage_account_name container_name resource_group_name " +
	"hostname organization encrypt dynamodb_table use_lockfile kms_key_id conn_str schema_name secret_suffix workspaces workspace_key_prefix")

// sniff makes a file a backend file when its arguments are a backend's: half of them, or any in a .hcl that is called backend:
// backends have more arguments than are known here.
func (d *discovery) sniff(v *valueFile) {
	known := 0
	for name := range d.values(v) {
		if backendArguments[name] {
			known++
		}
	}
	v.isBackend = known > 0 && (known*2 >= len(v.names) || !v.isVar && backendName.MatchString(v.stem))
}

// values returns the arguments of a value file. One that cannot be read has none and a problem.
func (d *discovery) values(v *valueFile) map[string]hcl.Expression {
	if v.names != nil {
		return v.names
	}
	v.names = map[string]hcl.Expression{}
	content, err := d.tree.read(v.path)
	if err != nil {
		v.bad = &Problem{Message: "cannot be read: " + err.Error(), File: v.path, Hint: "commit the file, or what it links to"}
		return v.names
	}
	if bytes.HasPrefix(content, []byte("\x00GITCRYPT\x00")) {
		v.bad = &Problem{Message: "is encrypted with git-crypt", File: v.path, Hint: "unlock the checkout (git-crypt unlock) before planning"}
		return v.names
	}
	file, problem := parse(v.path, content)
	v.bad = problem
	if file != nil {
		v.names = attributes(file.Body)
	}
	return v.names
}
