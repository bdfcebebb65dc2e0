package runner

import (
	"bytes"
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
func (r *Runner) outputs(told map[string]output) []report.Output {
	var out []report.Output
	for _, name := range slices.Sorted(maps.Keys(told)) {
		o := report.Output{Name: name, Sensitive: told[name].Sensitive}
		if value := told[name].Value; !o.Sensitive && len(value) > 0 {
			if value = r.redactAll(value); len(value) <= maxOutput {
				o.Value = value
			}
		}
		out = append(out, o)
	}
	return out
}

// redactAll redacts every string of a JSON value, names included. It returns nil for what is no JSON.
func (r *Runner) redactAll(value []byte) []byte {
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
			token = jsontext.String(r.redact(token.String()))
		}
		if enc.WriteToken(token) != nil {
			return nil
		}
	}
}
