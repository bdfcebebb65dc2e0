// SPDX-License-Identifier: Apache-2.0

// Package inventory is the acceptance list of infra as data: 112 numbers, and what shows that each holds. It runs
// nothing; package report does.
package inventory

import "fmt"

// Kind is how a check is made.
type Kind string

const (
	// Rule is a function of package rules over the layers as they are written or as they are applied.
	Rule Kind = "rule"
	// Run is a run block of a *.tftest.hcl file.
	Run Kind = "run"
	// Go is a Go test, with "/" before a subtest.
	Go Kind = "go"
	// Rego is every test of a policy's tests whose name begins so; it must have some that deny and some that allow.
	Rego Kind = "rego"
	// File is a file that is there and holds a text.
	File Kind = "file"
	// Live is a command for a real account, and what it prints there: nothing here can run it.
	Live Kind = "live"
)

// Check is one thing that shows that a number holds. It is comparable: the same check may stand at many numbers and is
// made once.
type Check struct {
	Kind  Kind
	In    string // Rule: "". Run: infra/LAYER/tests/FILE. Go: the package's folder. Rego: the policy's package. File: its path.
	Name  string // Rule: its name. Run, Go: the test's. Rego: the beginning of names. File: a text in it. Live: the command.
	Shows string // Live: what it prints.
}

// Every is the name of a check that is all there are: of Go, in infra/test and below it; of Run, in every layer and module.
// It fails where one fails that no number names.
const Every = "every one"

func rule(name string) Check { return Check{Kind: Rule, Name: name} }

func run(layer, file, name string) Check {
	return Check{Kind: Run, In: fmt.Sprintf("infra/%s/tests/%s.tftest.hcl", layer, file), Name: name}
}

func gotest(folder, name string) Check { return Check{Kind: Go, In: folder, Name: name} }

func rego(policy, name string) Check { return Check{Kind: Rego, In: policy, Name: name} }

func file(path, text string) Check { return Check{Kind: File, In: path, Name: text} }

func live(command, shows string) Check { return Check{Kind: Live, Name: command, Shows: shows} }

// String names a check in messages.
func (c Check) String() string {
	switch c.Kind {
	case Rule, Live:
		return c.Name
	case Rego:
		return fmt.Sprintf("%s_test.test_%s_…", c.In, c.Name)
	default:
		return c.In + ": " + c.Name
	}
}

// Letters are the ways in which the inventory asks for proof: HCL and schema, plans, rego, manifests, units, static, AWS.
const Letters = "HPRMUSA"

// Number is one line of the inventory.
type Number struct {
	Label  string // "1" to "112"; "L1"… for what the layout asks for without a number
	What   string
	Kinds  string // of Letters: at least these
	Checks []Check
}

// Covers is true where a check is proof of the kind that a letter stands for.
func (c Check) Covers(letter rune) bool {
	switch letter {
	case 'H': // over what is written, or over what the written comes to with the provider's real schema
		return c.Kind == Rule
	case 'P':
		return c.Kind == Run || c.Kind == Rule
	case 'R':
		return c.Kind == Rego
	case 'M':
		return c.Kind == Go && c.In == "infra/test/chart"
	case 'U':
		return c.Kind == Go
	case 'S':
		return c.Kind == File || c.Kind == Go || c.Kind == Rule
	case 'A':
		return c.Kind == Live
	}
	return false
}
