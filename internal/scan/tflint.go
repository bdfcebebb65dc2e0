// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"fmt"
	"strings"
)

var tflint = adapter{
	name: "tflint", weight: 1,
	settings: []string{".tflint.hcl"},
	marks:    []string{"tflint-ignore"},
	hears:    []string{"tflint"},
	blind:    []string{".tofu", ".tofu.json"},
	args:     tflintArgs,
	read:     readTflint,
}

// tflintArgs never has tflint fetch plugins: they are programs.
func tflintArgs(r run) []string {
	args := []string{"--chdir=" + r.dir, "--format=json", "--no-color"}
	for _, file := range r.varFiles {
		args = append(args, "--var-file="+file)
	}
	if r.settings != "" {
		args = append(args, "--config="+r.settings)
	}
	return args
}

func readTflint(r run, out output) ([]seen, error) {
	type place struct {
		Filename   string
		Start, End struct{ Line int }
	}
	var doc struct {
		Issues *[]struct {
			Rule    struct{ Name, Severity, Link string }
			Message string
			Range   place
		}
		Errors []struct {
			Summary, Message string
			Range            *place
		}
	}
	if len(out.stdout) == 0 || out.code > 2 || out.code < 0 {
		return nil, died(out)
	}
	if err := decode(out.stdout, &doc); err != nil {
		return nil, err
	}
	if len(doc.Errors) > 0 {
		e := doc.Errors[0]
		text := strings.TrimPrefix(e.Summary+"; "+e.Message, "; ")
		if e.Range != nil {
			text = fmt.Sprintf("%s:%d: %s", e.Range.Filename, e.Range.Start.Line, text)
		}
		return nil, tflintFault(text, e.Range != nil)
	}
	if doc.Issues == nil {
		return nil, faultf("use the pinned version of tflint", "what it printed has no issues")
	}
	var all []seen
	for _, i := range *doc.Issues {
		var s seen
		s.tool, s.rule, s.severity, s.message, s.link = "tflint", i.Rule.Name, severity(i.Rule.Severity), i.Message, i.Rule.Link
		s, err := r.place(s, i.Range.Filename, i.Range.Start.Line, i.Range.End.Line)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return distinct(all), nil
}

func tflintFault(text string, inFile bool) error {
	switch {
	case !inFile && strings.Contains(text, "lugin"):
		return faultf("install the plugins of .tflint.hcl in a step before this one (`tflint --init`); Layerbot fetches none, and none of the change is run",
			"a plugin of .tflint.hcl is not here: %s", text)
	case inFile:
		return faultf("correct the file; `terraform validate` says more", "it cannot read %s", text)
	}
	return faultf("run it by hand on the layer to see more", "it failed: %s", text)
}
