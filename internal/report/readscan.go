// SPDX-License-Identifier: Apache-2.0

package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/layerbot/layerbot/internal/layer"
)

// MaxScan is the most bytes that one scan may have as a file.
const MaxScan = 16 << 20

// ScanFileName is the name of the file that holds the scan of t.
func ScanFileName(t layer.Target) string { return fileName("scan-", t, ".json") }

// ReadScans returns one scan for each target of want, in order, from the files that WriteScan made. The files are
// untrusted. Where one is missing or not well-formed, each of scanners is said to have failed; so is one of which a scan
// says nothing.
func ReadScans(fsys fs.FS, want []layer.Target, scanners func(layer.Target) []Scanner) ([]Scan, error) {
	scans := make([]Scan, len(want))
	for i, t := range want {
		s, err := readScan(fsys, t, scanners(t))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s = silent(t, scanners(t), "the job that scans this target left nothing",
				"see the log of its job: it was cancelled, killed or never started; comment /scan to try again")
		case err != nil:
			s = silent(t, scanners(t), fmt.Sprintf("the job that scans this target left something that is no scan of it: %.500v", err),
				"try again with /scan; should it persist, look at what the change does to the files that are scanned")
		}
		scans[i] = *s
	}
	return scans, nil
}

// silent returns a scan of t in which no scanner found anything, because none looked.
func silent(t layer.Target, scanners []Scanner, message, hint string) *Scan {
	s := &Scan{Version: ScanVersion, Target: t}
	for _, c := range scanners {
		s.Tools = append(s.Tools, Scanned{Tool: c.Tool, State: Crashed, Message: message, Hint: hint})
	}
	return s
}

func readScan(fsys fs.FS, t layer.Target, scanners []Scanner) (*Scan, error) {
	data, err := readRegular(fsys, ScanFileName(t), MaxScan)
	if err != nil {
		return nil, err
	}
	return ParseScan(data, t, scanners)
}

// readRegular returns what a file of at most limit bytes holds. It follows no link.
func readRegular(fsys fs.FS, name string, limit int64) ([]byte, error) {
	switch info, err := fs.Lstat(fsys, name); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // a reader
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return data, err
}

// ParseScan decodes the scan of t strictly, as Parse does a report. scanners are those that are configured: of each the
// result has one word, in that order, and of no other.
func ParseScan(data []byte, t layer.Target, scanners []Scanner) (*Scan, error) {
	var s Scan
	if err := json.Unmarshal(data, &s, strict); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if err := s.check(t, scanners); err != nil {
		return nil, err
	}
	s.Target = t
	s.fill(scanners)
	slices.SortStableFunc(s.Findings, Finding.Compare)
	return &s, nil
}

// fill puts the tools in the order of scanners, and says of those that are not there that they failed.
func (s *Scan) fill(scanners []Scanner) {
	tools := make([]Scanned, len(scanners))
	for i, c := range scanners {
		at := slices.IndexFunc(s.Tools, func(t Scanned) bool { return t.Tool == c.Tool })
		if at < 0 {
			tools[i] = Scanned{
				Tool: c.Tool, State: Crashed, Message: "the scan left no word of it",
				Hint: "see the log of the job that scans; comment /scan to try again",
			}
			continue
		}
		tools[i] = s.Tools[at]
	}
	s.Tools = tools
}

// WriteScan writes a scan into folder dir, for ReadScans. Findings that are too much are left out and counted in Omitted:
// fixed ones first, then existing ones, then new ones; in each suppressed ones first, and then the least severe. s itself
// is left alone.
func WriteScan(dir string, s *Scan) error {
	data, err := encodeScan(*s, MaxScan)
	if err != nil {
		return fmt.Errorf("write the scan of %s: %w", s.Target.ID(), err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ScanFileName(s.Target)), data, 0o644)
}

// encodeScan returns s as JSON of at most limit bytes.
func encodeScan(s Scan, limit int) ([]byte, error) {
	data, err := marshal(&s)
	if err != nil || len(data) <= limit {
		return data, err
	}
	s.Findings = slices.SortedStableFunc(slices.Values(s.Findings), Finding.Compare) // the least important last
	excess := len(data) - limit + len(`,"omitted":1000000`)
	for n := len(s.Findings); n > 0 && excess > 0; n-- {
		one, err := marshal(&s.Findings[n-1])
		if err != nil {
			return nil, err
		}
		excess -= len(one)
		s.Findings = s.Findings[:n-1]
		s.Omitted++
	}
	if data, err = marshal(&s); err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%d bytes even without findings", len(data))
	}
	return data, nil
}
