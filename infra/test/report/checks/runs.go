// SPDX-License-Identifier: Apache-2.0

package checks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/layerbot/layerbot/infra/test/inventory"
	"github.com/layerbot/layerbot/infra/test/plans"
)

// runs makes terraform test of each layer that has checks, in a copy.
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
	out := Results{}
	layers, groups := group(checks, func(c inventory.Check) string { return path.Dir(path.Dir(c.In)) })
	for _, layer := range layers {
		got, err := terraformTest(ctx, filepath.Join(work, filepath.FromSlash(layer)), rc, groups[layer])
		for _, c := range groups[layer] {
			if _, heard := got[c]; !heard && err != nil {
				out[c] = err
			}
		}
		maps.Copy(out, got)
	}
	return out, nil
}

func terraformTest(ctx context.Context, dir, rc string, checks []inventory.Check) (Results, error) {
	if _, err := terraform(ctx, dir, rc, "init", "-backend=false", "-input=false", "-no-color"); err != nil {
		return nil, err
	}
	args := []string{"test", "-json"}
	_, groups := group(checks, func(c inventory.Check) string { return path.Base(c.In) })
	for name := range groups {
		args = append(args, "-filter=tests/"+name)
	}
	lines, err := terraform(ctx, dir, rc, args...)
	return played(lines, checks), err
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

// played reads what terraform test said of each check's run block.
func played(lines *bytes.Buffer, checks []inventory.Check) Results {
	type runID struct{ file, name string }
	status, why := map[runID]string{}, map[runID][]string{}
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
