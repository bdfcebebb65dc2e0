// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"context"
	"path"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A source is what one configuration file says, read once however often it is linked.
type source struct {
	backend   *backend
	versions  []string
	provider  bool                      // it configures a provider
	variables map[string]hcl.Expression // name → default; nil when there is none
	locals    map[string]hcl.Expression
	modules   []module
	states    []stateRef
	declares  []map[string]hcl.Expression // arguments of blocks that declare a workspace with a working directory
	workspace bool                        // it uses terraform.workspace
	refs      []hclsyntax.Expression
	problem   *Problem
}

// A backend is a backend or cloud block.
type backend struct {
	kind  string // "s3"; "cloud" for a cloud block
	attrs map[string]hcl.Expression
}

// A module is a call of a module.
type module struct {
	source string
	args   map[string]hcl.Expression
	file   string
	line   int
}

// A stateRef is a data source that reads another layer's state.
type stateRef struct {
	name      string // of the data source
	kind      hcl.Expression
	config    map[string]hcl.Expression
	workspace hcl.Expression
}

// isConfig reports whether Terraform or OpenTofu reads the file as configuration.
func isConfig(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") {
		return false
	}
	return strings.HasSuffix(base, ".tf") || strings.HasSuffix(base, ".tf.json") ||
		strings.HasSuffix(base, ".tofu") || strings.HasSuffix(base, ".tofu.json")
}

// parseAll reads every configuration file of the tree once, on all cores. The
// keys are paths with their links resolved.
func parseAll(ctx context.Context, t *tree) (map[string]*source, error) {
	var names []string
	seen := map[string]bool{}
	for _, name := range t.paths {
		if !isConfig(name) {
			continue
		}
		if real, ok := t.resolve(name); ok && t.has[real] && !seen[real] {
			seen[real] = true
			names = append(names, real)
		}
	}
	parsed := make([]*source, len(names))
	inParallel(len(names), func(i int) {
		if ctx.Err() == nil {
			parsed[i] = parseFile(t, names[i])
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sources := make(map[string]*source, len(names))
	for i, name := range names {
		sources[name] = parsed[i]
	}
	return sources, nil
}

// inParallel calls do for every number below n, on all cores.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < n; i += workers {
				do(i)
			}
		}()
	}
	wg.Wait()
}

func parseFile(t *tree, name string) *source {
	s := &source{variables: map[string]hcl.Expression{}, locals: map[string]hcl.Expression{}}
	content, err := t.files.ReadFile(name)
	if err != nil {
		s.problem = &Problem{Message: "cannot be read: " + err.Error(), File: name}
		return s
	}
	file, problem := parse(name, content)
	if problem != nil {
		s.problem = problem
		s.guess(content)
	}
	if file == nil {
		return s
	}
	s.extract(file.Body, strings.HasSuffix(name, ".json"))
	if body, ok := file.Body.(*hclsyntax.Body); ok && mayRefer(content) {
		s.walk(body)
	}
	return s
}

var backendText = regexp.MustCompile(`(?m)^\s*(?:backend\s+"([a-z0-9]+)"|(cloud))\s*\{`)

// guess finds the backend of a file too broken to parse, so that its layer is
// reported as broken and not lost.
func (s *source) guess(content []byte) {
	if m := backendText.FindSubmatch(content); m != nil {
		s.backend = &backend{kind: string(append(m[1], m[2]...))}
	}
}

var (
	fileSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "terraform"}, {Type: "locals"},
		{Type: "provider", LabelNames: []string{"name"}},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "module", LabelNames: []string{"name"}},
		{Type: "data", LabelNames: []string{"type", "name"}},
		{Type: "resource", LabelNames: []string{"type", "name"}},
	}}
	terraformSchema = &hcl.BodySchema{
		Attributes: []hcl.AttributeSchema{{Name: "required_version"}},
		Blocks:     []hcl.BlockHeaderSchema{{Type: "backend", LabelNames: []string{"type"}}, {Type: "cloud"}},
	}
	variableSchema   = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "default"}}}
	workspacesSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "workspaces"}}}
	stateSchema      = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "backend"}, {Name: "config"}, {Name: "workspace"}, {Name: "organization"}}}
	oldStateSchema   = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "config"}}} // Terraform 0.11 wrote a block
)

