package runner

import "github.com/layerbot/layerbot/internal/layer"

// requiredVersion returns the constraints of the target's configuration on the version of Terraform.
func requiredVersion(layer.Target) string { return "" }

// backend returns the type of the target's backend, "" when it has none.
func backend(layer.Target) string { return "unknown" }
