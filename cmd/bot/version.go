// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version = "dev"

// commit returns the commit that the program was built of, as go build notes it in a clone; "" if that is not known, or if there
// was more than the commit.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return commitOf(info.Settings)
}

func commitOf(settings []debug.BuildSetting) string {
	noted := map[string]string{}
	for _, s := range settings {
		noted[s.Key] = s.Value
	}
	if noted["vcs"] != "git" || noted["vcs.modified"] != "false" {
		return ""
	}
	return noted["vcs.revision"]
}

func (b *bot) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(b.out, "layerbot %s %s/%s\n", version, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
