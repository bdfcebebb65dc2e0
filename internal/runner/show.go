// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"io"
	"strings"
)

// show reads the plan in file, or the state with file "", through `show -json`, while it is being written: neither the
// text nor the values of a large plan are ever held as a whole, but for the text that policies are asked about.
func (r *run) show(ctx context.Context, file string, into *planReader) error {
	args := []string{"show", "-json", "-no-color"}
	if file != "" {
		args = append(args, file)
	}
	from, to := io.Pipe()
	stderr := &tail{max: maxLog}
	ended := make(chan error, 1)
	go func() {
		err := r.program(args, to, stderr).run(ctx)
		_ = to.Close() // never fails
		ended <- err
	}()
	var source io.Reader = from
	if into.copy != nil {
		source = io.TeeReader(from, into.copy)
	}
	readErr := into.read(source)
	_, drainErr := io.Copy(io.Discard, from)
	if err := <-ended; err != nil {
		return r.fault("show", err, newStream(r, nil), strings.TrimSpace(stderr.String()))
	}
	return errors.Join(readErr, drainErr)
}
