// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// A UserError is a mistake or a state of affairs that a person can put right.
type UserError struct {
	Message string
	Next    string // what to do next
}

func (e *UserError) Error() string { return e.Message }

// Hint returns what to do next.
func (e *UserError) Hint() string { return e.Next }

// Hint returns the hint that err carries. ok is false for an error that is not meant for people.
func Hint(err error) (hint string, ok bool) {
	var h interface {
		error
		Hint() string
	}
	if errors.As(err, &h) {
		return h.Hint(), true
	}
	return "", false
}

// strictJSON decodes one document without unknown fields or trailing data.
func strictJSON(src []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("data after the end of the document")
	}
	return nil
}
