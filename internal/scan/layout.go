// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A run is what one scanner is run on: a copy of the files that is its own.
type run struct {
	root      string   // of the copy, and the folder in which the scanner is started
	dir       string   // of the layer, from root, slash-separated
	varFiles  []string // copies of the target's, absolute
	workspace string   // of Terraform; "" is the default
	settings  string   // file with settings of the base; "" where there are none
	ignore    string   // file that lists what is suppressed; likewise
	bare      bool     // what keeps findings quiet does not count

	folders map[string]string // links to folders → those
}

// layOut makes the copy for one run below place.
func (s *session) layOut(place string, a adapter, t *tree, bare bool) (run, error) {
	r := run{root: filepath.Join(place, "tree"), dir: s.job.Target.Dir, workspace: s.job.Target.Workspace, bare: bare, folders: t.folders}
	if a.name == "gitleaks" { // it follows no calls
		r.folders = nil
	}
	if err := os.MkdirAll(filepath.Join(r.root, filepath.FromSlash(r.dir)), 0o700); err != nil {
		return r, err
	}
	keep := func(name string) bool {
		return !a.steeredBy(name) && (a.name == "gitleaks" || name != s.job.Target.BackendConfig || endsIn(name, code))
	}
	edit := func(name string, data []byte) []byte {
		if bare {
			data = without(data, a.marks)
		}
		if a.translate != nil && endsIn(name, code) {
			data = a.translate(data)
		}
		return data
	}
	if err := t.lay(r.root, keep, r.folders, edit); err != nil {
		return r, err
	}
	var err error
	if r.varFiles, err = s.varFiles(place, t); err != nil {
		return r, err
	}
	if name, text := a.ignored(t, r.dir); name != "" && !bare {
		if r.ignore, err = write(place, name, text); err != nil {
			return r, err
		}
	}
	name := s.settings.first(r.dir, a.settings)
	if name == "" {
		return r, nil
	}
	text := s.settings.files[name]
	if a.steer != nil {
		if text, err = a.steer(text); err != nil {
			return r, faultf("correct it on the base branch", "%s of the base cannot be used: %s", name, oneLine(err.Error(), maxFault))
		}
	}
	r.settings, err = write(place, "settings"+path.Ext(name), text)
	return r, err
}

// varFiles writes the target's var-files, of those that there are, below place under names of ours: trivy, tfsec and
// tflint take a comma in a name for the begin of another.
func (s *session) varFiles(place string, t *tree) ([]string, error) {
	var all []string
	for i, name := range s.job.Target.VarFiles {
		if t.files[name] == nil {
			continue
		}
		ext := ".tfvars"
		if strings.HasSuffix(name, ".json") {
			ext += ".json"
		}
		file, err := write(place, strconv.Itoa(i)+ext, t.files[name])
		if err != nil {
			return nil, err
		}
		all = append(all, file)
	}
	return all, nil
}

func write(place, name string, text []byte) (string, error) {
	file := filepath.Join(place, name)
	return file, os.WriteFile(file, text, 0o600)
}

// ignored returns the first of the scanner's ignore files that there is; name is "" where there is none. One in the
// layer's folder adds to that at the root, and takes the place of a YAML one.
func (a adapter) ignored(t *tree, dir string) (name string, text []byte) {
	for _, name := range a.ignores {
		file := t.first(dir, []string{name})
		if file == "" {
			continue
		}
		text := t.files[file]
		if root := t.files[name]; file != name && path.Ext(name) != ".yaml" {
			text = bytes.Join([][]byte{root, text}, []byte("\n"))
		}
		return name, text
	}
	return "", nil
}

// steeredBy reports whether a file could steer the scanner: its settings, lists of what is suppressed, plugins and rules of
// its own, and what Terraform leaves behind, which names folders to read modules from. Only the base's settings count.
// Code is none of that, wherever it is: a module may be called from any folder.
func (a adapter) steeredBy(name string) bool {
	if a.name == "gitleaks" { // a secret may be in what is for the others
		return endsInPath(name, a.settings) || endsInPath(name, a.ignores)
	}
	if endsInPath(name, SettingsFiles()) || endsInPath(name, IgnoreFiles()) {
		return true
	}
	return !endsIn(name, code) && slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(folder string) bool {
		return slices.Contains([]string{".terraform", ".tfsec", ".tflint.d", ".trivy", ".checkov"}, folder)
	})
}

// endsInPath reports whether a file is one of paths, in whatever folder.
func endsInPath(name string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return name == p || strings.HasSuffix(name, "/"+p) })
}

// rel returns a path that a scanner names as one from the root of the tree. What is outside is an error.
func (r run) rel(file string) (string, error) {
	name := filepath.FromSlash(file)
	if filepath.IsAbs(name) {
		var err error
		if name, err = filepath.Rel(r.root, name); err != nil {
			return "", err
		}
	}
	if name = filepath.ToSlash(filepath.Clean(name)); !inside(name) {
		return "", fmt.Errorf("it speaks of %q, which is outside of what it was to look at", file)
	}
	return original(name, r.folders), nil
}

// faultOf makes of an error what a person is told, without the private paths.
func (r run) faultOf(err error) *fault {
	f := &fault{message: err.Error(), hint: "run it by hand on the layer to see more"}
	if h := new(fault); errors.As(err, &h) {
		f.hint = h.hint
	}
	for _, private := range []string{r.root + "/", strings.TrimPrefix(r.root, "/") + "/"} { // tfsec leaves the first slash out
		f.message = strings.ReplaceAll(f.message, private, "")
	}
	f.message = oneLine(f.message, maxFault)
	return f
}
