package layer

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
)

const (
	maxSource  = 2 << 20 // bytes of one configuration file
	maxNesting = 2000    // brackets, directives or signs inside each other
	maxChain   = 20000   // conditions in one file
)

// parse reads HCL or JSON that a stranger may have written. The parser recurses,
// and a stack that overflows ends the process (100 kB of opening brackets do), so
// what is too large or too deep is refused first.
func parse(name string, content []byte) (*hcl.File, *Problem) {
	if len(content) > maxSource {
		return nil, &Problem{Message: fmt.Sprintf("larger than the %d MiB that are read of one file", maxSource>>20), File: name, Hint: "split the file"}
	}
	if line := tooDeep(content); line > 0 {
		return nil, &Problem{Message: "nested too deeply to be read", File: name, Line: line, Hint: "move inner expressions to locals"}
	}
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		file, diags = json.Parse(content, name)
	} else {
		file, diags = hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	}
	if file != nil && file.Body == nil {
		file = nil
	}
	return file, diagnose(name, diags)
}

// diagnose turns the first error of a parse into a Problem; nil when there is none.
func diagnose(name string, diags hcl.Diagnostics) *Problem {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		p := &Problem{Message: d.Summary, File: name, Hint: d.Detail}
		if d.Subject != nil {
			p.Line = d.Subject.Start.Line
		}
		return p
	}
	return nil
}

// tooDeep returns the line on which a text may nest too deeply, or 0. It counts
// without regard to strings and comments, which hold too few to matter.
func tooDeep(content []byte) int {
	line, brackets, signs, directives, chain := 1, 0, 0, 0, 0
	for i, c := range content {
		switch c {
		case '\n':
			line++
		case '(', '[', '{':
			brackets++
			if i > 0 && content[i-1] == '%' {
				directives++
			}
		case ')', ']', '}':
			brackets = max(0, brackets-1)
		case '?':
			chain++
		}
		switch c {
		case '!', '-':
			signs++
		case ' ', '\t', '\r', '\n':
		default:
			signs = 0
		}
		if max(brackets, signs, directives) > maxNesting || chain > maxChain {
			return line
		}
	}
	return 0
}
