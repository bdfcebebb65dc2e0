// Package workflow knows how a ticket becomes the jobs of a GitHub Actions
// workflow: the outputs of gate, the matrices that the jobs come from, and the
// artifact that each of them leaves.
//
// It decides on data: it reads no environment and writes no file.
package workflow

import (
	"io/fs"

	"github.com/layerbot/layerbot/internal/phase"
)

// A Leg is one job of a matrix: usually one target, several when there are more targets than jobs.
type Leg struct {
	Name     string `json:"name"`     // for the job's title: "compute/prod"
	Target   string `json:"target"`   // for --target: target IDs, one a line
	Env      string `json:"env"`      // for `environment: plan-<env>`; all targets of a leg share it, but for scans, which have ""
	Artifact string `json:"artifact"` // what the job leaves, "layerbot-plan-3": no two jobs of a run share one
}

// Outputs returns the outputs of gate by name: ticket, ticket2 … (its parts), head, work, jobs, report, matrix, scans, waves
// and wave-1 to wave-8. A matrix that would have no job is "".
func Outputs(t *phase.Ticket) (map[string]string, error) { panic("being written") }

// Unpack returns the ticket, as JSON, that the parts of Outputs stand for, one after the other; JSON is returned as it is.
func Unpack(text []byte) ([]byte, error) { panic("being written") }

// Artifacts returns what the jobs of a ticket left, from the folders of their artifacts in dir: a target's report, scan or
// state is looked for only in the artifact of the job that had the target, so that no job speaks for another.
func Artifacts(t *phase.Ticket, dir fs.FS) fs.FS { panic("being written") }
