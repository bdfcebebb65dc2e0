// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const script = "#!/bin/sh\necho greeter v"

// setUp returns an installer in folders of the test, a tool with a release, and what the installer says.
func setUp(t *testing.T, version string) (*installer, Tool, *bytes.Buffer) {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("greeter")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(script + version + "\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	in := &installer{dir: t.TempDir(), path: []string{t.TempDir()}, source: t.TempDir(), out: &said, http: http.DefaultClient}
	return in, Tool{
		Name: "greeter", Version: "1.2.3", VersionArgs: []string{"version"}, Otherwise: "do without", Releases: release(t, packed.Bytes()),
	}, &said
}

// release serves an archive as the release for this machine.
func release(t *testing.T, archive []byte) map[string]Release {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write(archive); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	digest := sha256.Sum256(archive)
	return map[string]Release{runtime.GOOS + "/" + runtime.GOARCH: {URL: server.URL, SHA256: hex.EncodeToString(digest[:])}}
}

// linked returns where bin/NAME points to.
func linked(t *testing.T, in *installer, name string) string {
	t.Helper()
	to, err := os.Readlink(filepath.Join(in.dir, "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func writeProgram(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
}

func TestTheRightVersionOnPathIsTaken(t *testing.T) {
	in, tool, _ := setUp(t, "1.2.3")
	program := filepath.Join(in.path[0], "greeter")
	writeProgram(t, program, script+"1.2.3\n")
	if err := in.install(context.Background(), tool); err != nil || linked(t, in, "greeter") != program {
		t.Errorf("%v, linked to %s", err, linked(t, in, "greeter"))
	}
}

func TestAnotherVersionOnPathIsNot(t *testing.T) {
	in, tool, _ := setUp(t, "1.2.3")
	writeProgram(t, filepath.Join(in.path[0], "greeter"), script+"1.2.30\n")
	if err := in.install(context.Background(), tool); err != nil || linked(t, in, "greeter") != in.place(tool) {
		t.Fatalf("%v, linked to %s", err, linked(t, in, "greeter"))
	}
	in.http = nil // a second time nothing is downloaded
	if err := in.install(context.Background(), tool); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(in.dir, ".new-*")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAnotherDigestIsRefused(t *testing.T) {
	in, tool, said := setUp(t, "1.2.3")
	for k, r := range tool.Releases {
		r.SHA256 = strings.Repeat("0", 64)
		tool.Releases[k] = r
	}
	err := in.install(context.Background(), tool)
	if err == nil || !strings.Contains(err.Error(), "do without") || !strings.Contains(said.String(), "not used") {
		t.Errorf("%v; said %q", err, said)
	}
	if _, err := os.Stat(in.place(tool)); err == nil {
		t.Error("it was put in place all the same")
	}
}

func TestAnotherVersionInTheReleaseIsRefused(t *testing.T) {
	in, tool, said := setUp(t, "9.9.9")
	if err := in.install(context.Background(), tool); err == nil || !strings.Contains(said.String(), `version "9.9.9", not 1.2.3`) {
		t.Errorf("%v; said %q", err, said)
	}
}

func TestReleaseMayBeATarball(t *testing.T) {
	tarball := func(names ...string) []byte {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		w := tar.NewWriter(z)
		for _, name := range names {
			text := script + "1.2.3\n"
			err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg})
			if _, wrote := w.Write([]byte(text)); err != nil || wrote != nil {
				t.Fatal(err, wrote)
			}
		}
		if err := errors.Join(w.Close(), z.Close()); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
	whole := tarball("LICENSE", "./greeter")
	for name, test := range map[string]struct {
		archive []byte
		says    string // "": it is taken
	}{
		"the program at its root":  {whole, ""},
		"the program in a folder":  {tarball("LICENSE", "bin/greeter"), "there is no greeter in it"},
		"half of it":               {whole[:len(whole)/2], "unexpected EOF"},
		"neither a zip nor a gzip": {[]byte("<html>Sign in to the proxy</html>"), "gzip: invalid header"},
		"gzip of something else":   {gzipped(t, "hello"), "EOF"},
		"nothing":                  {nil, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			in, tool, said := setUp(t, "1.2.3")
			tool.Releases = release(t, test.archive)
			err := in.install(context.Background(), tool)
			if (err == nil) != (test.says == "") || !strings.Contains(said.String(), test.says) {
				t.Errorf("%v; said %q", err, said)
			}
		})
	}
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestItIsBuiltFromSourceWhereNoReleaseIs(t *testing.T) {
	in, tool, _ := setUp(t, "1.2.3")
	tool.Releases = nil
	tool.Source = Source{Dir: "greeter", Package: "example.com/greeter"}
	dir := filepath.Join(in.source, "greeter")
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // a source folder
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":  "module example.com/greeter\n",
		"main.go": "package main\n\nfunc main() { _, _ = out.Write([]byte(\"greeter 1.2.3\\n\")) }\n",
		"out.go":  "package main\n\nimport \"os\"\n\nvar out = os.Stdout\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := in.install(context.Background(), tool); err != nil || linked(t, in, "greeter") != in.place(tool) {
		t.Error(err)
	}
}

func TestEachToolCanBeHadSomehow(t *testing.T) {
	for _, tool := range tools {
		if tool.Source.Dir == "" && tool.Requirements == "" && tool.Apt == nil || tool.Version == "" && tool.Otherwise == "" || len(tool.VersionArgs) == 0 {
			t.Errorf("%s: %+v", tool.Name, tool)
		}
		if tool.Source.Dir != "" {
			mod, err := os.ReadFile(filepath.Join("..", tool.Source.Dir, "go.mod"))
			if err != nil || !strings.Contains(string(mod), " v"+tool.Version+" ") {
				t.Errorf("%s: its go.mod does not have version %s (%v)", tool.Name, tool.Version, err)
			}
		}
		if tool.Requirements != "" {
			pinned, err := os.ReadFile(filepath.Join("..", tool.Requirements))
			if err != nil || !strings.Contains(string(pinned), "\n"+tool.Name+"=="+tool.Version+" \\\n    --hash=sha256:") {
				t.Errorf("%s: its requirements do not have version %s (%v)", tool.Name, tool.Version, err)
			}
		}
		for _, r := range tool.Releases {
			if len(r.SHA256) != 64 || !strings.Contains(r.URL, tool.Version) {
				t.Errorf("%s: %+v", tool.Name, r)
			}
		}
	}
}
