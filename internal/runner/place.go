// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// places are the root modules in use. Several targets may share one: the same module for several environments.
type places struct {
	mu   sync.Mutex
	open map[string]*place
}

// A place is one root module. Everything a run writes goes elsewhere but the lock file, which Terraform keeps
// beside the configuration: it is put back as it was once the last run has left.
type place struct {
	dir   string
	users int
	lock  []byte // the lock file before the first run; nil when there was none

	init  sync.Mutex // held during init, which writes the lock file
	apply sync.Mutex // held during apply, which may leave a state in the folder
}

// enter returns the place of dir, which must be left.
func (p *places) enter(dir string) (*place, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.open[dir]; at != nil {
		at.users++
		return at, nil
	}
	lock, err := readLock(dir)
	if err != nil {
		return nil, err
	}
	if p.open == nil {
		p.open = map[string]*place{}
	}
	at := &place{dir: dir, users: 1, lock: lock}
	p.open[dir] = at
	return at, nil
}

func (p *places) leave(at *place) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.users--; at.users > 0 {
		return nil
	}
	delete(p.open, at.dir)
	now, err := readLock(at.dir)
	if err != nil || bytes.Equal(now, at.lock) && (now == nil) == (at.lock == nil) {
		return err
	}
	path := filepath.Join(at.dir, lockFile)
	if at.lock == nil {
		return os.Remove(path)
	}
	return os.WriteFile(path, at.lock, 0o644)
}

func readLock(dir string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, lockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
