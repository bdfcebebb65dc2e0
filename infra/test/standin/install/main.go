// SPDX-License-Identifier: Apache-2.0

// Command install lays out the stand-in providers in a folder and prints the path of the terraformrc that leads there.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/layerbot/layerbot/infra/test/standin"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go -C infra/test run ./standin/install DIR")
		os.Exit(2)
	}
	_, terraformrc, err := standin.Install(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(terraformrc)
}
