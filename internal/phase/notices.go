// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/comment"
	"github.com/layerbot/layerbot/internal/layer"
)

// notices says what discovery stumbled over.
// Warnings about the files of targets that are not planned are left to `bot layers`.
func (s scene) notices(planned []layer.Target) []comment.Notice {
	var out []comment.Notice
	for _, w := range s.head.Warnings {
		if !s.elsewhere(w, planned) {
			out = append(out, comment.Notice{Message: place(w) + w.Message, Hint: w.Hint})
		}
	}
	return out
}

// elsewhere reports whether a warning is about a file of targets that are not planned, and of none that is.
func (s scene) elsewhere(w layer.Problem, planned []layer.Target) bool {
	concerns := func(t layer.Target) bool {
		rest, below := strings.CutPrefix(w.File, t.Dir+"/")
		if !below {
			return false
		}
		parts := strings.Split(rest, "/")
		return slices.Contains(parts, t.Env) || !slices.ContainsFunc(s.head.Targets, func(other layer.Target) bool {
			return other.Dir == t.Dir && slices.Contains(parts, other.Env)
		})
	}
	return slices.ContainsFunc(s.head.Targets, concerns) && !slices.ContainsFunc(planned, concerns)
}

// place returns "file:line: " of a problem, or "" when it has none.
func place(p layer.Problem) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File + ": "
	default:
		return fmt.Sprintf("%s:%d: ", p.File, p.Line)
	}
}
