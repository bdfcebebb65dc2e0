// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

func target(name, env string) layer.Target {
	return layer.Target{Layer: name, Env: env, Dir: "infra/" + name}
}

func scanned(t layer.Target) phase.Job {
	return phase.Job{Target: t, Threshold: report.Threshold{Scanners: []report.Scanner{{Tool: "trivy"}}}}
}

func TestAJobSpeaksForItsOwnTargetsOnly(t *testing.T) {
	network, compute := target("01-network", "dev"), target("05-compute", "dev")
	ticket := &phase.Ticket{Jobs: []phase.Job{scanned(network), scanned(compute)}}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	left := Artifacts(ticket, fstest.MapFS{
		"layerbot-plan-1/" + report.FileName(network):     file("its own"),
		"layerbot-plan-1/" + report.FileName(compute):     file("forged"),
		"layerbot-plan-1/" + report.ScanFileName(network): file("forged"),
		"layerbot-plan-3/" + report.FileName(compute):     file("forged"),
		"layerbot-scan-1/" + report.ScanFileName(compute): file("its own"),
		"layerbot-scan-1/" + report.FileName(compute):     file("forged"),
		report.FileName(compute):                          file("forged"),
	})
	for name, want := range map[string]string{
		report.FileName(network): "its own", report.FileName(compute): "", report.ScanFileName(network): "", report.ScanFileName(compute): "its own",
		"layerbot-plan-1/" + report.FileName(network): "", "../x": "", ".": "",
	} {
		got, err := fs.ReadFile(left, name)
		if string(got) != want || want == "" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
		if _, err := fs.Lstat(left, name); (err == nil) != (want != "") {
			t.Errorf("lstat %s: %v", name, err)
		}
	}
	reports, err := report.ReadAll(left, []layer.Target{compute})
	if err != nil || reports[0].Failure == nil || reports[0].Failure.Kind != report.Missing {
		t.Errorf("a forged report is read: %+v, %v", reports[0], err)
	}
}

func TestALinkInAnArtifactIsNoReport(t *testing.T) {
	network := target("01-network", "dev")
	left := Artifacts(&phase.Ticket{Jobs: []phase.Job{{Target: network}}}, fstest.MapFS{
		"secret": {Data: []byte("x")},
		"layerbot-plan-1/" + report.FileName(network): {Data: []byte("../secret"), Mode: fs.ModeSymlink},
	})
	reports, err := report.ReadAll(left, []layer.Target{network})
	if err != nil || reports[0].Failure == nil || !strings.Contains(reports[0].Failure.Message, "no regular file") {
		t.Errorf("%+v, %v", reports[0].Failure, err)
	}
}
