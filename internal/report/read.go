package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
func FileName(t layer.Target) string {
	sum := sha256.Sum256([]byte(t.ID()))
	return "report-" + readable(t.Layer+"-"+t.Env) + "-" + hex.EncodeToString(sum[:8]) + ".json"
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

// maxDigest is the room of a digest and its algorithm's name, in bytes. What remembers reports counts on it.
const maxDigest = 128

var errTooLarge = fmt.Errorf("it is larger than %d MiB", MaxBytes>>20)

func readOne(fsys fs.FS, t layer.Target) (*Report, error) {
	switch info, err := fs.Lstat(fsys, FileName(t)); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // a link may lead anywhere, and a pipe would never end
		return nil, errors.New("it is no regular file")
	case info.Size() > MaxBytes:
		return nil, errTooLarge
	}
	f, err := fsys.Open(FileName(t))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // a reader
	data, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxBytes {
		return nil, errTooLarge
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

// check returns what keeps r from being a sound report on t.
func (r *Report) check(t layer.Target) error {
	switch {
	case r.Version != Version:
		return fmt.Errorf("version %d, not %d", r.Version, Version)
	case r.Target.ID() != t.ID() || r.Target.Dir != t.Dir:
		return fmt.Errorf("it is on %.100q", r.Target.ID())
	case r.Status != Unchanged && r.Status != Changed && r.Status != Failed:
		return fmt.Errorf("unknown status %.100q", r.Status)
	case (r.Status == Failed) != (r.Failure != nil):
		return errors.New("status and failure contradict each other")
	case (r.Status == Failed) != (r.Fingerprint == nil):
		return errors.New("status and fingerprint contradict each other")
	case r.Fingerprint != nil && len(r.Fingerprint.Digest) > maxDigest:
		return errors.New("the fingerprint is no digest")
	case r.Status == Unchanged && (len(r.Changes) > 0 || len(r.Outputs) > 0):
		return errors.New("unchanged, yet it holds changes")
	case r.Omitted < 0 || r.Seconds < 0:
		return errors.New("a number is negative")
	}
	for _, list := range [][]Change{r.Changes, r.Outputs, r.Drift} {
		for i := range list {
			if err := list[i].check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// check does the same for one change, and puts its values into canonical form.
func (c *Change) check() error {
	switch c.Action {
	case NoOp, Create, Read, Update, Replace, Delete, Forget:
	default:
		return fmt.Errorf("unknown action %.100q", c.Action)
	}
	for i := range c.Attrs {
		a := &c.Attrs[i]
		if a.Sensitive && (a.Before != nil || a.After != nil) {
			return fmt.Errorf("a sensitive value is shown at %.100s", c.Address)
		}
		if !leaf(a.Before) || !leaf(a.After) {
			return fmt.Errorf("a value at %.100s is not a scalar", c.Address)
		}
		a.Before, a.After = canonical(a.Before), canonical(a.After)
	}
	return nil
}

// canonical returns value with no escapes but the necessary ones.
func canonical(value []byte) []byte {
	if len(value) == 0 || value[0] != '"' || bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	plain, _ := jsontext.AppendUnquote(nil, value) // was decoded: valid
	quoted, _ := jsontext.AppendQuote(nil, plain)
	return quoted
}

// leaf reports whether value is a scalar or an empty collection.
func leaf(value []byte) bool {
	return len(value) == 0 || (value[0] != '{' && value[0] != '[') || len(value) == 2
}
