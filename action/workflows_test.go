// SPDX-License-Identifier: Apache-2.0

package action

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A workflow is a file of .github/workflows, as far as the rules ask; or action.yml, which has no jobs.
type workflow struct {
	file        string // from the root
	text        string
	root        *yaml.Node
	On          yaml.Node
	Permissions yaml.Node
	Jobs        map[string]job
}

type job struct {
	Uses        string
	Needs       oneOrMore
	If          string
	Permissions *permissions
	Timeout     string `yaml:"timeout-minutes"`
	Environment named
	Concurrency *named
	Outputs     map[string]string
	Steps       []step
}

type step struct {
	ID, If, Uses, Run string
	With, Env         map[string]string
}

// permissions of a job; nil where it has words in place of them, such as read-all.
type permissions map[string]string

func (p *permissions) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	*p = permissions{}
	return n.Decode((*map[string]string)(p))
}

// oneOrMore is a list, or a word in place of a list of one.
type oneOrMore []string

func (l *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = oneOrMore{n.Value}
		return nil
	}
	return n.Decode((*[]string)(l))
}

// named is what environment and concurrency are, by their words: {name: prod}. A word in place of them is under "".
type named map[string]string

func (m *named) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*m = named{"": n.Value}
		return nil
	}
	return n.Decode((*map[string]string)(m))
}

func parseWorkflow(file, text string) (*workflow, error) {
	w := &workflow{file: file, text: text, root: &yaml.Node{}}
	if err := yaml.Unmarshal([]byte(text), w.root); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := w.root.Decode(w); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return w, nil
}

// readWorkflows returns all files that GitHub runs, by name: "ci.yml". action.yml is one of them.
func readWorkflows(t *testing.T) map[string]*workflow {
	t.Helper()
	files, err := filepath.Glob("../.github/workflows/*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	all := map[string]*workflow{}
	for _, file := range append(files, "../action.yml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := parseWorkflow(strings.TrimPrefix(filepath.ToSlash(file), "../"), string(text))
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = w
	}
	return all
}

func TestWorkflowsKeepTheRules(t *testing.T) {
	for _, b := range breaches(slices.Collect(maps.Values(readWorkflows(t))), goVersion(t)) {
		t.Error(b)
	}
}

// goVersion returns the minor version of Go that go.mod asks for: "1.26".
func goVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(text)
	if m == nil {
		t.Fatal("go.mod names no version of Go")
	}
	return string(m[1])
}

// breaches returns what in the workflows is against the rules that hold for all of them, in order.
func breaches(all []*workflow, goVersion string) []string {
	var found []string
	commits := map[string]string{} // of each action
	for _, w := range all {
		complain := func(format string, args ...any) {
			found = append(found, w.file+": "+fmt.Sprintf(format, args...))
		}
		w.visit(w.root, commits, complain)
		if w.Jobs == nil {
			continue
		}
		w.triggers(complain)
		if w.Permissions.Kind != yaml.MappingNode || len(w.Permissions.Content) > 0 {
			complain("its permissions are not {}")
		}
		for name, j := range w.Jobs {
			j.breaches(goVersion, func(format string, args ...any) { complain("job "+name+" "+format, args...) })
		}
	}
	slices.Sort(found)
	return found
}

// Events that run with the base's secrets and can be made to run a fork's code:
// https://docs.github.com/actions/reference/security/secure-use
var dangerous = []string{"pull_request_target", "workflow_run"}

func (w *workflow) triggers(complain func(string, ...any)) {
	var words oneOrMore
	settings := map[string]yaml.Node{}
	if w.On.Kind == yaml.MappingNode {
		if err := w.On.Decode(&settings); err != nil {
			complain("its triggers: %v", err)
		}
	} else if err := w.On.Decode(&words); err != nil || len(words) == 0 {
		complain("it has no triggers (%v)", err)
	}
	for _, event := range slices.AppendSeq(words, maps.Keys(settings)) {
		if slices.Contains(dangerous, event) {
			complain("it runs on %s", event)
		}
	}
	// What is built depends on the commit alone. Layerbot's own words are a closed grammar.
	var dispatch struct{ Inputs map[string]any }
	if n := settings["workflow_dispatch"]; n.Kind == yaml.MappingNode && n.Decode(&dispatch) == nil &&
		len(dispatch.Inputs) > 0 && !strings.HasSuffix(w.file, "/layerbot.yml") {
		complain("people can give it inputs")
	}
}

var (
	pinned  = regexp.MustCompile(`^([\w.-]+/[\w.-]+)(/[\w./-]+)?@([0-9a-f]{40})$`)
	version = regexp.MustCompile(`^# v\d+\.\d+\.\d+$`)
)

// ours is the action of this repository. A release pins it to the commit before its own, which has no version.
const ours = "layerbot/layerbot"

// visit looks at a node of the file and at all below it.
func (w *workflow) visit(n *yaml.Node, commits map[string]string, complain func(string, ...any)) {
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		complain("line %d has an anchor, behind which zizmor does not see all", n.Line)
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.ScalarNode {
			switch key := n.Content[i-1].Value; {
			case key == "run" && strings.Contains(child.Value, "${{"):
				complain("line %d has an expression in a script: hand it over in env", child.Line)
			case key == "uses" && !strings.HasPrefix(child.Value, "./"):
				use(child, commits, complain)
			}
		}
		w.visit(child, commits, complain)
	}
}

// use looks at the action that a step uses.
func use(n *yaml.Node, commits map[string]string, complain func(string, ...any)) {
	m := pinned.FindStringSubmatch(n.Value)
	if m == nil {
		complain("line %d: %s is not pinned to a commit", n.Line, n.Value)
		return
	}
	if m[1] == ours {
		m[1] += m[2] // the action and the workflow are pinned each for itself
	} else if !version.MatchString(n.LineComment) {
		complain("line %d: %s has no version beside it, as in \"# v1.2.3\"", n.Line, m[1])
	}
	if before := commits[m[1]]; before != "" && before != m[3] {
		complain("line %d: %s is pinned to another commit elsewhere", n.Line, m[1])
	}
	commits[m[1]] = m[3]
}

func (j job) breaches(goVersion string, complain func(string, ...any)) {
	if j.Permissions == nil || *j.Permissions == nil {
		complain("does not say its permissions")
	}
	if j.Timeout == "" && j.Uses == "" {
		complain("has no timeout-minutes")
	}
	for _, s := range j.Steps {
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
			complain("leaves the token in .git/config: persist-credentials: false")
		}
		with := s.With["go-version"] + s.With["go-version-file"]
		if strings.HasPrefix(s.Uses, "actions/setup-go@") && with != "go.mod" && !strings.HasPrefix(with, goVersion+".") && !strings.HasPrefix(with, "${{") {
			complain("builds with Go %q; go.mod has %s", with, goVersion)
		}
	}
}
