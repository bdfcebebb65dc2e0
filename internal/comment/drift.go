package comment

import (
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// DriftMarker begins the issue on the drift of a target, and only that.
func DriftMarker(t layer.Target) string { panic("being written") }

// DriftIssue returns the issue on one target that is no longer as its configuration says: what was changed outside Terraform, what an
// apply would do now, and what to do. The body begins with DriftMarker and stays within Budget. since names the commit; run is
// the address of the run.
func DriftIssue(r *report.Report, run, version string) (title, body string) { panic("being written") }

// UnlockReply returns the reply to /unlock: the lock and the exact command that releases it, that it was released, or that nobody holds
// one. The key is ReplyMarker's.
func UnlockReply(key string, c Command, r *report.Report) string { panic("being written") }
