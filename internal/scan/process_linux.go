// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"os"
	"syscall"
)

// isolate puts a scanner into a user namespace of its own, in which it is who it was and nobody else, and into an empty
// network namespace: there is nothing that it could reach, and it cannot look into other processes.
// Source: https://man7.org/linux/man-pages/man7/network_namespaces.7.html
func isolate(a *syscall.SysProcAttr) {
	a.Cloneflags |= syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
}
