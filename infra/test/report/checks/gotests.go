// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/inventory"
)

// gotests runs exactly the tests that are named, a package at a time.
func gotests(ctx context.Context, root string, checks []inventory.Check) (Results, error) {
	out := Results{}
	folders, groups := group(checks, func(c inventory.Check) string { return c.In })
	for _, folder := range folders {
		got, err := gopackage(ctx, root, folder, groups[folder])
		for _, c := range groups[folder] {
			if _, heard := got[c]; !heard && err != nil {
				out[c] = err
			}
		}
		maps.Copy(out, got)
	}
	return out, nil
}

// event is a line of go test -json.
type event struct {
	Action string
	Test   string
	Output string
}

func gopackage(ctx context.Context, root, folder string, checks []inventory.Check) (Results, error) {
	module, pkg := root, folder
	if rest, in := strings.CutPrefix(folder, "infra/test/"); in {
		module, pkg = filepath.Join(root, "infra", "test"), rest
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-tags", "realtools", "-timeout", "20m", "-run", pattern(checks), "./"+pkg)
	cmd.Dir = module
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("go test of %s: %w: %s", folder, err, strings.TrimSpace(stderr.String()))
	}
	return heard(&stdout, checks), err
}

// pattern is what -run takes for these tests, and as few others as it can say.
func pattern(checks []inventory.Check) string {
	var levels [][]string
	for _, c := range checks {
		for i, part := range strings.Split(c.Name, "/") {
			if len(levels) == i {
				levels = append(levels, nil)
			}
			quoted := "^" + regexp.QuoteMeta(part) + "$"
			if !slices.Contains(levels[i], quoted) {
				levels[i] = append(levels[i], quoted)
			}
		}
	}
	// A test that is named as a whole runs with all its subtests: no deeper level may narrow it.
	deepest := 0
	for _, c := range checks {
		if n := strings.Count(c.Name, "/"); deepest == 0 || n < deepest {
			deepest = n
		}
	}
	var parts []string
	for _, level := range levels[:deepest+1] {
		parts = append(parts, "("+strings.Join(level, "|")+")") // a bare | would part the whole pattern
	}
	return strings.Join(parts, "/")
}

// heard reads what go test said of each check's test.
func heard(lines *bytes.Buffer, checks []inventory.Check) Results {
	out := Results{}
	said := map[string]*strings.Builder{}
	below := map[inventory.Check]string{} // what failed subtests said
	scan := bufio.NewScanner(lines)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var e event
		if json.Unmarshal(scan.Bytes(), &e) != nil || e.Test == "" {
			continue
		}
		if said[e.Test] == nil {
			said[e.Test] = &strings.Builder{}
		}
		fmt.Fprint(said[e.Test], e.Output)
		for _, c := range checks {
			// A skipped subtest is a part of the check that was not made.
			if e.Action == "skip" && strings.HasPrefix(e.Test, c.Name+"/") {
				out[c] = fmt.Errorf("%s was skipped: %s", e.Test, oneLine(said[e.Test].String()))
			}
			if e.Action == "fail" && strings.HasPrefix(e.Test, c.Name+"/") {
				below[c] += " " + said[e.Test].String()
			}
			if e.Test != c.Name || out[c] != nil {
				continue
			}
			switch e.Action {
			case "pass":
				out[c] = nil
			case "fail":
				out[c] = fmt.Errorf("failed: %s", oneLine(said[e.Test].String()+below[c]))
			case "skip":
				out[c] = fmt.Errorf("was skipped: %s", oneLine(said[e.Test].String()))
			}
		}
	}
	return out
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return text
}
