// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/plans"
)

// Row is a row of the table "Statements that need a star" of docs/security-baseline.md.
type Row struct{ Sid, File, Why string }

// Rows reads that table.
func Rows(root string) ([]Row, error) {
	raw, err := os.ReadFile(filepath.Join(root, "docs", "security-baseline.md"))
	if err != nil {
		return nil, err
	}
	_, section, found := strings.Cut(string(raw), "## Statements that need a star\n")
	if !found {
		return nil, fmt.Errorf("docs/security-baseline.md has no section of statements that need a star")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []Row
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.Contains(line, "---") {
			continue
		}
		r := Row{clean(cells[0]), clean(cells[1]), strings.TrimSpace(cells[2])}
		if r.Sid == "sid" {
			continue
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func clean(cell string) string { return strings.Trim(strings.TrimSpace(cell), "`") }

// Star is a statement that is not limited in some way.
type Star struct {
	Sid     string
	Address string
	What    []string
	Files   []string // in which a statement of that sid stands
}

// Stars are those of all chains, one for each sid and address.
func Stars(root string, chains map[string]*plans.Chain) ([]Star, error) {
	sids, err := statementFiles(root)
	if err != nil {
		return nil, err
	}
	var stars []Star
	seen := map[string]bool{}
	for _, environment := range plans.Environments {
		documents, err := Documents(chains[environment])
		if err != nil {
			return nil, err
		}
		for _, d := range documents {
			for _, s := range d.Statements {
				what := s.Stars(d.Own())
				id := d.Layer + d.Address + s.Sid
				if len(what) == 0 || seen[id] {
					continue
				}
				seen[id] = true
				files := slices.DeleteFunc(slices.Clone(sids[s.Sid]), func(f string) bool {
					return !strings.HasPrefix(f, "infra/"+d.Layer+"/") && !strings.HasPrefix(f, "infra/modules/")
				})
				stars = append(stars, Star{s.Sid, d.Layer + " " + d.Address, what, files})
			}
		}
	}
	return stars, nil
}

var sidIn = regexp.MustCompile(`(?m)^\s*[sS]id\s*=\s*"([^"]+)"`)

// statementFiles says in which files statements of a sid stand.
func statementFiles(root string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, pattern := range []string{"infra/*/*.tf", "infra/modules/*/*.tf"} {
		paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			for _, m := range sidIn.FindAllStringSubmatch(string(raw), -1) {
				if !slices.Contains(out[m[1]], name) {
					out[m[1]] = append(out[m[1]], name)
				}
			}
		}
	}
	return out, nil
}

// Unaccounted compares stars with rows, both ways: a star without a row, a row that no star needs, a row without a reason.
func Unaccounted(stars []Star, rows []Row) []string {
	var wrong []string
	needed := map[Row]bool{}
	for _, s := range stars {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Sid == s.Sid && slices.Contains(s.Files, r.File) })
		switch {
		case s.Sid == "":
			wrong = append(wrong, fmt.Sprintf("%s: a statement with %s has no sid", s.Address, strings.Join(s.What, ", ")))
		case i < 0:
			wrong = append(wrong, fmt.Sprintf("%s: statement %s has %s and no row (file: %s)", s.Address, s.Sid,
				strings.Join(s.What, ", "), strings.Join(s.Files, " or ")))
		default:
			needed[rows[i]] = true
		}
	}
	for _, r := range rows {
		if !needed[r] {
			wrong = append(wrong, fmt.Sprintf("row %s of %s: there is no such statement with a star", r.Sid, r.File))
		}
		if r.Why == "" {
			wrong = append(wrong, fmt.Sprintf("row %s of %s says no reason", r.Sid, r.File))
		}
	}
	return wrong
}
