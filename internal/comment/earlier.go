package comment

import (
	"github.com/layerbot/layerbot/internal/layer"
	"github.com/layerbot/layerbot/internal/report"
)

// Earlier is a target that the change affects and that this run did not plan: what an earlier run on the same commit
// said of it.
type Earlier struct {
	Target layer.Target
	Status report.Status // "" if it was not planned on this commit yet
	Counts report.Counts
	Run    string // address of the run
}
