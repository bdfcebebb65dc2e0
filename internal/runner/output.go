// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// maxOutput is the most that an output value may have to be shown, in bytes of JSON.
const maxOutput = 16 << 10

// outputs returns output values by name, as they may be shown.
func (r *run) outputs(told map[string]output) []report.Output {
	var out []report.Output
	for _, name := range slices.Sorted(maps.Keys(told)) {
		value := told[name].Value
		o := report.Output{Name: name, Sensitive: told[name].Sensitive || r.secrets.within(name, value)}
		if !o.Sensitive && len(value) > 0 {
			if value = redactAll(r.runner.redact, value); len(value) <= maxOutput {
				o.Value = value
			}
		}
		out = append(out, o)
	}
	return out
}

// within reports whether any of the value of an output is sensitive.
func (s *secrets) within(output string, raw []byte) bool {
	if s == nil || len(raw) == 0 {
		return false
	}
	v, err := decodeValue(jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)))
	return err != nil || s.learn("output."+output, []byte("value"), nil, &v)
}

// cleaned returns the outputs of an apply without what the job says is sensitive. Of that, the apply itself may have
// made some: it is in the state.
func (r *run) cleaned(ctx context.Context, outputs []report.Output) []report.Output {
	if r.secrets == nil || len(outputs) == 0 {
		return outputs
	}
	state := &planReader{runner: r.runner, print: report.NewFingerprinter(nil, report.Tool{}), secrets: r.secrets}
	err := r.show(ctx, "", state)
	if err != nil {
		r.runner.o.Log.Warn("outputs are not shown: it cannot be told what of them is sensitive", "target", r.job.Target.ID(), "error", r.text(err.Error()))
	}
	for i, o := range outputs {
		outputs[i].Value = nil
		if err == nil {
			outputs[i].Value = redactAll(r.secrets.clean, o.Value)
		}
	}
	return outputs
}

// redactAll redacts every string of a JSON value, names included. It returns nil for what is no JSON.
func redactAll(redact func(string) string, value []byte) []byte {
	var out bytes.Buffer
	lenient := jsontext.AllowDuplicateNames(true) // redaction may make two names one
	dec := jsontext.NewDecoder(bytes.NewReader(value), lenient, jsontext.AllowInvalidUTF8(true))
	enc := jsontext.NewEncoder(&out, lenient, jsontext.AllowInvalidUTF8(true))
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return bytes.TrimSpace(out.Bytes())
		}
		if err != nil {
			return nil
		}
		if token.Kind() == jsontext.KindString {
			token = jsontext.String(redact(token.String()))
		}
		if enc.WriteToken(token) != nil {
			return nil
		}
	}
}
