// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"io/fs"
	"path"
	"slices"

	"github.com/layerbot/layerbot/internal/phase"
	"github.com/layerbot/layerbot/internal/report"
)

// Artifacts returns what the jobs of a ticket left, from the folders of their artifacts in dir: the report, the state or the
// scan of a target is looked for only in the artifact of the job that had the target, so that no job speaks for another.
// Every other file does not exist.
func Artifacts(t *phase.Ticket, dir fs.FS) fs.FS {
	a := artifacts{dir: dir, of: map[string]string{}}
	p := spread(t)
	for _, l := range slices.Concat(append(p.waves, p.plans)...) {
		for _, j := range l.jobs {
			a.of[report.FileName(j.Target)] = l.Artifact
			a.of[report.StateFileName(j.Target)] = l.Artifact
		}
	}
	for _, l := range p.scans {
		for _, j := range l.jobs {
			a.of[report.ScanFileName(j.Target)] = l.Artifact
		}
	}
	return a
}

type artifacts struct {
	dir fs.FS
	of  map[string]string // file → the artifact it is in
}

var _ fs.ReadLinkFS = artifacts{}

// place returns where a file is.
func (a artifacts) place(op, name string) (string, error) {
	artifact, ok := a.of[name]
	if !ok {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return path.Join(artifact, name), nil
}

func (a artifacts) Open(name string) (fs.File, error) {
	at, err := a.place("open", name)
	if err != nil {
		return nil, err
	}
	return a.dir.Open(at)
}

// Lstat and ReadLink let a reader see that a file is a link.
func (a artifacts) Lstat(name string) (fs.FileInfo, error) {
	at, err := a.place("lstat", name)
	if err != nil {
		return nil, err
	}
	return fs.Lstat(a.dir, at)
}

func (a artifacts) ReadLink(name string) (string, error) {
	at, err := a.place("readlink", name)
	if err != nil {
		return "", err
	}
	return fs.ReadLink(a.dir, at)
}
