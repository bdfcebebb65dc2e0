// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"sync"
)

// A stream is an output of the process that several write to at once.
type stream struct {
	to io.Writer

	mu   sync.Mutex
	open bool // the last line has no end yet
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) > 0 {
		s.open = p[len(p)-1] != '\n'
	}
	return s.to.Write(p)
}

// line writes a line of its own, also where another is not at its end: the runner obeys only whole lines.
func (s *stream) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		text = "\n" + text
	}
	s.open = false
	_, _ = io.WriteString(s.to, text+"\n") // the stream itself is gone if this fails
}
