// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"io/fs"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Places returns where the blocks of the root module in dir of fsys that have an address are declared (resources, data
// sources, outputs, variables, checks, modules), and those of the modules with local sources that it calls. What an
// override file changes is declared where it is without that file. What cannot be parsed is left out; an error is one of
// reading files.
func Places(fsys fs.FS, dir string) (Declarations, error) {
	in, root, err := look(fsys, dir)
	if err != nil {
		return Declarations{}, err
	}
	all := map[string]*blocks{}
	for dir, p := range in.parts {
		all[dir] = &blocks{places: p.declared, modules: map[string]*blocks{}}
	}
	for dir, p := range in.parts {
		for _, c := range p.calls { // a later one is that of an override file
			all[dir].modules[c.name] = all[c.dir]
		}
	}
	return Declarations{all[root]}, nil
}

// Declarations are the places of a root module. The zero value has none. See Places.
type Declarations struct{ root *blocks }

// Blocks are what one folder declares. Folders may call each other in circles.
type blocks struct {
	places  map[string]Use     // by address within the folder; Name is that
	modules map[string]*blocks // local ones, by the name of the call
}

// keys matches what tells the instances of one block apart: [0], ["a.b"].
var keys = regexp.MustCompile(`\[(?:[^]"]*|"(?:[^"\\]|\\.)*")\]`)

// Find returns where the block of an address is declared: "module.vpc.aws_subnet.private", with or without instance
// keys; an output is "output.NAME", a variable "var.NAME". What is in a module from elsewhere is where the call of the
// outermost such module is.
func (d Declarations) Find(address string) (u Use, ok bool) {
	address, _, _ = strings.Cut(keys.ReplaceAllString(address, ""), " ") // "aws_vpc.this (deposed object 1a2b3c4d)"
	for at := d.root; at != nil; {
		call, rest, within := strings.Cut(strings.TrimPrefix(address, "module."), ".")
		inner := at.modules[call]
		if !strings.HasPrefix(address, "module.") {
			u, ok = at.places[address]
			return u, ok
		}
		if !within || inner == nil {
			u, ok = at.places["module."+call]
			return u, ok
		}
		at, address = inner, rest
	}
	return Use{}, false
}

// declare notes where a block that has an address is.
func (p *part) declare(b *hcl.Block) {
	address := strings.Join(b.Labels, ".")
	switch b.Type {
	case "resource":
	case "variable":
		address = "var." + address
	case "data", "ephemeral", "action", "output", "check", "module":
		address = b.Type + "." + address
	default:
		return
	}
	if _, known := p.declared[address]; !known {
		p.declared[address] = useAt(address, b.DefRange)
	}
}
