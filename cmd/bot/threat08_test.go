// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// Whichever letter of a report is another: it is refused, or what it grants is what it granted, for the same target.
func TestThreat08AnyLetterOfAReport(t *testing.T) {
	t.Parallel()
	target := layer.Target{Layer: "05-compute", Env: "prod", Dir: "infra/05-compute"}
	change := report.Change{Address: "aws_instance.web", Action: report.Update, Attrs: []report.Attr{
		{Path: "size", Before: json.RawMessage(`1`), After: json.RawMessage(`2`)}, {Path: "arn", Unknown: true}, {Path: "key", Sensitive: true},
	}}
	f := report.NewFingerprinter([]byte("key"), report.Tool{Name: "terraform", Version: "1.11.4"})
	f.Add(change.Address, change, []report.Leaf{
		{Path: "size", Before: json.RawMessage(`1`), After: json.RawMessage(`2`)}, {Path: "arn", Unknown: true},
		{Path: "key", Before: json.RawMessage(`"a"`), After: json.RawMessage(`"b"`), Sensitive: true},
	})
	sound := &report.Report{
		Version: report.Version, Target: target, Head: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", Status: report.Changed,
		Changes: []report.Change{change}, Fingerprint: f.Sum(""),
	}
	dir := t.TempDir()
	if err := report.Write(dir, sound); err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join(dir, report.FileName(target)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.Parse(src, target); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for at := range src {
		for _, bit := range []byte{1, 2, 0x20, 0x80} {
			other := append([]byte{}, src...)
			other[at] ^= bit
			r, err := report.Parse(other, target)
			if err != nil {
				refused++
				continue
			}
			if diff := cmp.Diff(sound.Fingerprint, r.Fingerprint); diff != "" || !cmp.Equal(sound.Target, r.Target) {
				t.Errorf("%q for %q at %d (%s) is another grant: %s", other[at], src[at], at, src[max(0, at-20):min(len(src), at+20)], diff)
			}
		}
	}
	if refused < len(src) {
		t.Errorf("of %d letters, %d changes are refused", len(src), refused)
	}
}
