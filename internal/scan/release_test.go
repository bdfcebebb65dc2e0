// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/layerbot/layerbot/internal/report"
)

const program = "#!/bin/sh\necho 1.2.3\n"

// tarball returns an archive with a README, a symlink and a folder that have the program's name, and the program.
func tarball(t *testing.T, script string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, h := range []tar.Header{
		{Name: "README.md", Typeflag: tar.TypeReg, Size: 2},
		{Name: "gitleaks", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "../gitleaks", Typeflag: tar.TypeReg, Size: 2},
		{Name: "gitleaks", Typeflag: tar.TypeReg, Size: int64(len(script)), Mode: 0o4755},
	} {
		text := "no"
		if h.Size > 2 {
			text = script
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text[:h.Size])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(program)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// download has an Engine look for gitleaks 1.2.3, of which a server has an archive; sum "" is the right digest.
func download(t *testing.T, name string, archive []byte, sum string, change ...func(*Options)) (Status, world) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/x/"+name {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(archive)
	}))
	t.Cleanup(server.Close)
	w := newWorld(t, nil, append([]func(*Options){func(o *Options) { o.Download, o.Releases = true, server.URL+"/" }}, change...)...)
	if sum == "" {
		digest := sha256.Sum256(archive)
		sum = hex.EncodeToString(digest[:])
	}
	w.Engine.pins = map[string]pin{"gitleaks": {version: "1.2.3", releases: map[string]release{runtime.GOOS + "/" + runtime.GOARCH: {"x/" + name, sum}}}}
	return w.Find(context.Background(), []report.Scanner{{Tool: "gitleaks"}})[0], w
}

func TestAReleaseIsFetchedIntoTheCache(t *testing.T) {
	t.Parallel()
	for name, archive := range map[string][]byte{"g.tar.gz": tarball(t, program), "g.zip": zipped(t, "gitleaks")} {
		st, w := download(t, name, archive, "")
		want := filepath.Join(w.o.CacheDir, "gitleaks-1.2.3", "gitleaks")
		if st.State != report.Ran || st.Version != "1.2.3" || st.Path != want {
			t.Errorf("%s: %+v", name, st)
		}
		if info, err := os.Stat(want); err != nil || info.Mode() != 0o755 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		if left, err := os.ReadDir(filepath.Dir(want)); err != nil || len(left) != 1 {
			t.Errorf("%s: left behind %v, %v", name, left, err)
		}
	}
}

func TestAReleaseThatIsNotThePinnedOneIsNotUsed(t *testing.T) {
	t.Parallel()
	none := func(*Options) {}
	for name, c := range map[string]struct {
		archive []byte
		sum     string
		change  func(*Options)
		says    string
	}{
		"another digest":    {tarball(t, program), strings.Repeat("0", 64), none, "not used"},
		"not an archive":    {[]byte("no"), "", none, "unpack"},
		"without a program": {zipped(t, "gitleaks.exe"), "", none, "unpack"},
		"another version":   {tarball(t, "#!/bin/sh\necho 1.2.4\n"), "", none, "is version 1.2.4; 1.2.3 is wanted"},
		"not allowed":       {tarball(t, program), "", func(o *Options) { o.Download = false }, "neither on PATH nor in the tool cache"},
		"no server":         {tarball(t, program), "", func(o *Options) { o.Releases = "http://127.0.0.1:1" }, "could not be downloaded"},
		"not there":         {tarball(t, program), "", func(o *Options) { o.Releases += "nowhere" }, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, w := download(t, "g.tar.gz", c.archive, c.sum, c.change)
			if st.State == report.Ran || !strings.Contains(st.Message, c.says) || st.Hint == "" {
				t.Errorf("%+v", st)
			}
			if name != "another version" {
				if left, _ := filepath.Glob(filepath.Join(w.o.CacheDir, "*", "*")); left != nil {
					t.Errorf("left behind: %v", left)
				}
			}
		})
	}
}
