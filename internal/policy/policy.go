// Package policy asks Rego policies, by Conftest's conventions, what they have
// against a Terraform plan, a set of plans or Kubernetes manifests, and runs the
// policies' own tests.
//
// It is pure: it reads no file, no network and no environment, and neither can a
// policy. Policies are trusted code of the base branch; what they are asked about
// is not.
package policy

import (
	"context"
	"time"

	"github.com/layerbot/layerbot/internal/report"
)

// A Bundle is policies and their data: paths from the root of the repository → contents, .rego, .json, .yaml and .yml.
// As JSON it is packed, and at most MaxPacked bytes. The zero value has no policies.
type Bundle struct {
	Files map[string]string
}

// Gather takes from a tree what belongs to a bundle: the files below, or matched by, one of paths (a file, a folder or a
// doublestar pattern). Tests (_test.rego) belong only where tests is set. list holds the tree's files. It is an error
// with a hint if a path holds no policy, or if it is too much.
func Gather(paths, list []string, read func(name string) ([]byte, error), tests bool) (Bundle, error) {
	panic("being written")
}

// MaxPacked is the most bytes of a bundle as JSON: it travels in job outputs, beside much else.
const MaxPacked = 256 << 10

// A Set is compiled policies. It is safe for concurrent use.
type Set struct {
	Timeout time.Duration // of each evaluation; 0 is 30 s
}

// Compile compiles the policies of a bundle once for all that they are asked. Rules of any package named deny, warn or
// violation, or deny_…, warn_… and violation_…, count, with an entry a string or an object (msg, and optionally rule,
// address, severity). What is wrong is a *CompileError. Built-in functions that reach outside are not there.
func Compile(ctx context.Context, b Bundle) (*Set, error) { panic("being written") }

// About is what policies are told of a plan beside the plan itself, as input.layerbot.
type About struct {
	Layer       string `json:"layer"`       // "05-compute"
	Environment string `json:"environment"` // "prod"
	Dir         string `json:"dir"`         // slash-separated, from the root of the repository
}

// Judge asks what is wrong with a plan, given as Terraform's JSON (https://developer.hashicorp.com/terraform/internals/json-format).
// Rules that look at input.targets are left out: they are for Together. That the policies cannot be asked – a timeout,
// a fault while they are evaluated, a plan that is no JSON – is the Failure of the result. It is never nil.
func (s *Set) Judge(ctx context.Context, about About, plan []byte) *report.Policy {
	panic("being written")
}

// Together asks the rules that look at several targets at once, as input.targets: of each report its layer, environment,
// dir, wave, status, counts and changes (address, type, name, action, before and after: path → value, as far as it may be
// shown). nil if no rule does.
func (s *Set) Together(ctx context.Context, reports []report.Report) *report.Policy {
	panic("being written")
}

// Manifests asks what is wrong with the documents of a YAML or JSON file, each by itself. The address of a decision
// without one is the document's "Kind/name", its File name. What is no YAML is the Failure of the result.
func (s *Set) Manifests(ctx context.Context, name string, src []byte) *report.Policy {
	panic("being written")
}

// A TestResult is one test of a policy, by the conventions of `opa test`: a rule named test_….
type TestResult struct {
	Name    string // "data.terraform_test.test_region_denied"
	File    string // "policies/terraform_test.rego"
	Line    int
	Skipped bool // todo_test_…
	Failed  bool
	Why     string // what it printed, and why it failed
	Seconds float64
}

// Test runs the tests of a bundle, in the order of files and lines.
func Test(ctx context.Context, b Bundle) ([]TestResult, error) { panic("being written") }

// A CompileError says why policies cannot be used.
type CompileError struct {
	Problems []Problem // in the order of files and lines
}

// A Problem is one mistake in a policy.
type Problem struct {
	File    string // from the root of the repository
	Line    int    // from 1; 0 where it is not known
	Message string
}

// Error names the first few problems: "policies/x.rego:3: …".
func (e *CompileError) Error() string { panic("being written") }

// Hint says what to do next.
func (e *CompileError) Hint() string { panic("being written") }
