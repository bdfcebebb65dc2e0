// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// launchers are the settings of providers, backends and state encryption by which a program is run for credentials, or
// that lead to files which can name one: credential_process of AWS's profiles, exec of Kubernetes' configurations.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
// plugins_path is helm's: a plugin there fetches charts, when a plan needs one.
var launchers = set("shared_config_file shared_config_files shared_credentials_file shared_credentials_files config_path config_paths exec plugins_path")

// renderers are the settings of objects of the provider helm that name a program, which a data source runs when it is planned.
// https://registry.terraform.io/providers/hashicorp/helm/2.17.0/docs/data-sources/template
var renderers = set("postrender")

// harmless are the backends that have none of these settings.
var harmless = set("local remote azurerm gcs http pg consul cos inmem")

// launches notes the launchers among the settings of a body, at any depth.
func (p *part) launches(body hcl.Body) {
	if native, ok := body.(*hclsyntax.Body); ok {
		for _, name := range sortedKeys(native.Attributes) {
			a := native.Attributes[name]
			p.launcher(name, a.NameRange)
			if name == "kubernetes" && !writtenOut(a.Expr) { // of the provider helm, whose exec is in there
				p.unclear(a.NameRange, "the settings of a cluster, which are not written out")
			}
			p.launchesIn(a.Expr)
		}
		for _, b := range native.Blocks {
			p.launcher(b.Type, b.TypeRange)
			for _, label := range b.Labels { // of a dynamic block
				p.launcher(label, b.TypeRange)
			}
			p.launches(b.Body)
		}
		return
	}
	settings := attributes(body)
	for _, name := range sortedKeys(settings) {
		p.launcher(name, settings[name].StartRange())
		p.launchesIn(settings[name])
	}
}

// renders notes the renderers among the settings of an object, dynamic blocks among them.
func (p *part) renders(b *hcl.Block) {
	if !strings.HasPrefix(b.Labels[0], "helm_") {
		return
	}
	note := func(name string, at hcl.Range) {
		if renderers[name] {
			p.out.Programs = append(p.out.Programs, useAt(name, at))
		}
	}
	settings := attributes(b.Body)
	for _, name := range sortedKeys(settings) {
		note(name, settings[name].StartRange())
		if pairs, diags := hcl.ExprMap(settings[name]); name == "dynamic" && !diags.HasErrors() { // of JSON
			for _, pair := range pairs {
				label, _ := (&scope{}).text(pair.Key)
				note(label, pair.Key.Range())
			}
		}
	}
	if native, ok := b.Body.(*hclsyntax.Body); ok {
		for _, inner := range native.Blocks {
			note(inner.Type, inner.TypeRange)
			for _, label := range inner.Labels {
				note(label, inner.TypeRange)
			}
		}
	}
}

// launchesIn notes the launchers of an object that is written out, or a list of some.
func (p *part) launchesIn(expr hcl.Expression) {
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			name, _ := (&scope{}).text(pair.Key)
			p.launcher(name, pair.Key.Range())
			p.launchesIn(pair.Value)
		}
		return
	}
	items, _ := hcl.ExprList(expr)
	for _, item := range items {
		p.launchesIn(item)
	}
}

func (p *part) launcher(name string, at hcl.Range) {
	if launchers[name] {
		p.out.Programs = append(p.out.Programs, useAt(name, at))
	}
}

// remoteState notes the launchers in the configuration of a state that is read, which Terraform reads by itself, without
// any provider.
func (p *part) remoteState(b *hcl.Block) {
	args := attributes(b.Body)
	if config := args["config"]; config != nil && !writtenOut(config) {
		if backend, known := (&scope{}).text(args["backend"]); !known || !harmless[backend] {
			p.unclear(config.Range(), fmt.Sprintf("the configuration of the state %q, which is not written out", b.Labels[1]))
		}
	}
	p.launches(b.Body)
}

// writtenOut reports whether an expression is an object of which every name can be read.
func writtenOut(expr hcl.Expression) bool {
	pairs, diags := hcl.ExprMap(expr)
	for _, pair := range pairs {
		if _, known := (&scope{}).text(pair.Key); !known {
			return false
		}
	}
	return !diags.HasErrors()
}

// BackendFile adds the programs of a file that is handed to init as -backend-config.
func (i *Inspection) BackendFile(fsys fs.FS, name string) error {
	p := &part{inspector: &inspector{fsys: fsys, out: i}}
	content, ok, err := p.open(name)
	if !ok {
		return err
	}
	file, problem := parse(name, content)
	if problem != nil {
		p.unreadable(name, problem.Line, problem.Message)
	}
	if file != nil {
		p.launches(file.Body)
	}
	return nil
}

// BackendValues adds the programs of settings that are handed to init one by one, which a branch's configuration names.
func (i *Inspection) BackendValues(values map[string]string) {
	for _, name := range sortedKeys(values) {
		if launchers[name] {
			i.Programs = append(i.Programs, Use{Name: name})
		}
	}
}
