// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Source says where the configuration stands, and what counts where it is silent. Whoever starts the jobs sets it: it is
// as trusted as their workflow. The zero value is Path and Layerbot's own defaults.
type Source struct {
	Path     string   `json:"path,omitempty"`     // slash-separated, from the repository's root; "" is Path
	Version  string   `json:"version,omitempty"`  // of Terraform or OpenTofu, exact
	Tool     string   `json:"tool,omitempty"`     // "terraform" or "tofu"
	Scanners []string `json:"scanners,omitempty"` // names
}

// A SourceError is a setting of a Source that cannot be used.
type SourceError struct{ Setting, Value, Want string }

func (e *SourceError) Error() string {
	return fmt.Sprintf("%s %q cannot be used", e.Setting, e.Value)
}

// Hint says what is valid.
func (e *SourceError) Hint() string { return e.Setting + " is " + e.Want }

// Check returns a *SourceError for what cannot be used.
func (s Source) Check() error {
	switch {
	case s.Path != "" && (path.Clean(s.Path) != s.Path || path.IsAbs(s.Path) || strings.HasPrefix(s.Path, "..") || strings.ContainsAny(s.Path, "\\\x00\n\r")):
		return &SourceError{"config", s.Path, "a path in the repository, from its root: " + Path}
	case s.Version != "" && !exactVersion.MatchString(s.Version):
		return &SourceError{"terraform-version", s.Version, "one exact version such as 1.11.4"}
	case s.Tool != "" && s.Tool != "terraform" && s.Tool != "tofu":
		return &SourceError{"tool", s.Tool, "terraform or tofu"}
	}
	for _, name := range s.Scanners {
		if !slices.Contains(scannerNames, name) {
			return &SourceError{"scanners", name, "some of " + strings.Join(scannerNames, ", ") + ", by commas"}
		}
	}
	return nil
}

// Name returns the path of the file.
func (s Source) Name() string {
	if s.Path == "" {
		return Path
	}
	return s.Path
}

// Parse is Parse, with the defaults of s.
func (s Source) Parse(src []byte) (*Config, error) {
	cfg, err := Parse(s.Name(), src)
	if err != nil {
		return nil, err
	}
	if s.Tool != "" && !cfg.Terraform.BinaryGiven {
		cfg.Terraform.Binary = s.Tool
	}
	if cfg.Terraform.Version == "" {
		cfg.Terraform.Version = s.Version
	}
	if len(cfg.Scanners) == 0 {
		for _, name := range s.Scanners {
			cfg.Scanners = append(cfg.Scanners, Scanner{Name: name})
		}
	}
	return cfg, nil
}
