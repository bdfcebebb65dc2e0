package git

import "context"

// Commits returns the commits that are in to and not in from (a revision; "" is none: all of them), newest first, at most max. It needs full history.
func (r *Repo) Commits(ctx context.Context, from, to string, max int) ([]string, error) {
	panic("being written")
}

// Has reports whether the commit is in this clone.
func (r *Repo) Has(ctx context.Context, sha string) bool { panic("being written") }

// Object returns the id of a file's content; false if there is no such file. For a link it is that of its text.
func (t *Tree) Object(name string) (string, bool) { panic("being written") }
