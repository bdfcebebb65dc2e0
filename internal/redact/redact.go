// Package redact removes secrets from text before it reaches a log, a comment, a
// summary or a report: known shapes (tokens, keys, credentials in URLs) and every
// value that was registered, in plain, base64, URL- and JSON-escaped form.
//
// It works on streams too, where a secret may be split across writes.
package redact

import "io"

// Mask stands where a secret was.
const Mask = "[redacted]"

// A Redactor knows what must not be shown. The zero value knows the shapes only.
// It is safe for concurrent use.
type Redactor struct{}

// New returns a Redactor that also removes the given values. Values too short to
// be secrets (under 4 bytes) are ignored.
func New(secrets ...string) *Redactor { panic("being written") }

// Add registers further values.
func (r *Redactor) Add(secrets ...string) { panic("being written") }

// String returns s without its secrets.
func (r *Redactor) String(s string) string { panic("being written") }

// Writer returns a writer that passes on to w what is written to it, without its
// secrets. Close flushes what was held back; it does not close w.
func (r *Redactor) Writer(w io.Writer) io.WriteCloser { panic("being written") }
