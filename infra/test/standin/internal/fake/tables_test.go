// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"github.com/zclconf/go-cty/cty"
)

// served is the schema of AWS and of Helm, large types and all; made once, for it takes seconds.
func served(t *testing.T) []*schema.Store {
	t.Helper()
	if stores != nil {
		return stores
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "run", "../../pack", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"aws", "helm"} {
		store, err := load(dir, name, &Settings{Large: true})
		if err != nil {
			t.Fatal(err)
		}
		stores = append(stores, store)
	}
	return stores
}

var stores []*schema.Store

// find is the block of a type: as a resource, a data source and an ephemeral resource, as far as there are any.
func find(stores []*schema.Store, typ string, kinds ...schema.Kind) []*schema.Block {
	var found []*schema.Block
	for _, store := range stores {
		for _, kind := range kinds {
			if t, err := store.Find(kind, typ); err == nil {
				found = append(found, t.Block)
			}
		}
	}
	return found
}

// typeAt is the type of the attribute or block at a path, or none.
func typeAt(b *schema.Block, path string) (cty.Type, bool) {
	name, rest, deeper := strings.Cut(path, ".")
	if n := b.Blocks[name]; n != nil {
		if deeper {
			return typeAt(n.Block, rest)
		}
		return n.Type(), true
	}
	a := b.Attributes[name]
	if a == nil {
		return cty.NilType, false
	}
	ty := a.Type
	for deeper {
		if ty.IsListType() || ty.IsSetType() {
			ty = ty.ElementType()
		}
		name, rest, deeper = strings.Cut(rest, ".")
		if !ty.IsObjectType() || !ty.HasAttribute(name) {
			return cty.NilType, false
		}
		ty = ty.AttributeType(name)
	}
	return ty, true
}

func TestTablesSayWhatTheSchemaKnows(t *testing.T) {
	stores = served(t)
	known := func(table, typ, path string, kinds ...schema.Kind) (cty.Type, bool) {
		for _, b := range find(stores, typ, kinds...) {
			if ty, ok := typeAt(b, path); ok {
				return ty, true
			}
		}
		t.Errorf("%s: there is no %s.%s", table, typ, path)
		return cty.NilType, false
	}
	for typ, attributes := range defaults {
		for name, value := range attributes {
			if ty, ok := known("defaults", typ, name, schema.Resource); ok && !value.Type().Equals(ty) {
				t.Errorf("defaults: %s.%s is no %s", typ, name, value.Type().FriendlyName())
			}
		}
	}
	for typ, words := range replacing {
		for word := range strings.FieldsSeq(words) {
			known("replacing", typ, strings.TrimPrefix(word, "-"), schema.Resource)
		}
	}
	for typ, names := range changing {
		for _, name := range names {
			known("changing", typ, name, schema.Resource)
		}
	}
	for typ, list := range checks {
		for _, c := range list {
			known("checks", typ, c.path, schema.Resource)
		}
	}
	for typ, pairs := range conflicts {
		for _, pair := range pairs {
			known("conflicts", typ, pair[0], schema.Resource)
			known("conflicts", typ, pair[1], schema.Resource)
		}
	}
	for typ, groups := range oneOf {
		for _, group := range groups {
			for _, name := range group {
				known("oneOf", typ, name, schema.Resource)
			}
		}
	}
}

func TestShapesFitTheSchema(t *testing.T) {
	stores = served(t)
	// A name in a shape may be a help to other templates of it and no attribute.
	helps := map[string]bool{"kind": true}
	tables := map[schema.Kind]map[string]map[string]string{schema.Resource: shapes, schema.Data: lookShapes, schema.Ephemeral: ephemeralShapes}
	for kind, table := range tables {
		for typ, shape := range table {
			kinds := []schema.Kind{kind}
			if kind == schema.Resource {
				kinds = append(kinds, schema.Data)
			}
			blocks := find(stores, typ, kinds...)
			if len(blocks) == 0 {
				t.Errorf("there is no %s", typ)
				continue
			}
			m := newMaker(typ, placeOf("eu-west-1", "123456789012"), cty.EmptyObjectVal, shape)
			for path, template := range shape {
				expanded := m.expand(template)
				if placeholder.MatchString(expanded) {
					t.Errorf("%s.%s: a placeholder is left in %s", typ, path, expanded)
				}
				fits := helps[path]
				for _, b := range blocks {
					if ty, ok := typeAt(b, path); ok {
						m.shaped(path, expanded, ty) // panics if it does not fit
						fits = true
					}
				}
				if !fits && path != "arn" && path != "id" && path != "owner_id" {
					t.Errorf("%s has no attribute %s", typ, path)
				}
			}
		}
	}
}

// The file of settings is looked for in the folder of the mirror, so this is where the binary is in it.
func TestSettingsAreReadBesideTheBinary(t *testing.T) {
	dir := t.TempDir()
	if s, err := readSettings(dir); err != nil || len(s.Fail) != 0 || s.Log != "" || s.Large {
		t.Errorf("without a file nothing is asked for: %+v, %v", s, err)
	}
	if err := os.WriteFile(dir+"/standin.json", []byte(`{"log": "x", "large": true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STANDIN_LOG", "y")
	if s, err := readSettings(dir); err != nil || s.Log != "y" || !s.Large {
		t.Errorf("beside the binary, and the variable first: %+v, %v", s, err)
	}
}
