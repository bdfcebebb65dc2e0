// SPDX-License-Identifier: Apache-2.0

// Command provider stands in for a Terraform provider: for hashicorp/aws, or hashicorp/helm where that is its name. It
// serves the schemas that lie beside it and makes up what a cloud would answer. It calls nothing, reads no credentials
// and keeps nothing.
package main

import (
	"fmt"
	"os"

	"github.com/layerbot/layerbot/infra/test/standin/internal/fake"
)

func main() {
	if err := fake.Serve(); err != nil {
		fmt.Fprintln(os.Stderr, "stand-in provider:", err)
		os.Exit(1)
	}
}
