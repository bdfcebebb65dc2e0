// SPDX-License-Identifier: Apache-2.0

package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// MaxFile is the largest file that is read, in bytes. Terraform code is small;
// a larger file is data that nobody asked for.
const MaxFile = 16 << 20

// A Tree is the files of one commit, read through one git process. Close it
// after use. It is safe for concurrent use.
type Tree struct {
	paths   []string
	entries map[string]entry

	mu     sync.Mutex
	start  func() (*exec.Cmd, error)
	cmd    *exec.Cmd // git cat-file --batch, started by the first read
	in     io.WriteCloser
	out    *bufio.Reader
	broken error // why no further read is possible
}

type entry struct {
	object string
	link   bool
}

// Tree returns the files of a commit. It satisfies layer.Files. The process that
// reads them ends with ctx or with Close.
func (r *Repo) Tree(ctx context.Context, sha string) (*Tree, error) {
	commit, err := r.Resolve(ctx, sha)
	if err != nil {
		return nil, err
	}
	listing, err := r.run(ctx, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	t := &Tree{entries: map[string]entry{}}
	for _, line := range splitNUL(listing) {
		head, name, _ := strings.Cut(line, "\t")
		fields := strings.Fields(head) // mode, type, object
		if len(fields) != 3 || fields[1] != "blob" {
			continue // a submodule's files are not in this repository
		}
		t.paths = append(t.paths, name)
		t.entries[name] = entry{object: fields[2], link: fields[0] == "120000"}
	}
	sort.Strings(t.paths)
	t.start = func() (*exec.Cmd, error) { return r.command(ctx, nil, "cat-file", "--batch") }
	return t, nil
}

// Paths returns every file's path, sorted.
func (t *Tree) Paths() []string { return t.paths }

// Link returns what a symbolic link points to.
func (t *Tree) Link(name string) (string, bool) {
	e, ok := t.entries[name]
	if !ok || !e.link {
		return "", false
	}
	target, err := t.read(name, e.object)
	return string(target), err == nil
}

// ReadFile returns the content of a file. A link is not followed; a file above
// MaxFile is a *TooLargeError.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	e, ok := t.entries[name]
	if !ok || e.link {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return t.read(name, e.object)
}

func (t *Tree) read(name, object string) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken == nil && t.cmd == nil {
		t.broken = t.open()
	}
	if t.broken != nil {
		return nil, t.broken
	}
	content, size, err := t.exchange(object)
	if err != nil {
		t.broken = fmt.Errorf("read %s: %w", name, err) // the stream is out of step from here on
		return nil, t.broken
	}
	if size > MaxFile {
		return nil, &TooLargeError{Path: name, Size: size}
	}
	return content, nil
}

func (t *Tree) open() error {
	cmd, err := t.start()
	if err != nil {
		return err
	}
	if t.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	t.out = bufio.NewReaderSize(out, 1<<16)
	if err := cmd.Start(); err != nil {
		return err
	}
	t.cmd = cmd
	return nil
}

// exchange asks for one object: "<object> <type> <size>\n<content>\n". The
// content of one above MaxFile is passed over.
func (t *Tree) exchange(object string) (content []byte, size int64, err error) {
	if _, err := io.WriteString(t.in, object+"\n"); err != nil {
		return nil, 0, err
	}
	header, err := t.out.ReadString('\n')
	if err != nil {
		return nil, 0, err
	}
	fields := strings.Fields(header)
	if len(fields) != 3 {
		return nil, 0, fmt.Errorf("git answered %q", strings.TrimSpace(header))
	}
	if size, err = strconv.ParseInt(fields[2], 10, 64); err != nil {
		return nil, 0, err
	}
	if size > MaxFile {
		_, err = io.CopyN(io.Discard, t.out, size+1)
		return nil, size, err
	}
	content = make([]byte, size+1)
	if _, err = io.ReadFull(t.out, content); err != nil {
		return nil, 0, err
	}
	return content[:size], size, nil
}

// Close ends the git process. Reads after it fail.
func (t *Tree) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = fs.ErrClosed
	if t.cmd == nil {
		return nil
	}
	cmd := t.cmd
	t.cmd = nil
	if err := t.in.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}
