package layer

import "io/fs"

// An Inspection is what the configuration of a root module, or of a module, says without being run: what of it could
// run code, read data or lead elsewhere. It follows calls of modules with local sources.
type Inspection struct {
	Providers    []Use // source addresses, "registry.terraform.io/hashicorp/aws", also of those that are only implied
	Data         []Use // types of data sources and ephemeral resources, "external"
	Resources    []Use // types of managed resources
	Provisioners []Use // "local-exec"
	Modules      []Use // sources that are not local, as they are written
	Backends     []Use // "s3"; "cloud" for a cloud block
	Overrides    []Use // override files; Name is the file's
	Unmasked     []Use // calls of nonsensitive on what is sensitive; Name is that, "var.password"
	Unreadable   []Use // files that cannot be parsed; Name says why
}

// A Use is one place in a configuration.
type Use struct {
	Name string
	File string // slash-separated, in the file system that was inspected
	Line int    // from 1; 0 where only the file is known
}

// Inspect reads the module in dir of fsys, in HCL and in JSON, .tf and .tofu, and the modules with local sources that
// it calls, also those outside of dir; one that leads out of fsys is Unreadable. It evaluates nothing. An error is one
// of reading files. Uses are in the order of files and lines; each name is reported at its first place of a file.
func Inspect(fsys fs.FS, dir string) (*Inspection, error) { panic("being written") }

// Rules say what configurations may use. They come from the base branch's configuration. The zero value forbids
// nothing.
type Rules struct {
	// Providers are the source addresses that may be used: "hashicorp/*", "registry.terraform.io/acme/thing",
	// "example.com/*/*". A missing host is the public registry of Terraform or OpenTofu. nil: any.
	Providers []string `json:"providers,omitempty"`

	// Deny are kinds of blocks that may not be used: "data.external", "ephemeral.*", "resource.null_resource",
	// "provisioner.local-exec", "provisioner.*", "module.git::*" (a source).
	Deny []string `json:"deny,omitempty"`

	// Backend is the backend that the target must have, by type, "s3"; "" is none and "*" any.
	Backend string `json:"backend,omitempty"`
}

// Refusals returns why what was inspected must not be run, in the order of files: a provider that is not among those
// allowed, a kind of block that is denied, a backend other than expected, one that an override file sets, a file that
// cannot be read. Each has a Hint that says what to do.
func (r Rules) Refusals(i *Inspection) []Problem { panic("being written") }

// AllowsProvider reports whether a source address may be used.
func (r Rules) AllowsProvider(source string) bool { panic("being written") }
