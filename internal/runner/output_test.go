// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/redact"
)

func FuzzOutputsAreRedactedJSON(f *testing.F) {
	const secret = "registered-canary-55"
	f.Add([]byte(`{"a":["x ` + secret + `",null,1.50,true,{"` + secret + `":{}}]}`))
	f.Add([]byte(`"\u0072egistered-canary-55"`))
	f.Add([]byte("{\"\":[null,true,{\"\xf2\":{}}]}"))
	f.Add([]byte(`[1e400,"\ud800"]`))
	b := newBench(f, nil, func(o *Options) { o.Redactor = redact.New(secret) })
	f.Fuzz(func(t *testing.T, value []byte) {
		if !json.Valid(value) {
			return
		}
		for _, o := range (&run{runner: b.Runner}).outputs(map[string]output{"o": {Value: value}, "s": {Value: value, Sensitive: true}}) {
			if o.Sensitive && o.Value != nil {
				t.Error("a sensitive value shows")
			}
			if o.Value != nil && !json.Valid(o.Value) || strings.Contains(string(o.Value), secret) || len(o.Value) > maxOutput {
				t.Errorf("%s", o.Value)
			}
		}
	})
}

func FuzzStreamTakesAnything(f *testing.F) {
	f.Add([]byte(`{"type":"apply_complete","hook":{"resource":{"addr":"a"},"action":"create"}}`), 7)
	f.Add([]byte("{\"type\":\"outputs\",\"outputs\":{\"o\":{\"value\":[1]}}}\n{\"type\":\"outputs\",\"outputs\":3}\n"), 3)
	b := newBench(f, nil, nil)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		whole, parts := newStream(&run{runner: b.Runner}, nil), newStream(&run{runner: b.Runner}, nil)
		_, _ = whole.Write(text)
		size = max(1, size%16)
		for rest := text; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			_, _ = parts.Write(rest[:min(size, len(rest))])
		}
		if len(whole.complete) != len(parts.complete) || len(whole.outputs) != len(parts.outputs) || !bytes.Equal(whole.log.data, parts.log.data) {
			t.Error("how lines are written changes what is read")
		}
	})
}
