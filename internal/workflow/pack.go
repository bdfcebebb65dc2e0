// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/layerbot/layerbot/internal/phase"
)

const (
	// maxPart is how long one part of a ticket may be. It is handed to a job as an environment variable, and Linux allows no
	// string of 128 KiB or more there.
	// Source: https://man7.org/linux/man-pages/man2/execve.2.html (MAX_ARG_STRLEN)
	maxPart = 120_000

	// maxParts is how many parts the workflow hands on. Together they stay under half of the 1 MiB that outputs may have.
	maxParts = 4

	// maxJSON is far more than the ticket that ReadTicket takes.
	maxJSON = 8 << 20
)

// partName returns the name of the output that holds a part: ticket, ticket2, ticket3 …
func partName(i int) string {
	if i == 0 {
		return "ticket"
	}
	return fmt.Sprintf("ticket%d", i+1)
}

// pack returns a ticket as outputs carry it, in parts. It is compressed, which also keeps the runner from taking it for a
// secret: an output in which it finds the text of one, such as the digits of an id, is dropped without an error.
// Source: https://github.com/actions/runner/blob/main/src/Runner.Worker/JobExtension.cs ("Skip output")
func pack(ticket []byte) ([]string, error) {
	var packed bytes.Buffer
	encoder := base64.NewEncoder(base64.StdEncoding, &packed)
	zipper, err := gzip.NewWriterLevel(encoder, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, werr := zipper.Write(ticket)
	if err := errors.Join(werr, zipper.Close(), encoder.Close()); err != nil {
		return nil, err
	}
	var parts []string
	for text := packed.String(); text != ""; {
		n := min(len(text), maxPart)
		parts, text = append(parts, text[:n]), text[n:]
	}
	if len(parts) > maxParts {
		return nil, &phase.UserError{
			Message: fmt.Sprintf("the ticket is %d bytes even when compressed; jobs can be handed %d", packed.Len(), maxPart*maxParts),
			Next:    "name fewer targets (`/plan compute prod`) or narrow layers { include } in the configuration",
		}
	}
	return parts, nil
}

// Unpack returns the ticket, as JSON, that the parts of Outputs stand for, one after the other. JSON is returned as it is.
func Unpack(text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	bad := func(why string) error {
		return &phase.UserError{Message: "the ticket cannot be used: " + why, Next: "hand on the outputs `ticket` to `ticket4` of gate unchanged"}
	}
	switch {
	case len(text) == 0:
		return nil, bad("it is empty: the runner drops an output in which it finds the text of a secret, or gate wrote none")
	case text[0] == '{':
		return text, nil
	}
	reader, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text)))
	if err != nil {
		return nil, bad("it is neither JSON nor what gate writes")
	}
	ticket, err := io.ReadAll(io.LimitReader(reader, maxJSON+1))
	switch {
	case err != nil:
		return nil, bad("a part of it is missing or damaged")
	case len(ticket) > maxJSON:
		return nil, bad("it is too large")
	}
	return ticket, nil
}
