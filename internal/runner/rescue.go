// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"

	"github.com/layerbot/layerbot/internal/report"
)

// stateFile is where Terraform leaves a state that it could not store: in the folder of the layer, in plain text.
const stateFile = "errored.tfstate"

// storing are the summaries of the errors that come of it.
var storing = []string{"Failed to save state", "Failed to persist state to backend"}

func (r *run) statePath() string { return filepath.Join(r.dir, stateFile) }

// unstored reports whether Terraform left a state that it could not store.
func (r *run) unstored() bool {
	_, err := os.Lstat(r.statePath())
	return err == nil
}

// nothingUnstored returns an error if an earlier apply left such a state: it is ahead of the stored one, and the next
// apply would overwrite it.
func (r *run) nothingUnstored() error {
	if !r.unstored() {
		return nil
	}
	return broken(
		"store it with `"+r.tool.name+" state push "+stateFile+"` in `"+r.job.Target.Dir+"`, or remove it if it is an old one; then "+r.again(),
		"an earlier apply left a state that could not be stored: %s/%s", r.job.Target.Dir, stateFile)
}

// recoverable returns an error if the job says who may read a state that could not be stored, and it could not be kept
// for them.
func (r *run) recoverable() error {
	if len(r.job.Recipients) == 0 {
		return nil
	}
	if r.job.Keep == "" {
		return errors.New("there is no folder for a state that cannot be stored")
	}
	return r.encrypt(io.Discard, strings.NewReader(""))
}

// encrypt writes what from holds to w, for the job's recipients.
func (r *run) encrypt(w io.Writer, from io.Reader) error {
	var to []age.Recipient
	for i, text := range r.job.Recipients {
		one, err := recipient(text)
		if err != nil {
			return badRecipients(fmt.Sprintf("number %d: %v", i+1, err)) // without the text: it may be a private key
		}
		to = append(to, one...)
	}
	sealed, err := age.Encrypt(w, to...)
	if err != nil {
		return badRecipients(err.Error())
	}
	_, err = io.Copy(sealed, from)
	return errors.Join(err, sealed.Close())
}

func recipient(text string) ([]age.Recipient, error) {
	if strings.HasPrefix(text, "ssh-") {
		one, err := agessh.ParseRecipient(text)
		return []age.Recipient{one}, err
	}
	return age.ParseRecipients(strings.NewReader(text))
}

func badRecipients(why string) error {
	return broken("put public keys of age (`age1…`) or SSH (`ssh-ed25519 …`) into recovery { recipients } of .github/layerbot.hcl",
		"nothing was applied: a state that cannot be stored could not be kept for its recipients: %s", why)
}

// rescue sees to the state that Terraform left when it could not store it. First it is encrypted, lest it be lost with
// the job; then, unless the run was cancelled, Terraform tries to store it again.
func (r *run) rescue(ctx context.Context, out *stream, fault error) error {
	if !r.runner.o.Local {
		defer func() { _ = os.Remove(r.statePath()) }()
	}
	kept, err := r.keep()
	if err != nil {
		r.runner.o.Log.Error("a state could not be kept", "target", r.job.Target.ID(), "error", r.runner.redact(err.Error()))
	}
	if r.store(ctx) {
		if kept != "" {
			_ = os.Remove(filepath.Join(r.job.Keep, kept))
		}
		_ = os.Remove(r.statePath()) // on a person's own machine too
		return r.stored(ctx, out)
	}
	r.report.Apply.State = kept
	return r.lost(fault)
}

// keep encrypts the state into job.Keep and returns the name of the file; "" when there is nobody to encrypt it for.
func (r *run) keep() (name string, err error) {
	if len(r.job.Recipients) == 0 {
		return "", nil
	}
	state, err := os.Open(r.statePath())
	if err != nil {
		return "", err
	}
	defer func() { _ = state.Close() }() // a reader
	if err := os.MkdirAll(r.job.Keep, 0o755); err != nil {
		return "", err
	}
	name = report.StateFileName(r.job.Target)
	file, err := os.Create(filepath.Join(r.job.Keep, name))
	if err != nil {
		return "", err
	}
	if err := errors.Join(r.encrypt(file, state), file.Close()); err != nil {
		_ = os.Remove(file.Name()) // what nobody can read helps nobody
		return "", err
	}
	return name, nil
}

// store tries to store the state, with growing pauses, until it succeeds or ctx ends.
func (r *run) store(ctx context.Context) bool {
	for _, pause := range r.runner.pauses {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
		out := &tail{max: maxLog}
		err := r.program([]string{"state", "push", "-no-color", "-lock-timeout=" + r.runner.o.LockTimeout.String(), stateFile}, out, out).run(ctx)
		if err == nil {
			return true
		}
		r.runner.o.Log.Warn("a state could not be stored", "target", r.job.Target.ID(), "error", err, "output", r.text(out.String()))
	}
	return false
}

// stored returns what was wrong with the apply beside its state, which is stored after all.
func (r *run) stored(ctx context.Context, out *stream) error {
	out.diagnostics = slices.DeleteFunc(out.diagnostics, func(d report.Diagnostic) bool { return slices.Contains(storing, d.Summary) })
	if bad, _ := split(out.diagnostics); len(bad) > 0 || len(r.report.Apply.Done) < len(r.all()) {
		return r.fault("apply", errors.New("the state is stored"), out, "")
	}
	r.applied(ctx, out)
	return nil
}

// lost is what is said of a state that is not stored: where it is, or what it was.
func (r *run) lost(fault error) error {
	var f *failed
	if !errors.As(fault, &f) {
		return fault
	}
	f.first = true
	push := "`" + r.tool.name + " state push " + stateFile + "` in `" + r.job.Target.Dir + "`"
	switch state := r.report.Apply.State; {
	case state != "":
		f.Message = "the state could not be stored; it is kept, encrypted"
		f.Failure.Hint = "before anything else is applied here: `age -d -i KEY " + state + " > " + stateFile + "`, then " + push
	case r.runner.o.Local:
		f.Message = "the state could not be stored"
		f.Failure.Hint = "before anything else is applied here: " + push
	default:
		f.Message = "the state could not be stored and is lost"
		f.Failure.Hint = "Terraform knows nothing of what it did to " + named(r.report.Apply.Done) +
			": import these objects, or see to them by hand, before anything else is applied here." +
			" So that such a state is kept: recovery { recipients = [\"age1…\"] } in .github/layerbot.hcl"
	}
	return f
}

// named names addresses, the first ten of them.
func named(addresses []string) string {
	if more := len(addresses) - 10; more > 0 {
		return strings.Join(addresses[:10], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(addresses, ", ")
}
