package layer

import "io/fs"

// Places returns where the resources, data sources, outputs and variables of the root module in dir of fsys, and of the
// modules with local sources that it calls, are declared, by their address without instance keys:
// "module.vpc.aws_subnet.private". A resource of a module from elsewhere is where the call of the outermost such module
// is. What cannot be parsed is left out.
func Places(fsys fs.FS, dir string) (Declarations, error) { panic("being written") }

// Declarations are places by address. See Places.
type Declarations map[string]Use

// Find returns where the resource of an address, with or without instance keys, is declared.
func (d Declarations) Find(address string) (u Use, ok bool) { panic("being written") }
