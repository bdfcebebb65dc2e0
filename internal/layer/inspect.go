// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// An Inspection is what the configuration of a root module, or of a module, says without being run: what of it could
// run code, read data or lead elsewhere. It follows calls of modules with local sources; what modules from elsewhere
// hold is known once they are fetched, and each can be inspected then.
type Inspection struct {
	Providers    []Use // source addresses, "registry.terraform.io/hashicorp/aws", also of those that are only implied; none that are built in
	Data         []Use // types of data sources, "external"; also "external" for a program that OpenTofu's state encryption asks
	Ephemerals   []Use // types of ephemeral resources
	Resources    []Use // types of managed resources
	Actions      []Use // types of actions
	Provisioners []Use // "local-exec"
	Programs     []Use // settings of providers, backends, encryption and states that are read by which a program can be run: "shared_config_files"
	Modules      []Use // sources that are not local, as they are written
	Calls        bool  // it calls modules with local sources
	Backends     []Use // of the folder itself, by type: "s3"; "cloud" for a cloud block, "state_store" for such a one
	Overrides    []Use // override files; Name is the file's
	Unmasked     []Use // calls of nonsensitive on what is sensitive; Name is that, "var.password"
	Unreadable   []Use // files and folders that cannot be read or parsed; Name says why
	Unclear      []Use // what cannot be judged by reading: a source that is no literal, an unknown kind of block; Name says what
}

// A Use is one place in a configuration.
type Use struct {
	Name string
	File string // slash-separated, in the file system that was inspected
	Line int    // from 1; 0 where only the file is known
}

// Inspect reads the module in dir of fsys, in HCL and in JSON, .tf and .tofu, and the modules with local sources that
// it calls, also those outside of dir; one that leads out of fsys is Unreadable. Where OpenTofu prefers a .tofu file
// to a .tf one, both count. It evaluates nothing. An error is one of reading files. Uses are in the order of files and
// lines; each name is reported at its first place of a file.
func Inspect(fsys fs.FS, dir string) (*Inspection, error) {
	in, _, err := look(fsys, dir)
	if err != nil {
		return nil, err
	}
	in.flow.unmasked(in.parts, &in.out.Unmasked)
	for _, list := range in.out.lists() {
		sortUses(list)
	}
	return in.out, nil
}

func (i *Inspection) lists() []*[]Use {
	return []*[]Use{&i.Providers, &i.Data, &i.Ephemerals, &i.Resources, &i.Actions, &i.Provisioners, &i.Programs, &i.Modules,
		&i.Backends, &i.Overrides, &i.Unmasked, &i.Unreadable, &i.Unclear}
}

// sortUses puts uses in the order of files and lines, and keeps the first of each name in a file.
func sortUses(list *[]Use) {
	slices.SortFunc(*list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name))
	})
	seen := map[Use]bool{}
	*list = slices.DeleteFunc(*list, func(u Use) bool {
		u.Line = 0
		again := seen[u]
		seen[u] = true
		return again
	})
}

// An inspector is one run of Inspect.
type inspector struct {
	fsys  fs.FS
	out   *Inspection
	parts map[string]*part // by folder, without links
	todo  []*part
	flow  *flow
}

// look reads the module in dir, and those that it calls. root is its folder, without links.
func look(fsys fs.FS, dir string) (in *inspector, root string, err error) {
	if root, err = realPath(fsys, dir); err != nil {
		return nil, "", err
	}
	in = &inspector{fsys: fsys, out: &Inspection{}, parts: map[string]*part{}, flow: newFlow()}
	in.visit(root)
	for len(in.todo) > 0 {
		p := in.todo[0]
		in.todo = in.todo[1:]
		if err := p.read(); err != nil {
			return nil, "", err
		}
	}
	return in, root, nil
}

// visit makes sure that a folder, without links, is read.
func (in *inspector) visit(dir string) {
	if in.parts[dir] == nil {
		p := &part{inspector: in, dir: dir, root: len(in.parts) == 0, required: map[string]bool{}, declared: map[string]Use{}}
		in.parts[dir] = p
		in.todo = append(in.todo, p)
	}
}

// A part is one folder of configuration.
type part struct {
	*inspector
	dir      string
	root     bool
	required map[string]bool // local names of providers whose source the folder states
	used     []Use           // local names of providers that it uses
	calls    []localCall
	outputs  []string
	declared map[string]Use // blocks, by address within the folder
}

// A localCall is a call of a module in the same file system.
type localCall struct{ name, dir string }

// read reads the files that Terraform or OpenTofu would load from the folder, override files last.
func (p *part) read() error {
	entries, err := fs.ReadDir(p.fsys, p.dir)
	if err != nil {
		return err
	}
	order := func(e fs.DirEntry) int {
		if isOverride(e.Name()) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return order(a) - order(b) })
	for _, e := range entries {
		if !isConfig(e.Name()) || e.IsDir() {
			continue
		}
		name := path.Join(p.dir, e.Name())
		if isOverride(name) {
			p.out.Overrides = append(p.out.Overrides, Use{Name: e.Name(), File: name})
		}
		content, ok, err := p.open(name)
		if err != nil {
			return err
		}
		if ok {
			p.file(name, content)
		}
	}
	p.implied()
	return nil
}

var errNoFile = errors.New("not a regular file")

// open returns the content of a file. ok is false if it leads to none, which is noted.
func (p *part) open(name string) (content []byte, ok bool, err error) {
	content, err = p.bytes(name)
	switch {
	case errors.Is(err, errOutside), errors.Is(err, errLoop), errors.Is(err, errNoFile), errors.Is(err, fs.ErrNotExist):
		p.unreadable(name, 0, "leads to no file of the repository")
		return nil, false, nil
	}
	return content, err == nil, err
}

// bytes returns the content of a file, but no more than is parsed of one.
func (p *part) bytes(name string) ([]byte, error) {
	real, err := realPath(p.fsys, name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(p.fsys, real)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := p.fsys.Open(real)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxSource+1))
}

func (p *part) unreadable(file string, line int, why string) {
	p.out.Unreadable = append(p.out.Unreadable, Use{why, file, line})
}

func (p *part) unclear(at hcl.Range, what string) {
	p.out.Unclear = append(p.out.Unclear, useAt(what, at))
}

func useAt(name string, at hcl.Range) Use { return Use{name, at.Filename, at.Start.Line} }
