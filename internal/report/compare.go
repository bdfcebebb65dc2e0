package report

// A Review is what the plan of an apply is compared with. It travels in the ticket: it is the App's own word.
type Review struct {
	Fingerprint *Fingerprint `json:"fingerprint,omitempty"` // what reviewers saw; nil when nobody saw a plan
	Partial     bool         `json:"partial,omitempty"`     // only the digest of the whole was kept, not its resources
	Applied     []string     `json:"applied,omitempty"`     // addresses of reviewed changes that an earlier apply carried out before it failed
}

// Verdict is how a plan stands to the reviewed one.
type Verdict string

// The verdicts. All but Different may be applied.
const (
	Same      Verdict = "same"      // the digests are equal
	Refined   Verdict = "refined"   // same addresses, same actions, every value that reviewers saw; only what was unknown became known
	Remainder Verdict = "remainder" // what is left of the reviewed plan after an apply that carried out the rest of it
	Different Verdict = "different" // anything else, also when nothing was reviewed
	Nothing   Verdict = "nothing"   // the plan does nothing: there is nothing to review
)

// A Difference is one resource, or output ("output.NAME"), that is not planned as reviewers saw it. An empty
// Address stands for the whole: Why tells of the tool or a provider.
type Difference struct {
	Address string `json:"address"`
	Was     Action `json:"was,omitempty"` // "" when reviewers saw no change of it
	Now     Action `json:"now,omitempty"` // "" when nothing is planned any more
	Why     string `json:"why"`           // "was not in the reviewed plan", "its values differ", "terraform 1.11.4 → 1.12.0"
}
