// SPDX-License-Identifier: Apache-2.0

package comment

import (
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// UnlockReply returns the reply to /unlock: the lock and the exact command that releases it, that it was released, or that nobody
// holds one. The key is ReplyMarker's.
func UnlockReply(key string, c Command, r *report.Report) string {
	name := code(r.Target.String())
	out := ReplyMarker(key) + "\n"
	switch {
	case r.Failure == nil && r.Status == report.Unchanged && c.LockID == "":
		return out + "Nobody holds a lock on the state of " + name + ".\n"
	case r.Failure == nil && r.Status == report.Unchanged:
		return out + "The state of " + name + " is not locked by " + code(c.LockID) + " any more.\n"
	case r.Failure == nil || r.Failure.Kind != report.Locked || r.Failure.Lock == nil:
		return out + "The lock on the state of " + name + " could not be looked at. " + trouble(r.Failure) + "\n"
	}
	lock := r.Failure.Lock
	if c.LockID != "" && c.LockID != lock.ID {
		out += "Nothing was released: " + code(c.LockID) + " is not the lock that is held.\n\n"
	}
	out += "The state of " + name + " is locked" + strings.TrimRight(" "+prose(holder(lock)), " ") + ".\n\n"
	if c.LockID == lock.ID {
		return out + trouble(r.Failure) + "\n"
	}
	if !lockID.MatchString(lock.ID) {
		return out + "Its ID, " + code(lock.ID) + ", cannot be given in a comment. Release it with `terraform force-unlock` where the layer is initialised.\n"
	}
	c.LockID = lock.ID
	return out + "Only if it is certain that the run which holds it is dead:\n\n" + fence("", shown(c.String(), maxProse))
}

// trouble returns what went wrong, and what to do.
func trouble(f *report.Failure) string {
	if f == nil {
		return "The job left no report: see the run."
	}
	return sentence(f.Message, f.Hint)
}
