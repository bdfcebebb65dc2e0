// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"io"
	"strings"
	"sync"
)

// A writer redacts a stream. It holds back only what may still become a secret.
type writer struct {
	redactor *Redactor
	to       io.Writer

	mu     sync.Mutex
	held   string // not yet decided
	before byte   // the byte that came before held
	spans  []span // found earlier, reaching into held
	masked bool   // the last thing passed on was Mask
	err    error  // the first error of to
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.advance(string(p), false); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.advance("", true)
}

// advance takes more text in and passes on all that is decided.
func (w *writer) advance(more string, final bool) error {
	if w.err != nil {
		return w.err
	}
	scan := scanner{index: w.redactor.current(), s: w.held + more, before: w.before, final: final, spans: w.spans}
	n := scan.run()
	var b strings.Builder
	w.masked = cover(&b, scan.s[:n], scan.spans, w.masked)
	w.spans = reaching(scan.spans, n)
	if n > 0 {
		w.before = scan.s[n-1]
	}
	w.held = scan.s[n:]
	if b.Len() > 0 {
		_, w.err = io.WriteString(w.to, b.String())
	}
	return w.err
}

// reaching returns the spans that go on at or after n, seen from there.
func reaching(spans []span, n int) []span {
	var on []span
	for _, sp := range spans {
		if sp.to > n || sp.to == n && sp.open != nil {
			on = append(on, span{from: max(sp.from-n, 0), to: sp.to - n, open: sp.open})
		}
	}
	return on
}
