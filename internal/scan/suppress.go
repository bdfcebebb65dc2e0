// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layerbot/layerbot/internal/report"
)

// maxWordsFile is the most bytes of a file that is searched for words: no tool is given a larger one.
const maxWordsFile = 5 << 20

// suppressions returns every word in a tree that suppresses findings of one of tools: comments in code, and entries of
// the files that list them; by file and line. Words count where the tool itself heeds them: tfsec, trivy, checkov and
// gitleaks do so in strings and heredocs, too. A word that nothing needs counts as well. New is not set.
func suppressions(tree Files, tools []string) ([]report.Suppression, error) {
	var all []report.Suppression
	for _, name := range tree.Paths {
		list, code := ignoreReader(name), isCode(name)
		if list == nil && !code && (name == BaselinePath || !slices.Contains(tools, "gitleaks")) {
			continue
		}
		src, err := tree.Read(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if len(src) > maxWordsFile {
			continue
		}
		var found []report.Suppression
		if list != nil {
			found = list(string(src))
		} else {
			found = wordsOf(name, src)
		}
		for _, s := range found {
			s.File, s.Rule = name, oneLine(s.Rule, maxName)
			s.Reason = strings.TrimRight(oneLine(s.Reason, maxMessage), " :;,–—-(") // what led to a word
			if s.Rule != "" && heeded(s.Tool, tools) {
				all = append(all, s)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b report.Suppression) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return all, nil
}

// heeded reports whether one of tools heeds the words of a tool: tfsec and trivy heed each other's.
func heeded(tool string, tools []string) bool {
	return slices.ContainsFunc(tools, func(t string) bool {
		return t == tool || tool == "tfsec" && t == "trivy" || tool == "trivy" && t == "tfsec"
	})
}

// isCode reports whether a file is one in which tfsec, trivy, checkov or tflint look for words.
func isCode(name string) bool {
	switch path.Ext(name) {
	case ".json", ".yaml", ".yml", ".template":
		return true
	}
	return isHCL(name) || strings.HasPrefix(path.Base(name), "Dockerfile")
}

// wordsOf returns the words in a file of code, or of text.
func wordsOf(name string, src []byte) []report.Suppression {
	if !bytes.Contains(src, []byte("ignore")) && !bytes.Contains(src, []byte(":skip=")) && !bytes.Contains(src, []byte(gitleaksWord)) {
		return nil
	}
	t := newMarked(name, src)
	var all []report.Suppression
	for i := range t.lines {
		for _, w := range t.words(i) {
			w.Line = i + 1
			if w.Reason == "" {
				w.Reason = t.above(i)
			}
			all = append(all, w)
		}
	}
	return all
}
