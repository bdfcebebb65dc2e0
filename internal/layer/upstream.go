package layer

// Upstreams returns the IDs of all targets that must have been applied before the target of id, near and far: what it
// depends on, and, where nothing but numbers gives the order, the lower numbers beside it. Each is in an earlier
// wave; of targets that read each other's state, only those before it. Sorted.
func (m *Map) Upstreams(id string) []string { panic("being written") }

// Shared returns those of Inputs(t) that belong to the layer whatever the environment: what promotion from one
// environment to the next is about. Sorted.
func (m *Map) Shared(t Target) []string { panic("being written") }
