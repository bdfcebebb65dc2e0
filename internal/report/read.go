// SPDX-License-Identifier: Apache-2.0

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/layerbot/layerbot/internal/layer"
)

// MaxBytes is the most one report may have as a file.
const MaxBytes = 32 << 20

// FileName is the name of the file that holds the report of t: a readable part and a digest of its ID, so that
// no two targets share one and no ID leads out of the folder.
func FileName(t layer.Target) string { return fileName("report-", t, ".json") }

// StateFileName is the same for the encrypted state of t that could not be stored.
func StateFileName(t layer.Target) string { return fileName("errored-", t, ".tfstate.age") }

func fileName(prefix string, t layer.Target, suffix string) string {
	sum := sha256.Sum256([]byte(t.ID()))
	return prefix + readable(t.Layer+"-"+t.Env) + "-" + hex.EncodeToString(sum[:8]) + suffix
}

// readable keeps the letters of a name that are safe in a file name everywhere, at most 60 of them.
func readable(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, name)
	return safe[:min(len(safe), 60)]
}

// ReadAll returns one report for each target of want, in order, from the files that Write made. The files are
// untrusted. A target whose file is missing, or is not a well-formed report on that target, gets a report with
// status Failed: silence is never success.
func ReadAll(fsys fs.FS, want []layer.Target) ([]Report, error) {
	reports := make([]Report, len(want))
	for i, t := range want {
		r, err := readOne(fsys, t)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			r = failed(t, Failure{
				Kind:    Missing,
				Message: "the job of this target left no report",
				Hint:    "see the log of its job: it was cancelled, killed or never started; comment /plan to try again",
			})
		case err != nil:
			r = failed(t, Failure{
				Kind:    Invalid,
				Message: "the job of this target left something that is not a report on it: " + err.Error(),
				Hint:    "plan again with /plan; should it persist, look at what the repository's code runs while it is planned",
			})
		}
		reports[i] = *r
	}
	return reports, nil
}

// failed returns a report on t that says only why there is none.
func failed(t layer.Target, f Failure) *Report {
	return &Report{Version: Version, Target: t, Status: Failed, Failure: &f}
}

func readOne(fsys fs.FS, t layer.Target) (*Report, error) {
	data, err := readRegular(fsys, FileName(t), MaxBytes)
	if err != nil {
		return nil, err
	}
	return Parse(data, t)
}

// strict reads what encoding/json writes, without its leniency.
var strict = json.JoinOptions(jsonv1.DefaultOptionsV1(),
	json.RejectUnknownMembers(true), json.MatchCaseInsensitiveNames(false),
	jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))

// Parse decodes the report on t strictly: nothing unknown, nothing twice, nothing missing. The target of the
// result is t itself, whatever data says beyond its name.
func Parse(data []byte, t layer.Target) (*Report, error) {
	var r Report
	if err := json.Unmarshal(data, &r, strict); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if err := r.check(t); err != nil {
		return nil, err
	}
	r.Target = t
	return &r, nil
}
