// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// withValidWords adds to each "not expected here" that names no near word the words
// that are valid in that place.
func withValidWords(file *hcl.File, diags hcl.Diagnostics) hcl.Diagnostics {
	body, ok := file.Body.(*hclsyntax.Body)
	for _, d := range diags {
		unknown := d.Summary == "Unsupported argument" || d.Summary == "Unsupported block type"
		if !ok || !unknown || d.Subject == nil || strings.Contains(d.Detail, "Did you mean") {
			continue
		}
		if words := validWords(body, d.Subject.Start); len(words) > 0 {
			name := string(d.Subject.SliceBytes(file.Bytes))
			d.Detail = fmt.Sprintf("%s %s", d.Detail, among(name, words))
		}
	}
	return diags
}

// validWords returns the arguments and blocks that may stand at pos.
func validWords(body *hclsyntax.Body, pos hcl.Pos) []string {
	kind := ""
	for inner := body; inner != nil; {
		body, inner = inner, nil
		for _, b := range body.Blocks {
			if b.Body.Range().ContainsPos(pos) {
				kind, inner = b.Type, b.Body
			}
		}
	}
	schema, _ := gohcl.ImpliedBodySchema(blockTypes[kind])
	var words []string
	for _, a := range schema.Attributes {
		words = append(words, a.Name)
	}
	for _, b := range schema.Blocks {
		words = append(words, b.Type)
	}
	slices.Sort(words)
	return words
}

// blockTypes holds what each block is decoded to; "" is the file itself.
var blockTypes = map[string]any{
	"": document{}, "layers": layersBlock{}, "backend": backendBlock{}, "terraform": terraformBlock{},
	"environment": environmentBlock{}, "aws": awsBlock{}, "layer": layerBlock{}, "secret": secretBlock{},
	"variable": variableBlock{}, "scanner": scannerBlock{}, "policies": policiesBlock{},
	"findings": findingsBlock{}, "recovery": recoveryBlock{},
}
