// SPDX-License-Identifier: Apache-2.0

package hcl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/lonegunmanb/terraform-aws-schema/v5/generated"
)

// Words of Terraform's own that stand in each block of its kind.
var (
	metaArguments = []string{"count", "for_each", "provider", "depends_on"}
	metaBlocks    = []string{"lifecycle", "provisioner", "connection", "timeouts"}
)

// AgainstSchema finds what the AWS provider of the version that is pinned would refuse, whether or not a plan reaches it: types and
// arguments that do not exist, arguments that are missing or cannot be set, and the wrong number of nested blocks.
func (l *Layer) AgainstSchema() error {
	kinds := map[string]map[string]*tfjson.Schema{
		"resource":  generated.Resources,
		"data":      generated.DataSources,
		"ephemeral": generated.EphemeralResources,
	}
	var errs []error
	for _, b := range l.Blocks {
		known, ok := kinds[b.Type]
		if !ok || len(b.Labels) != 2 || !strings.HasPrefix(b.Labels[0], "aws_") {
			continue
		}
		schema, ok := known[b.Labels[0]]
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %s: the provider has no %s %s", b.Where(), b.Address(), b.Type, b.Labels[0]))
			continue
		}
		errs = append(errs, against(b.Body, schema.Block, b.Address(), b.Where(), true))
	}
	return errors.Join(errs...)
}

// against compares a body with a block of the schema; top says that Terraform's own words may stand there.
func against(body *hclsyntax.Body, schema *tfjson.SchemaBlock, address, where string, top bool) error {
	var errs []error
	say := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s: %s", where, address, fmt.Sprintf(format, args...)))
	}
	for name := range body.Attributes {
		if top && slices.Contains(metaArguments, name) {
			continue
		}
		a, ok := schema.Attributes[name]
		switch {
		case ok && a.Computed && !a.Optional && !a.Required:
			say("%s is for the provider to say", name)
		case !ok:
			say("there is no argument %s", name)
		}
	}
	for name, a := range schema.Attributes {
		if a.Required && body.Attributes[name] == nil {
			say("%s is missing", name)
		}
	}
	counts := map[string]int{}
	for _, in := range body.Blocks {
		name, content := in.Type, in.Body
		if name == "dynamic" && len(in.Labels) == 1 {
			name, content = in.Labels[0], contentOf(in)
			counts[name] += 1000 // as many as it takes
		}
		if top && slices.Contains(metaBlocks, name) {
			continue
		}
		nested, ok := schema.NestedBlocks[name]
		if !ok {
			say("there is no block %s", name)
			continue
		}
		counts[name]++
		if content != nil {
			errs = append(errs, against(content, nested.Block, address+"."+name, where, false))
		}
	}
	for name, nested := range schema.NestedBlocks {
		n := counts[name]
		if n < int(nested.MinItems) && body.Attributes[name] == nil { //nolint:gosec // counts of blocks
			say("block %s is missing", name)
		}
		if nested.MaxItems > 0 && n > int(nested.MaxItems) && n < 1000 { //nolint:gosec // counts of blocks
			say("there are %d blocks %s and may be %d", n, name, nested.MaxItems)
		}
	}
	return errors.Join(errs...)
}

func contentOf(dynamic *hclsyntax.Block) *hclsyntax.Body {
	for _, b := range dynamic.Body.Blocks {
		if b.Type == "content" {
			return b.Body
		}
	}
	return nil
}