func (s *source) extract(body hcl.Body, isJSON bool) {
	content, _, _ := body.PartialContent(fileSchema)
	for _, b := range content.Blocks {
		switch b.Type {
		case "terraform":
			s.terraform(b.Body)
		case "locals":
			for name, expr := range attributes(b.Body) {
				s.locals[name] = expr
			}
		case "provider":
			s.provider = true
		case "variable":
			inner, _, _ := b.Body.PartialContent(variableSchema)
			s.variables[b.Labels[0]] = nil
			if a := inner.Attributes["default"]; a != nil {
				s.variables[b.Labels[0]] = a.Expr
			}
		case "module":
			args := attributes(b.Body)
			call := module{args: args, file: b.DefRange.Filename, line: b.DefRange.Start.Line}
			if expr := args["source"]; expr != nil {
				call.source, _ = (&scope{}).text(expr)
			}
			s.modules = append(s.modules, call)
			s.declare(args)
		case "data":
			s.data(b, isJSON)
		case "resource":
			if b.Labels[0] == "tfe_workspace" {
				s.declare(attributes(b.Body))
			}
		}
	}
}

func (s *source) terraform(body hcl.Body) {
	content, _, _ := body.PartialContent(terraformSchema)
	if a := content.Attributes["required_version"]; a != nil {
		if version, ok := (&scope{}).text(a.Expr); ok {
			s.versions = append(s.versions, version)
		}
	}
	for _, b := range content.Blocks {
		found := &backend{kind: b.Type, attrs: attributes(b.Body)}
		if b.Type == "backend" {
			found.kind = b.Labels[0]
		}
		if found.kind == "cloud" || found.kind == "remote" {
			inner, _, _ := b.Body.PartialContent(workspacesSchema)
			for _, w := range inner.Blocks {
				for name, expr := range attributes(w.Body) {
					found.attrs["workspaces."+name] = expr
				}
			}
		}
		s.backend = found
	}
}

func (s *source) data(b *hcl.Block, isJSON bool) {
	if b.Labels[0] != "terraform_remote_state" && b.Labels[0] != "tfe_outputs" {
		return
	}
	content, _, _ := b.Body.PartialContent(stateSchema)
	ref := stateRef{name: b.Labels[1], config: map[string]hcl.Expression{}}
	for name, a := range content.Attributes {
		switch name {
		case "backend":
			ref.kind = a.Expr
		case "config":
			for key, expr := range object(a.Expr) {
				ref.config[key] = expr
			}
		case "workspace":
			ref.workspace = a.Expr
		}
	}
	if b.Labels[0] == "tfe_outputs" && ref.workspace != nil {
		ref.config["workspaces.name"] = ref.workspace
	}
	if !isJSON && content.Attributes["config"] == nil {
		old, _, _ := b.Body.PartialContent(oldStateSchema)
		for _, block := range old.Blocks {
			for key, expr := range attributes(block.Body) {
				ref.config[key] = expr
			}
		}
	}
	if nested := object(ref.config["workspaces"]); nested != nil {
		for key, expr := range nested {
			ref.config["workspaces."+key] = expr
		}
	}
	s.states = append(s.states, ref)
}

// attributes returns the arguments of a body, its blocks left aside.
func attributes(body hcl.Body) map[string]hcl.Expression {
	found := map[string]hcl.Expression{}
	if native, ok := body.(*hclsyntax.Body); ok {
		for name, a := range native.Attributes {
			found[name] = a.Expr
		}
		return found
	}
	attrs, _ := body.JustAttributes()
	for name, a := range attrs {
		found[name] = a.Expr
	}
	return found
}

// object returns the literal keys of an object constructor; nil for anything else.
func object(expr hcl.Expression) map[string]hcl.Expression {
	if expr == nil {
		return nil
	}
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return nil
	}
	found := map[string]hcl.Expression{}
	for _, pair := range pairs {
		if key := hcl.ExprAsKeyword(pair.Key); key != "" {
			found[key] = pair.Value
		} else if key, ok := (&scope{}).text(pair.Key); ok {
			found[key] = pair.Value
		}
	}
	return found
}

// configFiles returns the configuration files of a folder in the order Terraform
// merges them: override files last.
func configFiles(t *tree, dir string) []string {
	var files []string
	for _, base := range t.list(dir) {
		if isConfig(base) {
			files = append(files, path.Join(dir, base))
		}
	}
	sort.SliceStable(files, func(i, j int) bool { return !isOverride(files[i]) && isOverride(files[j]) })
	return files
}

func isOverride(name string) bool {
	stem := strings.TrimSuffix(path.Base(name), ".json")
	stem = strings.TrimSuffix(strings.TrimSuffix(stem, ".tf"), ".tofu")
	return stem == "override" || strings.HasSuffix(stem, "_override")
}
