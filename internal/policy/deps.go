package policy

import (
	_ "github.com/bmatcuk/doublestar/v4"
	_ "github.com/open-policy-agent/opa/v1/rego"
	_ "github.com/open-policy-agent/opa/v1/tester"
	_ "go.yaml.in/yaml/v3"
)
