// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Where a machine lets nobody make user namespaces, the plan runs all the same, and the log says what that means.
func TestWithoutUserNamespacesItIsSaid(t *testing.T) {
	t.Parallel()
	bare := exec.Command(os.Args[0], "-test.run=^TestPlanWithoutUserNamespaces$", "-test.v")
	bare.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "BARE=1"}
	bare.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	out, err := bare.CombinedOutput()
	if err != nil && out == nil { // there are none here
		bare = exec.Command(bare.Path, bare.Args[1:]...)
		bare.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
		out, err = bare.CombinedOutput()
	}
	if err != nil || strings.Count(string(out), "has no user namespaces") != 1 || !strings.Contains(string(out), "planned: changed") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestPlanWithoutUserNamespaces is run by the test above as a process of its own, in a namespace in which it may forbid
// further ones.
func TestPlanWithoutUserNamespaces(t *testing.T) {
	if os.Getenv("BARE") != "" {
		if err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0); err != nil {
			t.Fatal(err)
		}
	}
	b := newBench(t, map[string]string{"app/main.tf": local + trivial}, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(os.Stdout, nil))
	})
	t.Logf("planned: %s", b.good(job(target())).Status)
}
