package layer

// A Place is where a state is kept, as far as that can be read without running anything.
type Place struct {
	Backend string `json:"backend"`          // type, "s3"; "local" for none
	Bucket  string `json:"bucket,omitempty"` // or what the backend has in its place
	Key     string `json:"key,omitempty"`    // with the workspace, where that is known
}

// Place returns where the target of an ID keeps its state. ok is false where a part of it is only known when Terraform
// runs, or for an ID that names nothing.
func (m *Map) Place(id string) (p Place, ok bool) { panic("being written") }

// Reads returns the places that a target reads other states from by declaration, sorted and without its own: those of
// the targets it builds on, and those that its terraform_remote_state data name with values that can be read here,
// whether or not a layer of this repository keeps its state there.
func (m *Map) Reads(id string) []Place { panic("being written") }
