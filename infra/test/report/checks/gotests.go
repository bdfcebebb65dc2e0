// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/infra/test/inventory"
)

// own is the folder of the module that this is in.
const own = "infra/test"

// gotests runs exactly the tests that are named, a package at a time; of the own module all, once, where that is a check.
func gotests(ctx context.Context, root string, checks []inventory.Check) (Results, error) {
	out := Results{}
	if every := (inventory.Check{Kind: inventory.Go, In: own, Name: inventory.Every}); slices.Contains(checks, every) {
		lines, err := gotest(ctx, root, own, "")
		out[every] = errors.Join(err, failures(lines))
		checks = slices.DeleteFunc(slices.Clone(checks), func(c inventory.Check) bool { return c == every })
		var others []inventory.Check
		for _, c := range checks {
			if !strings.HasPrefix(c.In, own+"/") {
				others = append(others, c)
				continue
			}
			maps.Copy(out, heard(lines, c.In, []inventory.Check{c}))
		}
		checks = others
	}
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
	Action  string
	Package string
	Test    string
	Output  string
}

func gopackage(ctx context.Context, root, folder string, checks []inventory.Check) (Results, error) {
	lines, err := gotest(ctx, root, folder, pattern(checks))
	return heard(lines, folder, checks), err
}

// gotest runs the tests of a folder that match a pattern, or all below the own module's, and returns what was said of them.
func gotest(ctx context.Context, root, folder, pattern string) ([]event, error) {
	args, module, packages := []string{"test", "-json", "-count=1", "-tags", "realtools", "-timeout", "20m"}, root, "./"+folder
	if rest, in := strings.CutPrefix(folder, own); in {
		module, packages = filepath.Join(root, filepath.FromSlash(own)), "."+rest
	}
	if pattern == "" {
		packages += "/..."
	} else {
		args = append(args, "-run", pattern)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, packages)...)
	cmd.Dir = module
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("go test of %s: %w: %s", folder, err, strings.TrimSpace(stderr.String()))
	}
	var lines []event
	scan := bufio.NewScanner(&stdout)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var e event
		if json.Unmarshal(scan.Bytes(), &e) == nil {
			lines = append(lines, e)
		}
	}
	return lines, err
}

// failures is an error that tells of each test that failed or was skipped, and of each package that did not come to its tests.
func failures(lines []event) error {
	var all []error
	said := map[string]string{}
	for _, e := range lines {
		test := e.Package + " " + e.Test
		said[test] += e.Output
		if e.Action == "fail" || e.Action == "skip" && e.Test != "" {
			all = append(all, fmt.Errorf("%s: %s: %s", test, e.Action, oneLine(said[test])))
		}
	}
	return errors.Join(all...)
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

// heard reads what go test said of each check's test in a folder's package.
func heard(lines []event, folder string, checks []inventory.Check) Results {
	out := Results{}
	said := map[string]*strings.Builder{}
	below := map[inventory.Check]string{} // what failed subtests said
	for _, e := range lines {
		if e.Test == "" || !strings.HasSuffix(e.Package, "/"+folder) {
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
