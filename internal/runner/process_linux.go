// SPDX-License-Identifier: Apache-2.0

package runner

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// attributes gives a program its own process group, and has the kernel interrupt it should we be killed: the
// state lock is released even then.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
}

// setApart puts a program into a user namespace of its own, in which everybody is who they were. It may do with files
// what it could before, but not look into processes outside (/proc/PID/environ, mem, fd) nor become another user by
// sudo: the job's other processes hold what its own environment was cleared of.
//
// It gets no PID namespace: what that would close beyond this one is to signal the job's processes and to leave one of its
// own behind. The first process of such a namespace, though, is not ended by an interrupt that it does not handle, as the
// scripts of version managers and a Terraform that just starts do not; and /proc would have to be mounted anew.
// Source: https://man7.org/linux/man-pages/man2/ptrace.2.html ("Ptrace access mode checking")
func setApart(a *syscall.SysProcAttr) {
	a.Cloneflags |= syscall.CLONE_NEWUSER
	if uid := os.Geteuid(); uid != 0 { // only root may map more than itself
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
		return
	}
	a.UidMappings, a.GidMappings = everybody("/proc/self/uid_map"), everybody("/proc/self/gid_map")
	a.GidMappingsEnableSetgroups = true
}

// everybody returns the ids that a map of ours has, each standing for itself.
// Source: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
func everybody(file string) []syscall.SysProcIDMap {
	text, _ := os.ReadFile(file) // none: the program does not start, and is started without a namespace
	var ids []syscall.SysProcIDMap
	for line := range strings.Lines(string(text)) {
		var id, outside, size int
		if n, _ := fmt.Sscan(line, &id, &outside, &size); n == 3 {
			ids = append(ids, syscall.SysProcIDMap{ContainerID: id, HostID: id, Size: size})
		}
	}
	return ids
}

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
