// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// lineHandler writes records for people: "warning: message (hint: …)". In a GitHub Actions job warnings and errors
// become workflow commands, so that they stand on the run's page.
type lineHandler struct {
	mu      *sync.Mutex
	w       io.Writer
	actions bool
	level   slog.Level
	attrs   []slog.Attr
}

func newLog(w io.Writer, actions, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(&lineHandler{mu: &sync.Mutex{}, w: w, actions: actions, level: level})
}

func (h *lineHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.attrs = append(append([]slog.Attr{}, h.attrs...), attrs...)
	return &next
}

// WithGroup keeps attributes flat: one line has no room for groups.
func (h *lineHandler) WithGroup(string) slog.Handler { return h }

func (h *lineHandler) Handle(_ context.Context, r slog.Record) error {
	var rest strings.Builder
	hint := ""
	add := func(a slog.Attr) bool {
		if a.Key == "hint" {
			hint = a.Value.String()
		} else {
			fmt.Fprintf(&rest, " %s=%v", a.Key, a.Value)
		}
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	text := r.Message + rest.String()
	if hint != "" {
		text += "\nhint: " + hint
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.w
	switch {
	case h.actions && r.Level >= slog.LevelWarn:
		text = escapeData.Replace(text)
	case h.actions:
		w = &tame{to: w}
	default:
		text = visible(text)
	}
	_, err := io.WriteString(w, h.prefix(r.Level)+text+"\n")
	return err
}

// escapeData keeps a text from ending its workflow command.
// Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
var escapeData = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

func (h *lineHandler) prefix(l slog.Level) string {
	switch {
	case l >= slog.LevelError && h.actions:
		return "::error::"
	case l >= slog.LevelWarn && h.actions:
		return "::warning::"
	case l >= slog.LevelError:
		return "error: "
	case l >= slog.LevelWarn:
		return "warning: "
	case l < slog.LevelInfo:
		return "debug: "
	default:
		return ""
	}
}
