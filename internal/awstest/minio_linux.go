// SPDX-License-Identifier: Apache-2.0

package awstest

import "syscall"

// attributes has the kernel end the program with this process.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
