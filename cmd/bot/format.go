// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/report"
)

// A show turns a finished run into text.
type show func(p comment.Page, reports []report.Report, colour bool) string

// printer returns the show for --format.
func printer(format string) (show, error) {
	switch format {
	case "text":
		return func(p comment.Page, _ []report.Report, colour bool) string { return comment.Terminal(p, colour) }, nil
	case "markdown":
		return func(p comment.Page, _ []report.Report, _ bool) string { return comment.Summary(p, 1<<20).Body }, nil
	case "html":
		return func(p comment.Page, _ []report.Report, _ bool) string { return comment.HTML(p) }, nil
	case "json":
		return func(_ comment.Page, reports []report.Report, _ bool) string { return jsonLines(reports) }, nil
	default:
		return nil, &usageError{message: "unknown format " + format, next: "--format is text, markdown, json or html"}
	}
}

// jsonLines writes one JSON object a line.
func jsonLines[T any](values []T) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			panic(err) // only unencodable types fail, and these are plain data
		}
	}
	return string(tameJSON(buf.Bytes()))
}
