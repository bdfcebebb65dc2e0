// SPDX-License-Identifier: Apache-2.0

// Command pack writes the schemas that the stand-in serves: pack DIR.
//
// DIR/aws.pb holds the provider block and every type but the large ones; DIR/large/NAME.KIND.pb.gz holds one of those;
// DIR/helm.pb is the whole of the Helm provider. The AWS types are those of a Go module made from the real provider's
// own `terraform providers schema`. Reading that module takes seconds: this program does it once, the provider never.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/lonegunmanb/terraform-aws-schema/v5/generated"
)

// large is the size in bytes from which a type is served only where a configuration names it. Of 5.100.0 these are the
// QuickSight and WAFv2 rule trees: half a dozen types that are nine tenths of the whole.
const large = 100_000

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack DIR")
		os.Exit(2)
	}
	if err := pack(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pack(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "large"), 0o755); err != nil { //nolint:gosec // the caller says which folder
		return err
	}
	aws, err := schema.EncodeProvider(awsProvider())
	if err != nil {
		return err
	}
	aws = append(aws, schema.EncodeCapabilities()...)
	kinds := []struct {
		kind  schema.Kind
		name  string
		types map[string]*tfjson.Schema
	}{
		{schema.Resource, "resource", generated.Resources},
		{schema.Data, "data", generated.DataSources},
		{schema.Ephemeral, "ephemeral", generated.EphemeralResources},
	}
	for _, k := range kinds {
		for _, name := range slices.Sorted(maps.Keys(k.types)) {
			encoded, err := schema.EncodeType(k.kind, name, k.types[name])
			if err != nil {
				return err
			}
			if len(encoded) < large {
				aws = append(aws, encoded...)
				continue
			}
			if err := writeZipped(filepath.Join(dir, "large", name+"."+k.name+".pb.gz"), encoded); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "aws.pb"), aws, 0o644); err != nil { //nolint:gosec // the caller says which folder
		return err
	}
	helm, err := packHelm()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "helm.pb"), helm, 0o644) //nolint:gosec // the caller says which folder
}

func packHelm() ([]byte, error) {
	out, err := schema.EncodeProvider(helmProvider())
	if err != nil {
		return nil, err
	}
	release, err := schema.EncodeType(schema.Resource, "helm_release", helmRelease())
	if err != nil {
		return nil, err
	}
	out = append(out, release...)
	return append(out, schema.EncodeCapabilities()...), nil
}

func writeZipped(path string, data []byte) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644) //nolint:gosec // the caller says which folder
}
