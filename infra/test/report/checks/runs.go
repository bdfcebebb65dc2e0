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
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// runs makes terraform test of each layer that has checks, in a copy; of every layer and module where that is a check.
func runs(ctx context.Context, root string, checks []inventory.Check) (Results, error) {
	work, err := os.MkdirTemp("", "infra-runs-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	rc, err := plans.Provider(ctx, work)
	if err != nil {
		return nil, err
	}
	if err := plans.Copy(root, work); err != nil {
		return nil, err
	}
	every := inventory.Check{Kind: inventory.Run, In: "infra", Name: inventory.Every}
	all := slices.Contains(checks, every)
	checks = slices.DeleteFunc(slices.Clone(checks), func(c inventory.Check) bool { return c == every })
	folders, groups := group(checks, func(c inventory.Check) string { return path.Dir(path.Dir(c.In)) })
	if all {
		if folders, err = tested(work); err != nil {
			return nil, err
		}
	}
	out := Results{}
	var others []error // of runs that are no check of their own
	var mu sync.Mutex
	var pool errgroup.Group
	pool.SetLimit(2)
	for _, folder := range folders {
		pool.Go(func() error {
			got, err := terraformTest(ctx, filepath.Join(work, filepath.FromSlash(folder)), rc, groups[folder], all)
			mu.Lock()
			defer mu.Unlock()
			for _, c := range groups[folder] {
				if _, heard := got[c]; !heard && err != nil {
					out[c] = err
				}
			}
			maps.Copy(out, got)
			others = append(others, err)
			return nil
		})
	}
	_ = pool.Wait() // what failed is the result of its checks
	if all {
		out[every] = errors.Join(others...)
	}
	return out, nil
}

// tested are the folders of infra that have tests, from root.
func tested(root string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "infra", "*", "tests", "*.tftest.hcl"))
	if err != nil {
		return nil, err
	}
	more, err := filepath.Glob(filepath.Join(root, "infra", "modules", "*", "tests", "*.tftest.hcl"))
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, file := range append(files, more...) {
		folder, err := filepath.Rel(root, filepath.Dir(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		folders = append(folders, filepath.ToSlash(folder))
	}
	slices.Sort(folders)
	return slices.Compact(folders), nil
}

// terraformTest runs the files of the checks in a folder, or all.
func terraformTest(ctx context.Context, dir, rc string, checks []inventory.Check, all bool) (Results, error) {
	if _, err := terraform(ctx, dir, rc, "init", "-backend=false", "-input=false", "-no-color"); err != nil {
		return nil, err
	}
	args := []string{"test", "-json"}
	if !all {
		_, groups := group(checks, func(c inventory.Check) string { return path.Base(c.In) })
		for name := range groups {
			args = append(args, "-filter=tests/"+name)
		}
	}
	lines, err := terraform(ctx, dir, rc, args...)
	status, why := heardRuns(lines)
	if err != nil {
		for id, ended := range status {
			if ended != "pass" {
				err = errors.Join(err, fmt.Errorf("%s: %s: %s", id.file, id.name, ended))
			}
		}
	}
	return played(status, why, checks), err
}

func terraform(ctx context.Context, dir, rc string, args ...string) (*bytes.Buffer, error) {
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE=" + rc,
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return &stdout, fmt.Errorf("terraform %s in %s: %w: %s", args[0], filepath.Base(dir), err, oneLine(stderr.String()))
	}
	return &stdout, nil
}

// A runID names a run block.
type runID struct{ file, name string }

// heardRuns reads what terraform test said: how each run ended, and why.
func heardRuns(lines *bytes.Buffer) (status map[runID]string, why map[runID][]string) {
	status, why = map[runID]string{}, map[runID][]string{}
	scan := bufio.NewScanner(lines)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var line struct {
			Type       string `json:"type"`
			File       string `json:"@testfile"`
			Name       string `json:"@testrun"`
			Diagnostic struct {
				Severity, Summary, Detail string
			} `json:"diagnostic"`
			Run struct {
				Path, Run, Progress, Status string
			} `json:"test_run"`
		}
		if json.Unmarshal(scan.Bytes(), &line) != nil {
			continue
		}
		switch id := (runID{path.Base(line.File), line.Name}); {
		case line.Type == "test_run" && line.Run.Progress == "complete":
			status[runID{path.Base(line.Run.Path), line.Run.Run}] = line.Run.Status
		case line.Type == "diagnostic" && line.Diagnostic.Severity == "error":
			why[id] = append(why[id], line.Diagnostic.Summary+": "+line.Diagnostic.Detail)
		}
	}
	return status, why
}

// played is what came of each check's run block.
func played(status map[runID]string, why map[runID][]string, checks []inventory.Check) Results {
	out := Results{}
	for _, c := range checks {
		id := runID{path.Base(c.In), c.Name}
		switch status[id] {
		case "":
		case "pass":
			out[c] = nil
		default:
			out[c] = fmt.Errorf("%s: %s", status[id], oneLine(strings.Join(why[id], "; ")))
		}
	}
	return out
}
