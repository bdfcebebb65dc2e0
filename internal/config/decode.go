// SPDX-License-Identifier: Apache-2.0

package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
)

// document is the file as it is written.
type document struct {
	Layers       *layersBlock       `hcl:"layers,block"`
	Terraform    *terraformBlock    `hcl:"terraform,block"`
	Environments []environmentBlock `hcl:"environment,block"`
	LayerBlocks  []layerBlock       `hcl:"layer,block"`
	Scanners     []scannerBlock     `hcl:"scanner,block"`
	Findings     *findingsBlock     `hcl:"findings,block"`
	Policies     *policiesBlock     `hcl:"policies,block"`
	Recovery     *recoveryBlock     `hcl:"recovery,block"`
}

// decode turns a parsed file into a checked Config.
func decode(file *hcl.File) (*Config, hcl.Diagnostics) {
	var doc document
	if diags := gohcl.DecodeBody(file.Body, nil, &doc); diags.HasErrors() {
		return nil, withValidWords(file, diags)
	}
	var c checker
	cfg := &Config{
		Layers:       doc.Layers.config(&c),
		Terraform:    doc.Terraform.config(&c),
		Environments: environments(&c, doc.Environments),
		LayerBlocks:  layers(&c, doc.LayerBlocks),
		Scanners:     scanners(&c, doc.Scanners),
		Findings:     doc.Findings.config(&c),
		Policies:     doc.Policies.config(&c),
		Recovery:     doc.Recovery.config(&c),
	}
	return cfg, c.diags
}
