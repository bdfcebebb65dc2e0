// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/lonegunmanb/terraform-aws-schema/v5/generated"
)

// packed is what is served: the schema at hand and, if large, the types that are left out of it.
func packed(t *testing.T, large bool) *schema.Store {
	t.Helper()
	dir := t.TempDir()
	if err := pack(dir); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "aws.pb"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "large", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no large types:", err)
	}
	for _, file := range files {
		if !large {
			break
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		more, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, more...)
	}
	store, err := schema.Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestServedSchemaIsTheSource(t *testing.T) {
	store := packed(t, true)
	for kind, types := range map[schema.Kind]map[string]*tfjson.Schema{
		schema.Resource: generated.Resources, schema.Data: generated.DataSources, schema.Ephemeral: generated.EphemeralResources,
	} {
		if n := len(store.Names(kind)); n != len(types) || n == 0 {
			t.Errorf("%d types of kind %d are served, the source has %d", n, kind, len(types))
		}
		for name, source := range types {
			served, err := store.Find(kind, name)
			if err != nil {
				t.Error(err)
				continue
			}
			if uint64(served.Version) != source.Version {
				t.Errorf("%s: version %d, the source has %d", name, served.Version, source.Version)
			}
			same(t, name, served.Block, source.Block)
		}
	}
}

// same compares blocks all the way down.
func same(t *testing.T, path string, served *schema.Block, source *tfjson.SchemaBlock) {
	if len(served.Attributes) != len(source.Attributes) || len(served.Blocks) != len(source.NestedBlocks) {
		t.Errorf("%s: another number of attributes or blocks than in the source", path)
		return
	}
	for name, a := range source.Attributes {
		got := served.Attributes[name]
		if got == nil || !got.Type.Equals(a.AttributeType) || got.Required != a.Required || got.Optional != a.Optional ||
			got.Computed != a.Computed || got.Sensitive != a.Sensitive || got.WriteOnly != a.WriteOnly {
			t.Errorf("%s.%s: %+v is served, the source has %+v", path, name, got, a)
		}
	}
	for name, n := range source.NestedBlocks {
		got := served.Blocks[name]
		if got == nil || got.Min != int(n.MinItems) || got.Max != int(n.MaxItems) {
			t.Errorf("%s.%s: another block than in the source", path, name)
			continue
		}
		same(t, path+"."+name, got.Block, n.Block)
	}
}

func TestWriteOnlyIsMarked(t *testing.T) {
	version, err := packed(t, false).Find(schema.Resource, "aws_secretsmanager_secret_version")
	if err != nil {
		t.Fatal(err)
	}
	if !version.Block.Attributes["secret_string_wo"].WriteOnly {
		t.Error("secret_string_wo is not write-only: it would be in plans and states")
	}
	if version.Block.Attributes["has_secret_string_wo"].WriteOnly {
		t.Error("has_secret_string_wo is an answer, not an argument")
	}
}

// The README of the stand-in names them.
func TestWhatIsLeftOutIsAShortList(t *testing.T) {
	store := packed(t, false)
	var missing []string
	for name := range generated.Resources {
		if _, err := store.Find(schema.Resource, name); err != nil {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	want := []string{"aws_quicksight_analysis", "aws_quicksight_dashboard", "aws_quicksight_template", "aws_wafv2_rule_group", "aws_wafv2_web_acl"}
	if !slices.Equal(missing, want) {
		t.Errorf("left out: %v, want %v", missing, want)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range missing {
		if !bytes.Contains(readme, []byte("`"+name+"`")) {
			t.Errorf("the README does not name %s", name)
		}
	}
}
