// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"encoding/json"

	"github.com/layerbot/layerbot/internal/github"
)

// home is the page of Layerbot.
const home = "https://github.com/layerbot/layerbot"

// maxAppName is what GitHub allows as the name of an App.
const maxAppName = 34

// A manifest is what an App is made from.
// Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
type manifest struct {
	Name        string             `json:"name"`
	Description string             `json:"description"`
	URL         string             `json:"url"`
	Hook        hook               `json:"hook_attributes"`
	Redirect    string             `json:"redirect_url,omitempty"`
	Public      bool               `json:"public"`
	Permissions github.Permissions `json:"default_permissions"`
	Events      []string           `json:"default_events"`
}

type hook struct {
	URL    string `json:"url"` // GitHub asks for one, active or not
	Active bool   `json:"active"`
}

// Manifest returns the manifest of an App of that name (cut to what GitHub allows): private, without a webhook or events,
// with exactly the permissions of Union. GitHub sends the code that ends the flow to redirect; "" leaves it out.
func Manifest(name, redirect string) []byte {
	if len(name) > maxAppName {
		name = name[:maxAppName]
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(manifest{
		Name: name, Description: "Plans Terraform on pull requests, and applies on merge what was reviewed.",
		URL: home, Hook: hook{URL: home}, Redirect: redirect,
		Permissions: Union(), Events: []string{},
	})
	if err != nil {
		panic(err) // plain data
	}
	return buf.Bytes()
}
