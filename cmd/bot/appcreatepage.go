// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/setup"
)

//go:embed appcreate.html
var appPageText string

var appPage = template.Must(template.New("app").Parse(appPageText))

// An allowed row is one permission of the App, and what for.
type allowed struct{ Name, Level, Why string }

// page shows how far the flow is. It loads nothing from anywhere, and its form goes to GitHub alone.
func (a *appFlow) page(w http.ResponseWriter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	nonce := rand.Text()
	view := map[string]any{
		"Nonce": nonce, "Server": a.server, "Owner": a.org, "Problem": a.problem, "Hint": a.hint, "File": a.out,
		"Step": 1, "Action": a.newPage(), "Manifest": string(setup.Manifest(a.name, a.address()+"made")), "Allowed": allowances(),
	}
	if a.app != nil {
		view["Step"], view["App"], view["Install"] = 2, a.app, a.installPage()
	}
	if a.installation != 0 {
		view["Step"], view["Installation"], view["Commands"] = 3, a.installation, a.commands()
	}
	var buf bytes.Buffer
	if err := appPage.Execute(&buf, view); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "strict-origin") // the path is a secret
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%s'; form-action %s; base-uri 'none'; frame-ancestors 'none'", nonce, a.server))
	_, _ = buf.WriteTo(w) // a browser that is gone asks again
	if a.installation != 0 {
		a.once.Do(func() { close(a.shown) })
	}
}

// allowances returns what the App will be allowed, each permission at its highest level, and what all phases have it for.
func allowances() []allowed {
	var rows []allowed
	union := setup.Union()
	for _, name := range slices.Sorted(maps.Keys(union)) {
		var why []string
		for _, p := range setup.Powers() {
			if p.Why[name] != "" {
				why = append(why, p.Why[name])
			}
		}
		rows = append(rows, allowed{Name: strings.ReplaceAll(name, "_", " "), Level: union[name], Why: strings.Join(why, "; ")})
	}
	return rows
}
