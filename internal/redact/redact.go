// SPDX-License-Identifier: Apache-2.0

// Package redact removes secrets from text before it reaches a log, a comment, a
// summary or a report: known shapes (tokens, keys, credentials in URLs) and every
// value that was registered, in plain, base64, hex, URL- and JSON-escaped form.
//
// It works on streams too, where a secret may be split across writes. It never
// decides who may see a text, and it cannot recognise a secret that has no known
// shape and was not registered.
package redact

import (
	"io"
	"strings"
	"sync"
	"sync/atomic"
)

// Mask stands where a secret was. Secrets that touch or overlap share one.
const Mask = "[redacted]"

// MinSecret is the length, in bytes, under which a registered value is ignored.
const MinSecret = 4

// A Redactor knows what must not be shown. The zero value knows the shapes only.
// It is safe for concurrent use.
type Redactor struct {
	mu    sync.Mutex // held by Add
	known []string   // the forms of the registered secrets
	index atomic.Pointer[index]
}

// New returns a Redactor that also removes the given values. Values too short to
// be secrets (under 4 bytes) are ignored.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add registers further values. Texts written afterwards are cleared of them,
// on writers that are already open too.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		r.known = append(r.known, forms(s)...)
	}
	r.index.Store(newIndex(r.known))
}

// String returns s without its secrets.
func (r *Redactor) String(s string) string {
	found := scanner{index: r.current(), s: s, final: true}
	found.run()
	if len(found.spans) == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	cover(&b, s, found.spans, false)
	return b.String()
}

// Writer returns a writer that passes on to w what is written to it, without its
// secrets: in all, exactly what String makes of the whole. Close flushes what was
// held back; it does not close w.
//
// Held back is at most a secret's length, 4 KiB that may be a JSON Web Token or
// the credentials of a URL, or 16 KiB of a private key.
func (r *Redactor) Writer(w io.Writer) io.WriteCloser { return &writer{redactor: r, to: w} }

// shapesOnly is the index of the zero Redactor. It is never written to.
var shapesOnly = sync.OnceValue(func() *index { return newIndex(nil) })

func (r *Redactor) current() *index {
	if x := r.index.Load(); x != nil {
		return x
	}
	return shapesOnly()
}
