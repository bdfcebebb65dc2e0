// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/layerbot/layerbot/internal/report"
)

// lockError is the summary of the error of whoever does not get the state lock.
const lockError = "Error acquiring the state lock"

var (
	// lockField matches one line of the lock that Terraform describes in an error.
	lockField = regexp.MustCompile(`(?m)^\s*(ID|Path|Operation|Who|Created):[ \t]*(.*?)\s*$`)

	// heldID matches the id of the lock in an error of the http backend, which goes on to describe not the lock that is
	// held but the one that was asked for.
	heldID = regexp.MustCompile(`HTTP remote state already locked:\s*ID=(\S+)`)

	// denied matches an error of a backend that admits nobody, instead of one that somebody else was faster.
	denied = regexp.MustCompile(`AccessDenied|Forbidden|StatusCode: 40[13]|endpoint (?:requires|invalid) auth`)

	// lockID matches the ids that are handed on to Terraform.
	lockID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,127}$`)
)

// locked says who holds the state lock, since when, and how to release it.
func (r *run) locked(f *report.Failure, d report.Diagnostic) {
	if denied.MatchString(d.Detail) {
		f.Hint = "the job's role may not lock the state: let it read, write and delete the lock, with S3 the object `*.tflock`"
		return
	}
	f.Kind, f.Lock = report.Locked, readLockInfo(d.Detail)
	f.Message = "the state is locked"
	if f.Lock.Who != "" {
		f.Message += fmt.Sprintf(" by %s since %s (%s)", f.Lock.Who, f.Lock.Created, f.Lock.Operation)
	}
	f.Hint = "wait for that run to end; if it is dead, release the lock "
	switch {
	case f.Lock.ID == "": // the backend does not tell
		f.Hint = "wait for the run that holds it to end, then " + r.again()
	case r.job.Head != "" && lockID.MatchString(f.Lock.ID):
		f.Hint += "with " + r.command("unlock", "--lock-id", f.Lock.ID)
	default:
		f.Hint += "in `" + r.job.Target.Dir + "`: `" + r.tool.name + " force-unlock " + f.Lock.ID + "`"
	}
}

// readLockInfo returns the lock that is held, as the detail of a lock error tells it.
func readLockInfo(detail string) *report.Lock {
	if m := heldID.FindStringSubmatch(detail); m != nil {
		return &report.Lock{ID: m[1]}
	}
	lock := &report.Lock{}
	if strings.Contains(detail, "HTTP remote state already locked") {
		return lock
	}
	for _, m := range lockField.FindAllStringSubmatch(detail, -1) {
		switch m[1] {
		case "ID":
			lock.ID = m[2]
		case "Path":
			lock.Path = m[2]
		case "Operation":
			lock.Operation = m[2]
		case "Who":
			lock.Who = m[2]
		case "Created":
			lock.Created = m[2]
		}
	}
	return lock
}

// patiently does a step, and does it again as long as it may wait for a lock and its lock vanishes: Terraform itself waits
// only where it learns who holds it.
func (r *run) patiently(ctx context.Context, step func(context.Context) error) error {
	until := time.Now().Add(r.runner.o.LockTimeout)
	for {
		err := step(ctx)
		if !r.vanished(err) || ctx.Err() != nil || time.Now().After(until) {
			return err
		}
	}
}

// vanished reports whether err says that the state in S3 was locked when the lock was asked for, and by nobody any more when
// Terraform looked by whom. Nothing was done.
func (r *run) vanished(err error) bool {
	var f *failed
	return errors.As(err, &f) && f.Kind == report.Locked && f.Lock.ID == "" && r.job.Target.Backend == "s3" && r.report.Apply == nil
}

// withSerial adds to an error that the state is locked which state that is: whether a dead run stored anything is the
// first thing to know before its lock is released. Other errors stay as they are.
func (r *run) withSerial(ctx context.Context, err error) error {
	var f *failed
	if errors.As(err, &f) && f.Kind == report.Locked {
		if serial := r.serial(ctx); serial != "" {
			f.Message += "; the stored state has serial " + serial
		}
	}
	return err
}

// serial returns the serial of the stored state, "" if it cannot be told. The rest of the state is passed over.
func (r *run) serial(ctx context.Context) string {
	from, to := io.Pipe()
	var serial string
	read := make(chan struct{})
	go func() {
		defer close(read)
		dec := jsontext.NewDecoder(from)
		_ = members(dec, func(name string) error {
			value, err := dec.ReadValue()
			if name == "serial" && value.Kind() == jsontext.KindNumber {
				serial = value.String()
			}
			return err
		})
		_, _ = io.Copy(io.Discard, from)
	}()
	err := r.program([]string{"state", "pull"}, to, io.Discard).run(ctx)
	_ = to.Close() // never fails
	<-read
	if err != nil {
		return ""
	}
	return serial
}
