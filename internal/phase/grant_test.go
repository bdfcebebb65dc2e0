// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/aws"
	"github.com/layerbot/layerbot/internal/config"
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// text is a tree of files.
type text map[string]string

func (f text) Paths() []string                      { return slices.Sorted(maps.Keys(f)) }
func (f text) Link(string) (string, bool)           { return "", false }
func (f text) ReadFile(name string) ([]byte, error) { return []byte(f[name]), nil }

func mapOf(t *testing.T, files text) *layer.Map {
	t.Helper()
	m, err := layer.Discover(t.Context(), files, layer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// kept is a layer with a state in S3.
func kept(name, env, bucket string) text {
	return text{
		name + "/main.tf": "terraform {\n  backend \"s3\" {}\n}\n",
		name + "/environments/" + env + "/backend-config.hcl": "bucket = \"" + bucket + "\"\nkey = \"" + name + "\"\n",
	}
}

// TestAChangeTakesNoBucketAway bounds a new layer without a state whose change, and whose base branch, have nothing left of
// what the default branch keeps in S3.
func TestAChangeTakesNoBucketAway(t *testing.T) {
	spy := text{"spy/main.tf": "variable \"x\" {}\nterraform {\n  required_version = \">= 1\"\n}\n", "spy/environments/prod/terraform.tfvars": "x = 1\n"}
	role := func(env, arn string) config.Environment {
		return config.Environment{Name: env, Branch: env, AWS: &config.AWS{PlanRole: arn}}
	}
	cfg := &config.Config{Environments: []config.Environment{role("prod", "a"), role("dev", "b"), role("test", "a")}}
	settled := kept("net", "prod", "states-prod")
	maps.Copy(settled, kept("dns", "dev", "states-dev"))
	maps.Copy(settled, kept("app", "test", "states-test"))
	for name, c := range map[string]struct {
		scene scene
		want  *aws.State
	}{
		"the default branch has them":    {scene{base: mapOf(t, text{}), settled: mapOf(t, settled)}, &aws.State{Buckets: []string{"states-prod", "states-test"}}},
		"the base has them":              {scene{base: mapOf(t, settled)}, &aws.State{Buckets: []string{"states-prod", "states-test"}}},
		"nothing of the role's is in S3": {scene{base: mapOf(t, kept("dns", "dev", "states-dev"))}, nil},
		"nobody keeps anything in S3":    {scene{base: mapOf(t, text{})}, nil},
	} {
		c.scene.cfg, c.scene.head = cfg, mapOf(t, spy)
		target, ok := within(c.scene.head, c.scene.head.Targets[0].ID())
		if !ok || target.Env != "prod" {
			t.Fatalf("%+v", c.scene.head.Targets)
		}
		got, held := c.scene.bounds(*cfg.Environment("prod").AWS, c.scene.head, target)
		if diff := cmp.Diff(c.want, got); diff != "" || held != nil {
			t.Errorf("%s: %v\n%s", name, held, diff)
		}
	}
}

func TestNamesThatNothingIsRunFor(t *testing.T) {
	s := scene{grant: func(config.AWS, *layer.Map, layer.Target) (*aws.Grant, *Hold) { return nil, nil }}
	for name, c := range map[string]struct{ layer, env, says string }{
		"ordinary":                         {"05-compute", "eu-west-1.prod", ""},
		"of another language":              {"réseau", "prüfung", ""},
		"the App's":                        {"05-compute", "LayerBot", "keeps for its own jobs"},
		"the App's other":                  {"05-compute", "layerbot-drift", "keeps for its own jobs"},
		"of another's plans":               {"05-compute", "Plan-prod", "keeps for its own jobs"},
		"layer that is two targets":        {"01-network/prod\n05-compute", "dev", "cannot be seen"},
		"environment that is two targets":  {"05-compute", "dev\n01-network/prod", "cannot be seen"},
		"written from right to left":       {"05-compute", "dev\u202edorp", "cannot be seen"},
		"environment with a blank":         {"05-compute", "prod ", "cannot be seen"},
		"environment with a no-width word": {"05-compute", "prod\u200b", "cannot be seen"},
	} {
		held := s.reserved(layer.Target{Layer: c.layer, Env: c.env})
		if (held == nil) != (c.says == "") || held != nil && (!strings.Contains(held.Message, c.says) || held.Kind != report.Denied) {
			t.Errorf("%s: %+v", name, held)
		}
	}
	if held := (scene{}).reserved(layer.Target{Layer: "05-compute", Env: "layerbot"}); held != nil {
		t.Errorf("on the command line: %+v", held)
	}
}
