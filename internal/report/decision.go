package report

// A Policy is what policies say of one plan or of some manifests.
type Policy struct {
	Decisions []Decision `json:"decisions"`         // denials first, then by severity, address, rule; none is that nothing is wrong
	Rules     int        `json:"rules"`             // how many rules were asked
	Failure   string     `json:"failure,omitempty"` // why they could not be asked: then nothing counts as allowed
	Hint      string     `json:"hint,omitempty"`    // beside Failure
	Omitted   int        `json:"omitted,omitempty"` // decisions that are left out, never a denial before a warning
}

// DecisionKind is the Conftest convention that a rule goes by.
type DecisionKind string

// The kinds of decisions.
const (
	Deny      DecisionKind = "deny"
	Violation DecisionKind = "violation"
	Warn      DecisionKind = "warn"
)

// A Decision is one thing that a policy has against a plan.
type Decision struct {
	Kind     DecisionKind `json:"kind"`
	Package  string       `json:"package"`            // "terraform"
	Rule     string       `json:"rule"`               // what the entry calls itself, else the name of the Rego rule
	Severity Severity     `json:"severity,omitempty"` // "" where the policy gives none
	Address  string       `json:"address,omitempty"`  // resource that it is about; of a manifest "kind/name"
	Message  string       `json:"message"`
	File     string       `json:"file,omitempty"`    // where that is declared, from the root of the repository
	Line     int          `json:"line,omitempty"`    // from 1; 0 where it is not known
	Source   string       `json:"source,omitempty"`  // of the rule, "policies/terraform.rego:12"
	Targets  []string     `json:"targets,omitempty"` // IDs of the targets that a rule over several speaks of; empty: of all
}
