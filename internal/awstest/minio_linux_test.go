// SPDX-License-Identifier: Apache-2.0

//go:build realtools

package awstest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// In a process of its own this test starts a MinIO and waits to be killed.
func TestMinIOEndsWithTheProcess(t *testing.T) {
	const variable = "AWSTEST_MINIO_DIR"
	if dir := os.Getenv(variable); dir != "" {
		i := newIssuer(t)
		m, err := NewMinIO(t.Context(), "minio", dir, i)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "url"), []byte(m.URL), 0o600); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	if _, err := exec.LookPath("minio"); err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestMinIOEndsWithTheProcess$")
	cmd.Env = append(os.Environ(), variable+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := await(t, filepath.Join(dir, "url"))
	alive := func() bool {
		resp, err := http.Get(url + "/minio/health/live")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	}
	if !alive() {
		t.Error("it does not answer")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for deadline := time.Now().Add(5 * time.Second); alive(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it lives on")
		}
	}
}

// await returns what a file holds, once it holds something.
func await(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if content, err := os.ReadFile(path); err == nil && len(content) > 0 {
			return string(content)
		}
	}
	t.Fatal("it never came to " + path)
	return ""
}
